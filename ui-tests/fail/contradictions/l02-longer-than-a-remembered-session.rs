use serde::{Deserialize, Serialize};
use session_runtime::{Principal, Session, session};

#[derive(Clone, Serialize, Deserialize, Principal)]
#[principal(cookie(persistent = "30d"))]
struct Visitor {
    #[principal(id)]
    id: u64,
}

#[session(max_age = "30d")]
async fn account(_session: Session<Visitor>) {}

#[session(fresh = "60d")]
async fn transfer(_session: Session<Visitor>) {}

fn main() {}
