use session_runtime::{Session, session};
use ui_tests::{Role, User};

#[session(role(Role::Staff), not(factors("otp")))]
async fn account(_session: Session<User>) {}

#[session(role(Role::Staff), not(any(role(Role::Suspended), factors("otp"))))]
async fn orders(_session: Session<User>) {}

fn main() {}
