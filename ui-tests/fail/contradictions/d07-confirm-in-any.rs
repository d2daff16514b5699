use session_runtime::{Session, session};
use ui_tests::{Role, User};

#[session(cookie, any(role(Role::Admin), confirm = "transfer"))]
async fn transfer(_session: Session<User>) {}

fn main() {}
