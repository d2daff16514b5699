#![deny(deprecated)]

use session_runtime::{Session, session};
use ui_tests::{Role, User};

#[session(not(role(Role::Suspended)))]
async fn account(_session: Session<User>) {}

fn main() {}
