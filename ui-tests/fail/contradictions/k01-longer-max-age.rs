use session_runtime::{Session, session};
use ui_tests::{Staff, User};

#[session(policy(Staff), max_age = "2h", sliding)]
async fn account(_session: Session<User>) {}

fn main() {}
