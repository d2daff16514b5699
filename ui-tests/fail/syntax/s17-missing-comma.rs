use session_runtime::{Session, session};
use ui_tests::User;

#[session(required max_age = "15m")]
async fn account(_session: Session<User>) {}

fn main() {}

// instead: `required, max_age = "15m"`
