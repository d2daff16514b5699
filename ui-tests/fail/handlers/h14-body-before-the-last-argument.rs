use axum::Json;
use session_runtime::{Session, session};
use ui_tests::User;

#[session(required)]
async fn account(Json(order): Json<String>, session: Session<User>) {}

fn main() {}
