use session_runtime::{Session, session};
use ui_tests::{Role, User};

#[session(optional, role(Role::Admin), factors("otp"), check(open_hours), fresh = "5m")]
async fn account(_session: Option<Session<User>>) {}

async fn open_hours() -> Result<(), ()> {
    Ok(())
}

fn main() {}
