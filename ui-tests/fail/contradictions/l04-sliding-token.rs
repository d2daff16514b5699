use session_runtime::{Session, session};
use ui_tests::User;

#[session(bearer, max_age = "15m", sliding)]
async fn account(_session: Session<User>) {}

fn main() {}
