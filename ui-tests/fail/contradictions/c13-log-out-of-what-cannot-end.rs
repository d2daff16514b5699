use serde::{Deserialize, Serialize};
use session_runtime::{AuthSession, Principal, SessionError, session};

#[derive(Clone, Serialize, Deserialize, Principal)]
#[principal(cookie(token = "jwt", unrevocable))]
struct Visitor {
    #[principal(id)]
    id: u64,
}

#[session(required)]
async fn log_out(mut auth: AuthSession<Visitor>) -> Result<(), SessionError> {
    auth.log_out().await
}

fn main() {}

// instead: call `forget_cookie`, which lets the browser forget its copy; or declare `cookie(token = "jwt", revocable)`
