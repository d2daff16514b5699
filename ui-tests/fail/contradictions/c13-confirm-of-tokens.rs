use session_runtime::{Session, policy, session};
use ui_tests::User;

#[session(confirm = "transfer")]
async fn transfer(_session: Session<User>) {}

#[policy(principal(User), cookie, confirm = "transfer")]
struct Transfer;

#[session(policy(Transfer), confirm = "refund")]
async fn refund() {}

fn main() {}
