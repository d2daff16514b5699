use session_runtime::{Session, session};
use ui_tests::User;

#[session(cookie, confirm = "")]
async fn transfer(_session: Session<User>) {}

#[session(cookie, confirm("transfer"))]
async fn refund(_session: Session<User>) {}

fn main() {}
