use session_runtime::{Session, session};
use ui_tests::User;

#[session(required)]
async fn account(session: Session<User>) -> String {
    let count: usize = "one";
    format!("{count}{}", session.principal().id)
}

fn main() {}

// instead: the body is yours, and so is this: `let count: usize = 1;`
