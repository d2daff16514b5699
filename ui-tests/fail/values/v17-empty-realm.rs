use serde::{Deserialize, Serialize};
use session_runtime::Principal;

#[derive(Clone, Serialize, Deserialize, Principal)]
#[principal(realm = "")]
struct Visitor {
    #[principal(id)]
    id: u64,
}

fn main() {}
