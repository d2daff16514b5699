use session_runtime::routing::get;
use session_runtime::{GuardedRouter, Session, session};
use ui_tests::{App, User};

struct Account;

#[session(required)]
async fn account(_session: Session<User>, _account: Account) {}

fn main() {
    let _ = GuardedRouter::<App>::new().route("/account", get(account));
}
