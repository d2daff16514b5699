use session_runtime::{Session, session};
use ui_tests::User;

#[session(requird, max_age = 900, role("admin"), login = "login", sliding = true)]
async fn account(_session: Session<User>) {}

fn main() {}
