use session_runtime::{Session, session};
use ui_tests::{Desk, User};

#[session(policy(Desk), sliding)]
async fn account(_session: Session<User>) {}

fn main() {}
