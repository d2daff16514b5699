#![deny(deprecated)]

use session_runtime::{Session, session};
use ui_tests::{Role, User};

#[session(any(role(Role::Admin), all(role(Role::Admin), scope("x"))))]
async fn account(_session: Session<User>) {}

fn main() {}

// instead: remove `all(role(Role::Admin), scope("x"))`, or what stands beside it
