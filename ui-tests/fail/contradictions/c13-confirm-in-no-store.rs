use serde::{Deserialize, Serialize};
use session_runtime::{Principal, Session, SessionError, session};

#[derive(Clone, Serialize, Deserialize, Principal)]
#[principal(cookie(token = "jwt", revocable))]
struct Visitor {
    #[principal(id)]
    id: u64,
}

#[session(confirm = "transfer")]
async fn transfer(_session: Session<Visitor>) {}

#[session(required)]
async fn ask(session: Session<Visitor>) -> Result<String, SessionError> {
    Ok(session.confirmation("transfer").await?.to_string())
}

fn main() {}
