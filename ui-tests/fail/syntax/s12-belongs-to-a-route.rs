use serde::{Deserialize, Serialize};
use session_runtime::Principal;

#[derive(Clone, Serialize, Deserialize, Principal)]
#[principal(cookie(name = "__Host-id"), login = "/login")]
struct Visitor {
    #[principal(id)]
    id: u64,
}

fn main() {}
