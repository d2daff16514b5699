use session_runtime::{Session, session};
use ui_tests::User;

#[session(required)]
async fn account(session: Session<User>, #[cfg(unix)] name: String) {}

fn main() {}
