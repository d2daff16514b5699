use session_runtime::{Session, session};
use ui_tests::User;

#[session(bearer, csrf(off))]
async fn account(_session: Session<User>) {}

fn main() {}
