use session_runtime::{Session, session};
use ui_tests::User;

#[session(all())]
async fn account(session: Session<User>) {}

fn main() {}
