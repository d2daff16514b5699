use session_runtime::{Session, session};
use ui_tests::User;

#[session(any())]
async fn account(session: Session<User>) {}

fn main() {}
