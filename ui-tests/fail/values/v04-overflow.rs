use session_runtime::{Session, session};
use ui_tests::User;

#[session(max_age = "99999999999999999999d")]
async fn account(_session: Session<User>) {}

fn main() {}
