//! `protect-axum`, which checks roles and leaves it to the application to find out who somebody is: here by `tower-sessions`.

use std::collections::HashSet;

use axum::Router;
use axum::extract::{Extension, Request};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use http::StatusCode;
use protect_axum::GrantsLayer;
use tower_sessions::{Expiry, MemoryStore, Session, SessionManagerLayer};

use super::{User, ada, row};
use crate::row::Row;

pub(super) async fn rows() -> Vec<Row> {
    let expiry = Expiry::OnInactivity(time::Duration::minutes(15));
    let layer = SessionManagerLayer::new(MemoryStore::default()).with_expiry(expiry);
    let guarded = Router::new().route("/", get(name)).layer(GrantsLayer::with_extractor(roles)).layer(layer.clone());
    let log_in = Router::new().route("/", get(log_in)).layer(layer);
    vec![row("protect-axum 0.2 over tower-sessions", guarded, log_in).await]
}

async fn roles(request: &mut Request) -> Result<HashSet<String>, Response> {
    let refused = || StatusCode::UNAUTHORIZED.into_response();
    let session = request.extensions().get::<Session>().cloned().ok_or_else(refused)?;
    let user = session.get::<User>("user").await.ok().flatten().ok_or_else(refused)?;
    let roles = user.roles.iter().cloned().collect();
    request.extensions_mut().insert(user);
    Ok(roles)
}

#[protect_axum::protect("staff")]
async fn name(Extension(user): Extension<User>) -> String {
    user.name
}

async fn log_in(session: Session) {
    // A failure shows in the row: its requests find no name.
    let _ = session.insert("user", ada()).await;
}
