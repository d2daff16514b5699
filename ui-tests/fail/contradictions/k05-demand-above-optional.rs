use session_runtime::{policy, session};
use ui_tests::{Role, User};

#[policy(optional, principal(User))]
struct Anybody;

#[session(policy(Anybody), role(Role::Admin), fresh = "5m")]
async fn account() {}

fn main() {}
