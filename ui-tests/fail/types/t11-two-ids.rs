use serde::{Deserialize, Serialize};
use session_runtime::Principal;

#[derive(Clone, Serialize, Deserialize, Principal)]
struct Visitor {
    #[principal(id)]
    id: u64,
    #[principal(id)]
    name: String,
}

fn main() {}
