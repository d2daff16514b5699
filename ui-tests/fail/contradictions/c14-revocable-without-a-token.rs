use serde::{Deserialize, Serialize};
use session_runtime::Principal;

#[derive(Clone, Serialize, Deserialize, Principal)]
#[principal(cookie(same_site = "strict", revocable))]
struct Visitor {
    #[principal(id)]
    id: u64,
}

#[derive(Clone, Serialize, Deserialize, Principal)]
#[principal(cookie(token = "jwt", revocable, unrevocable))]
struct Guest {
    #[principal(id)]
    id: u64,
}

fn main() {}
