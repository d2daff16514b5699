use session_runtime::{Session, session};
use ui_tests::User;

#[session(confirm = "transfer", factors("otp"))]
async fn account(session: Session<User>) {}

fn main() {}
