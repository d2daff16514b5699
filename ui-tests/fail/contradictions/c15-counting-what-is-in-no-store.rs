use serde::{Deserialize, Serialize};
use session_runtime::Principal;

#[derive(Clone, Serialize, Deserialize, Principal)]
#[principal(cookie(token = "jwt", revocable), max_sessions = 3)]
struct Visitor {
    #[principal(id)]
    id: u64,
}

fn main() {}
