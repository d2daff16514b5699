use session_runtime::{Session, session};
use ui_tests::{Staff, User};

#[session(role(Staff))]
async fn account(_session: Session<User>) {}

fn main() {}
