use serde::{Deserialize, Serialize};
use session_runtime::Principal;

#[derive(Clone, Serialize, Deserialize, Principal)]
struct User {
    #[principal(id)]
    id: u64,
    #[principal(issuer)]
    issuer: u64,
}

fn main() {}
