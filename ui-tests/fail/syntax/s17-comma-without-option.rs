use session_runtime::{Session, session};
use ui_tests::User;

#[session(required,, sliding)]
async fn account(_session: Session<User>) {}

fn main() {}
