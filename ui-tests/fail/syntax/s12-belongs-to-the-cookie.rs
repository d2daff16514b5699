use session_runtime::{Session, session};
use ui_tests::User;

#[session(same_site = "lax")]
async fn account(_session: Session<User>) {}

fn main() {}
