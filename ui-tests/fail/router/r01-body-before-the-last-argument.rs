use axum::Json;
use session_runtime::routing::post;
use session_runtime::{GuardedRouter, Session, session};
use ui_tests::{App, User};

type Order = Json<String>;

#[session(required)]
async fn order(order: Order, session: Session<User>) -> String {
    format!("{} orders {}", session.id, order.0)
}

fn main() {
    let _ = GuardedRouter::<App>::new().route("/orders", post(order));
}
