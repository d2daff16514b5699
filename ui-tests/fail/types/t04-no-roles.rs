use session_runtime::{Session, session};
use ui_tests::{Guest, Role};

#[session(role(Role::Admin))]
async fn account(_session: Session<Guest>) {}

fn main() {}
