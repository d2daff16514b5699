use session_runtime::{Session, session};
use ui_tests::User;

#[session(required, optional)]
async fn account(_session: Session<User>) {}

fn main() {}
