use serde::{Deserialize, Serialize};
use session_runtime::Principal;

#[derive(Clone, Serialize, Deserialize, Principal)]
#[principal(bearer(alg("EdDSA"), revocable))]
struct Visitor {
    #[principal(id)]
    id: u64,
}

fn main() {}
