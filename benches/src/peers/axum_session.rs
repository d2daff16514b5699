//! `axum_session`, in memory alone. Its sessions are found by the browser's address and name besides, unless that is switched
//! off, as here. It knows neither an absolute limit nor roles.

use axum::Router;
use axum::routing::get;
use axum_session::{Session, SessionConfig, SessionLayer, SessionNullPool, SessionStore};

use super::{User, ada, row};
use crate::row::Row;

pub(super) async fn rows() -> Vec<Row> {
    let config = SessionConfig::default().with_ip_and_user_agent(false);
    let Ok(store) = SessionStore::<SessionNullPool>::new(None, config).await else { return Vec::new() };
    let layer = SessionLayer::new(store);
    let read = Router::new().route("/", get(name)).layer(layer.clone());
    let log_in = Router::new().route("/", get(log_in)).layer(layer);
    vec![row("axum_session 0.22, in memory, read", read, log_in).await]
}

async fn name(session: Session<SessionNullPool>) -> String {
    session.get::<User>("user").map(|user| user.name).unwrap_or_default()
}

async fn log_in(session: Session<SessionNullPool>) {
    session.set("user", ada());
}
