use session_runtime::{Session, session};
use ui_tests::{Guest, Staff};

#[session(policy(Staff))]
async fn account(_session: Session<Guest>) {}

fn main() {}
