use session_runtime::{Session, session};
use ui_tests::User;

#[session(required)]
async fn account(_session: Session<User>, #[cfg(unix)] _name: String) {}

fn main() {}
