use serde::{Deserialize, Serialize};
use session_runtime::Principal;

#[derive(Clone, Serialize, Deserialize, Principal)]
#[principal(cookie(persistent = "500d"))]
struct Visitor {
    #[principal(id)]
    id: u64,
}

fn main() {}
