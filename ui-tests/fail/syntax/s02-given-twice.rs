use session_runtime::{Session, session};
use ui_tests::User;

#[session(max_age = "15m", max_age = "1h")]
async fn account(_session: Session<User>) {}

fn main() {}
