use session_runtime::{Session, session};
use ui_tests::{Role, User};

#[session(all(role(Role::Admin), not(role(Role::Admin))))]
async fn account(_session: Session<User>) {}

fn main() {}
