use session_runtime::{Session, session};
use ui_tests::{Desk, User};

#[session(policy(Desk), fresh = "4m", max_age = "3m")]
async fn account(_session: Session<User>) {}

fn main() {}
