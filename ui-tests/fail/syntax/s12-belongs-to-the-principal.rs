use session_runtime::{Session, session};
use ui_tests::User;

#[session(absolute = "12h")]
async fn account(session: Session<User>) {}

fn main() {}
