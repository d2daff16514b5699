use session_runtime::routing::get;
use session_runtime::{GuardedRouter, Session, session};
use ui_tests::{App, Guest, User};

#[session(required)]
async fn account(_session: Session<User>, _guest: Option<Session<Guest>>) {}

fn main() {
    let _ = GuardedRouter::<App>::new().route("/account", get(account));
}
