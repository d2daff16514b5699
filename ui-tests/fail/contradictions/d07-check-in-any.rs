use session_runtime::{Session, session};
use ui_tests::{Role, User};

#[session(any(role(Role::Admin), check(open_hours)), any(role(Role::Admin), confirm = "x"))]
async fn account(_session: Session<User>) {}

fn main() {}
