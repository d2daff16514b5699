use session_runtime::{Session, session};
use ui_tests::Client;

#[session(max_age = "15m", sliding)]
async fn account(_session: Session<Client>) {}

fn main() {}
