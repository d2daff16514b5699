use serde::{Deserialize, Serialize};
use session_runtime::Principal;

#[derive(Clone, Serialize, Deserialize, Principal)]
#[principal(realm = "shop user")]
struct Visitor {
    #[principal(id)]
    id: u64,
}

fn main() {}
