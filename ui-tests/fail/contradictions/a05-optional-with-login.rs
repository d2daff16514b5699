use session_runtime::{Session, session};
use ui_tests::User;

#[session(optional, login = "/login")]
async fn account(_session: Option<Session<User>>) {}

fn main() {}
