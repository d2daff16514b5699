use session_runtime::{Session, session};
use ui_tests::User;

#[session(role("shop-admin"))]
async fn account(_session: Session<User>) {}

fn main() {}
