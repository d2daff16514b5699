use serde::{Deserialize, Serialize};
use session_runtime::Principal;

#[derive(Clone, Serialize, Deserialize, Principal)]
#[principal(cookie(name = "__Host-id", token = "jwt", unrevocable))]
struct Visitor {
    #[principal(id)]
    id: u64,
}

fn main() {}
