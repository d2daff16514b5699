use session_runtime::{Session, session};
use ui_tests::User;

#[session(fresh = "12h")]
async fn account(_session: Session<User>) {}

fn main() {}
