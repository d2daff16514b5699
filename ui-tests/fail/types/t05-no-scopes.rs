use session_runtime::{Session, session};
use ui_tests::Guest;

#[session(scope("orders"))]
async fn account(session: Session<Guest>) {}

fn main() {}
