use session_runtime::{Session, session};
use ui_tests::{Role, Staff, User};

#[session(role(Role::Admin, Role::Staff))]
async fn account(session: Session<User>) {}

fn main() {}
