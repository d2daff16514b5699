use serde::{Deserialize, Serialize};
use session_runtime::Principal;

#[derive(Clone, Serialize, Deserialize, Principal)]
struct Visitor {
    id: u64,
}

fn main() {}
