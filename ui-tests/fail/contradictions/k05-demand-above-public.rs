use session_runtime::{policy, session};

#[policy(public)]
struct Anybody;

#[session(policy(Anybody), max_age = "5m", sliding)]
async fn account() {}

fn main() {}
