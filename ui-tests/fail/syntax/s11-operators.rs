use session_runtime::{Session, session};
use ui_tests::{Role, Staff, User};

#[session(role(Role::Admin) && role(Role::Staff))]
async fn account(session: Session<User>) {}

fn main() {}
