use session_runtime::policy;
use ui_tests::User;

#[policy(principal(User))]
async fn account() {}

fn main() {}
