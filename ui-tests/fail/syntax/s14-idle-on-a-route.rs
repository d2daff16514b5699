use session_runtime::{Session, session};
use ui_tests::User;

#[session(idle = "15m")]
async fn account(_session: Session<User>) {}

fn main() {}
