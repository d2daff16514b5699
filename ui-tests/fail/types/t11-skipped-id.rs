use serde::{Deserialize, Serialize};
use session_runtime::Principal;

#[derive(Clone, Serialize, Deserialize, Principal)]
struct User {
    #[principal(id)]
    #[serde(skip)]
    id: u64,
}

fn main() {}
