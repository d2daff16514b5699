use axum::extract::State;
use session_runtime::routing::get;
use session_runtime::{GuardedRouter, Session, session};
use ui_tests::{App, User};

#[derive(Clone)]
struct Database;

#[session(required)]
async fn account(State(_database): State<Database>, _session: Session<User>) {}

fn main() {
    let _: GuardedRouter<App> = GuardedRouter::new().route("/account", get(account));
}
