use session_runtime::{Session, session};
use ui_tests::{Role, User};

#![deny(deprecated)]
#[session(not(role(Role::Suspended)))]
async fn account(session: Session<User>) {}

fn main() {}
