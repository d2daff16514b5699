use serde::{Deserialize, Serialize};
use session_runtime::Principal;

#[derive(Clone, Serialize, Deserialize, Principal)]
#[principal(absolute = "12h", idle = "2d")]
struct Visitor {
    #[principal(id)]
    id: u64,
}

fn main() {}
