use session_runtime::{Session, session};
use ui_tests::User;

#[session(login = "https://evil.example")]
async fn account(_session: Session<User>) {}

fn main() {}
