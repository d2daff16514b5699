use session_runtime::{Session, session};
use ui_tests::{Guest, User};

#[session(required)]
async fn account(_session: Session<User>, _guest: Session<Guest>) {}

fn main() {}
