use axum::Json;
use session_runtime::{Session, session};
use ui_tests::User;

#[session(required)]
async fn account(Json(_): Json<String>, _session: Session<User>) {}

fn main() {}
