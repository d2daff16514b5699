use session_runtime::{Session, session};
use ui_tests::User;

#[session(confirm = "transfer")]
async fn account(_session: Session<User>) {}

fn main() {}
