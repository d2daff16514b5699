use session_runtime::{Session, session};
use ui_tests::{Guest, User};

#[session(required)]
async fn account(session: Session<User>, guest: Session<Guest>) {}

fn main() {}
