use session_runtime::{Session, session};
use ui_tests::User;

#[session(crate(::session_runtime<User>))]
async fn account(_session: Session<User>) {}

fn main() {}
