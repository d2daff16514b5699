use session_runtime::{Session, session};
use ui_tests::{Staff, User};

#[session(policy(Staff), optional)]
async fn account(_session: Option<Session<User>>) {}

fn main() {}
