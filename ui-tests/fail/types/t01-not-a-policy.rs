use session_runtime::session;
use ui_tests::Plain;

#[session(policy(Plain))]
async fn account() {}

fn main() {}
