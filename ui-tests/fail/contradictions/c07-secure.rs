use serde::{Deserialize, Serialize};
use session_runtime::Principal;

#[derive(Clone, Serialize, Deserialize, Principal)]
#[principal(cookie(secure, http_only = false))]
struct Visitor {
    #[principal(id)]
    id: u64,
}

fn main() {}
