use session_runtime::{AuthSession, SessionError, session};
use ui_tests::User;

#[session(optional)]
async fn log_in(mut auth: AuthSession<User>) -> Result<(), SessionError> {
    auth.log_in(User { id: 7, roles: Vec::new(), scopes: Vec::new() }).remember().await?;
    Ok(())
}

fn main() {}
