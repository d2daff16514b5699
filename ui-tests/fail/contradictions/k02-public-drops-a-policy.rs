use session_runtime::session;
use ui_tests::Staff;

#[session(public, policy(Staff))]
async fn account() {}

fn main() {}
