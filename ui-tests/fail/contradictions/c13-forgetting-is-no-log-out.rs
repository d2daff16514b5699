use session_runtime::{AuthSession, session};
use ui_tests::User;

#[session(required)]
async fn log_out(mut auth: AuthSession<User>) {
    auth.forget_cookie();
}

fn main() {}

// instead: call `log_out`, which ends the session and removes the cookie
