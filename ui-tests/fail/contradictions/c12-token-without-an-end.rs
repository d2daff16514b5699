use serde::{Deserialize, Serialize};
use session_runtime::Principal;

#[derive(Clone, Serialize, Deserialize, Principal)]
#[principal(cookie(token = "jwt"))]
struct Visitor {
    #[principal(id)]
    id: u64,
}

fn main() {}
