use serde::{Deserialize, Serialize};
use session_runtime::Principal;

#[derive(Clone, Serialize, Deserialize, Principal)]
#[principal(cookie(persistent = "7d"), absolute = "30d")]
struct Visitor {
    #[principal(id)]
    id: u64,
}

#[derive(Clone, Serialize, Deserialize, Principal)]
#[principal(cookie(persistent = "12h"))]
struct Guest {
    #[principal(id)]
    id: u64,
}

fn main() {}
