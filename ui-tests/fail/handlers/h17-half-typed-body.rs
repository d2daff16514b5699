use session_runtime::{Session, session};
use ui_tests::{Role, User};

#[session(required, role(Role::Admim))]
async fn account(session: Session<User>) -> String {
    let name = session.
}

fn main() {}
