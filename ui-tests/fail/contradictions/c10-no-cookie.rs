use session_runtime::{Session, session};
use ui_tests::Client;

#[session(cookie)]
async fn account(_session: Session<Client>) {}

fn main() {}
