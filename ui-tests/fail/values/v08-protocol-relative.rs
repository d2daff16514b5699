use session_runtime::{Session, session};
use ui_tests::User;

#[session(login = "//evil.example/login")]
async fn account(_session: Session<User>) {}

fn main() {}
