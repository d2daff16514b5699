use axum::Json;
use session_runtime::routing::get;
use session_runtime::{GuardedRouter, Session, session};
use ui_tests::{App, User};

enum ShopError {
    Closed,
}

#[session(required)]
async fn account(session: Session<User>) -> Result<Json<u64>, ShopError> {
    if session.roles.is_empty() { Err(ShopError::Closed) } else { Ok(Json(session.id)) }
}

fn main() {
    let _ = GuardedRouter::<App>::new().route("/account", get(account));
}
