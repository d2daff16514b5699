use session_runtime::{Session, session};
use ui_tests::{Staff, User};

#[session(role(Staff))]
async fn account(_session: Session<User>) {}

fn main() {}

// instead: a constant of the type that the principal's field holds: `role(Role::Staff)`; a policy is `policy(Staff)`
