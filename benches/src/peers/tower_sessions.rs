//! `tower-sessions` with its in-process store. It knows neither an absolute limit nor roles.

use std::sync::Arc;

use axum::Router;
use axum::response::Html;
use axum::routing::get;
use http::StatusCode;
use tower_sessions::cookie::Key;
use tower_sessions::{Expiry, MemoryStore, Session, SessionManagerLayer, SessionStore};

use super::{User, ada, row};
use crate::counted::{Counted, Counts, counted};
use crate::row::Row;
use crate::site::{Site, greeting};

pub(super) async fn rows() -> Vec<Row> {
    let counts = Arc::<Counts>::default();
    let twins = over(Counted::over(MemoryStore::default(), &counts)).await;
    counted(over(MemoryStore::default()).await, twins, &counts)
}

pub(crate) fn site() -> Site {
    let expiry = Expiry::OnInactivity(time::Duration::minutes(15));
    let layer = SessionManagerLayer::new(MemoryStore::default()).with_expiry(expiry);
    let at = |route| Router::new().route("/", route).layer(layer.clone());
    Site::new("tower-sessions", at(get(page))).with_log_in(at(get(log_in)))
}

async fn over(store: impl SessionStore + Clone) -> Vec<Row> {
    let expiry = Expiry::OnInactivity(time::Duration::minutes(15));
    let layer = SessionManagerLayer::new(store).with_expiry(expiry);
    let (read, log_in) = (|| Router::new().route("/", get(name)), || Router::new().route("/", get(log_in)));
    let sliding = layer.clone().with_always_save(true);
    let signed = layer.clone().with_signed(Key::from(&[7; 64]));
    vec![
        row("tower-sessions 0.15, read", read().layer(layer.clone()), log_in().layer(layer)).await,
        row("tower-sessions 0.15, signed, read", read().layer(signed.clone()), log_in().layer(signed)).await,
        row("tower-sessions 0.15, always_save", read().layer(sliding.clone()), log_in().layer(sliding)).await,
    ]
}

async fn name(session: Session) -> String {
    session.get::<User>("user").await.ok().flatten().map(|user| user.name).unwrap_or_default()
}

async fn page(session: Session) -> Result<Html<String>, StatusCode> {
    let user = session.get::<User>("user").await.ok().flatten().ok_or(StatusCode::UNAUTHORIZED)?;
    Ok(greeting(&user.name))
}

async fn log_in(session: Session) {
    // A failure shows in the row: its requests find no name.
    let _ = session.insert("user", ada()).await;
}
