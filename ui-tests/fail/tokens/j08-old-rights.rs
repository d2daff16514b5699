#![deny(deprecated)]

use serde::{Deserialize, Serialize};
use session_runtime::Principal;

#[derive(Clone, Serialize, Deserialize, Principal)]
#[principal(bearer(alg("EdDSA"), max_age = "2h"))]
struct Visitor {
    #[principal(id)]
    id: u64,
    #[principal(scopes)]
    scopes: String,
}

fn main() {}
