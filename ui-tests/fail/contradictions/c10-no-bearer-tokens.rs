use session_runtime::{Session, session};
use ui_tests::Guest;

#[session(bearer)]
async fn account(_session: Session<Guest>) {}

fn main() {}
