use session_runtime::{Session, session};
use ui_tests::User;

#[session(cookie(name = "__Host-id"))]
async fn account(_session: Session<User>) {}

fn main() {}
