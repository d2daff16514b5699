use serde::{Deserialize, Serialize};
use session_runtime::Principal;

#[derive(Clone, Serialize, Deserialize, Principal)]
#[principal(cookie(token = "paseto", revocable))]
struct Visitor {
    #[principal(id)]
    id: u64,
}

fn main() {}
