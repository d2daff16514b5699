use session_runtime::{Session, session};
use ui_tests::User;

#[session(bearer, max_age = "15m", sliding)]
async fn account(session: Session<User>) {}

fn main() {}
