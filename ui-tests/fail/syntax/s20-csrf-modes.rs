use session_runtime::{Session, session};
use ui_tests::User;

#[session(csrf(off, report))]
async fn account(session: Session<User>) {}

fn main() {}
