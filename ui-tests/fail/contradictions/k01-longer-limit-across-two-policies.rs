use session_runtime::{policy, session};
use ui_tests::Desk;

#[policy(extends(Desk), scope("till"))]
struct Till;

#[session(policy(Till), max_age = "1h")]
async fn account() {}

fn main() {}
