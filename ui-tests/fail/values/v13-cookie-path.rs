use serde::{Deserialize, Serialize};
use session_runtime::Principal;

#[derive(Clone, Serialize, Deserialize, Principal)]
#[principal(cookie(name = "__Secure-id", path = "app; Domain=evil.example"))]
struct Visitor {
    #[principal(id)]
    id: u64,
}

fn main() {}
