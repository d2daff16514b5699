use session_runtime::{Session, session};
use ui_tests::User;

#[session(maxage = "5m")]
async fn account(_session: Session<User>) {}

fn main() {}
