use session_runtime::{Session, session};
use ui_tests::{Role, User};

#![deny(deprecated)]
#[session(any(role(Role::Admin), all(role(Role::Admin), scope("x"))))]
async fn account(session: Session<User>) {}

fn main() {}
