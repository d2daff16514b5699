//! The unguarded handler, and what others charge.

use axum::Router;
use axum::routing::get;
use http::header;
use serde::{Deserialize, Serialize};
use tower_sessions::{Expiry, MemoryStore, Session, SessionManagerLayer};

use crate::row::{Row, headers};

/// A handler that nothing guards.
pub fn unguarded() -> Row {
    async fn name() -> String {
        "Ada".to_owned()
    }
    Row::new("unguarded", Router::new().route("/", get(name)), headers(None))
}

#[derive(Clone, Serialize, Deserialize)]
struct User {
    id: u64,
    name: String,
    roles: Vec<String>,
    scopes: Vec<String>,
}

/// `tower-sessions` with its in-process store. It checks neither an absolute limit nor roles.
pub async fn tower_sessions() -> Vec<Row> {
    async fn name(session: Session) -> String {
        session.get::<User>("user").await.ok().flatten().map(|user| user.name).unwrap_or_default()
    }
    async fn log_in(session: Session) {
        let user = User {
            id: 7,
            name: "Ada".into(),
            roles: vec!["customer".into(), "staff".into()],
            scopes: vec!["orders:read".into(), "orders:write".into()],
        };
        // A failure shows in the row: its requests find no name.
        let _ = session.insert("user", user).await;
    }
    let mut rows = Vec::new();
    for (row_name, sliding) in [("tower-sessions 0.15, read", false), ("tower-sessions 0.15, always_save", true)] {
        let expiry = Expiry::OnInactivity(time::Duration::minutes(15));
        let layer = SessionManagerLayer::new(MemoryStore::default()).with_expiry(expiry).with_always_save(sliding);
        // One store, and one route a router, as the unguarded row has.
        let log_in = Router::new().route("/", get(log_in)).layer(layer.clone());
        let response = Row::new("log-in", log_in, headers(None)).send().await;
        let line = response.headers().get(header::SET_COOKIE).and_then(|line| line.to_str().ok()).unwrap_or_default();
        let cookie = line.split(';').next().unwrap_or_default().to_owned();
        let router = Router::new().route("/", get(name)).layer(layer);
        rows.push(Row::new(row_name, router, headers(Some((header::COOKIE, cookie)))));
    }
    rows
}
