// Said where it is named, and once at the router; nothing that follows from it.
use session_runtime::routing::get;
use session_runtime::{GuardedRouter, Session, session};
use ui_tests::{App, User};

struct Staff;

#[session(policy(Staff))]
async fn account(session: Session<User>) -> String {
    session.id.to_string()
}

#[session(policy(Staff), fresh = "5m")]
async fn list() {}

fn main() {
    let _: GuardedRouter<App> = GuardedRouter::new().route("/account", get(account)).route("/list", get(list));
}
