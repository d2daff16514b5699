use axum::extract::State;
use serde::{Deserialize, Serialize};
use session_runtime::{Principal, Session, SessionError, Sessions, session};

#[derive(Clone, Serialize, Deserialize, Principal)]
#[principal(cookie(token = "jwt", revocable))]
struct Visitor {
    #[principal(id)]
    id: u64,
}

#[session(required)]
async fn devices(
    session: Session<Visitor>,
    State(sessions): State<Sessions<Visitor>>,
) -> Result<String, SessionError> {
    Ok(sessions.of(&session.id).await?.len().to_string())
}

fn main() {}

// instead: remove `token` from `cookie(..)` of `Visitor` to keep its sessions in a store
