use serde::{Deserialize, Serialize};
use session_runtime::Principal;

#[derive(Clone, Serialize, Deserialize, Principal)]
#[principal(max_sessions = 0)]
struct Visitor {
    #[principal(id)]
    id: u64,
}

fn main() {}
