use session_runtime::{Session, session};
use ui_tests::User;

#[session(scope("read write"))]
async fn account(_session: Session<User>) {}

fn main() {}
