use session_runtime::{Session, session};
use ui_tests::User;

#[session(cookie(name = "__Host-id"))]
async fn account(session: Session<User>) {}

fn main() {}
