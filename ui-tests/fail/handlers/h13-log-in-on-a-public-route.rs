use session_runtime::{AuthSession, session};
use ui_tests::User;

#[session(public)]
async fn account(_auth: AuthSession<User>) {}

fn main() {}
