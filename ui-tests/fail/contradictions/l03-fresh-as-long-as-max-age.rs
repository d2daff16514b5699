use session_runtime::{Session, session};
use ui_tests::User;

#[session(max_age = "5m", fresh = "5m")]
async fn account(_session: Session<User>) {}

fn main() {}
