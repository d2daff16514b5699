use session_runtime::{Session, session};
use ui_tests::User;

#[session(max_age)]
async fn account(_session: Session<User>) {}

fn main() {}
