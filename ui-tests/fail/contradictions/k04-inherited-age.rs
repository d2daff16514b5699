use session_runtime::{policy, session};
use ui_tests::User;

#[policy(principal(User), max_age = "5m")]
struct Short;

#[session(policy(Short), fresh = "10m")]
async fn account() {}

fn main() {}
