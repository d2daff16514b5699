use session_runtime::{Session, session};
use ui_tests::User;

#[session(role("shop-admin"))]
async fn account(session: Session<User>) {}

fn main() {}
