use serde::{Deserialize, Serialize};
use session_runtime::Principal;

#[derive(Clone, Serialize, Deserialize, Principal)]
enum Visitor {
    Known(u64),
}

fn main() {}
