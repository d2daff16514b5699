use axum::extract::{FromRef, State};
use session_runtime::routing::get;
use session_runtime::{GuardedRouter, Session, Sessions, session};
use ui_tests::{App, User};

#[derive(Clone, FromRef)]
struct Shop {
    sessions: Sessions<User>,
    open: bool,
}

async fn is_open(State(_open): State<bool>) -> Result<(), String> {
    Ok(())
}

#[session(required, check(is_open), state(Shop))]
async fn account(_session: Session<User>) {}

fn main() {
    let _: GuardedRouter<App> = GuardedRouter::new().route("/account", get(account));
}
