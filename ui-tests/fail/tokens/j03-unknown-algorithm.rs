use serde::{Deserialize, Serialize};
use session_runtime::Principal;

#[derive(Clone, Serialize, Deserialize, Principal)]
#[principal(bearer(alg("hs256", "ES521", "RS384", "rot13")))]
struct Visitor {
    #[principal(id)]
    id: u64,
}

fn main() {}
