//! The unguarded handler, and what others charge: each as its own documentation shows it, with the fastest settings that do
//! the work.

pub(crate) mod axum_login;
mod axum_session;
mod jars;
mod protect_axum;
pub(crate) mod tower_sessions;

use axum::Router;
use axum::response::Html;
use axum::routing::get;
use http::header;
use serde::{Deserialize, Serialize};

use crate::UNGUARDED;
use crate::row::{Row, headers};
use crate::site::{Site, greeting};

/// A handler that nothing guards, sent what the others are sent: what a header costs whoever makes and drops the request is
/// not what a guard costs.
pub fn unguarded() -> [Row; UNGUARDED] {
    async fn name() -> String {
        "Ada".to_owned()
    }
    let row = |row_name, credential| Row::new(row_name, Router::new().route("/", get(name)), headers(credential));
    [
        row("unguarded", None),
        row("unguarded, sent a cookie", Some((header::COOKIE, "__Host-id=nobody-looks-at-it".to_owned()))),
        row("unguarded, sent a token", Some((header::AUTHORIZATION, "Bearer nobody-looks-at-it".to_owned()))),
    ]
}

/// The page that nothing guards.
pub(crate) fn unguarded_site() -> Site {
    async fn page() -> Html<String> {
        greeting("Ada")
    }
    Site::new("unguarded", Router::new().route("/", get(page)))
}

/// Everybody else, in this process.
pub async fn rows() -> Vec<Row> {
    let mut rows = tower_sessions::rows().await;
    rows.extend(axum_login::rows().await);
    rows.extend(axum_session::rows().await);
    rows.extend(protect_axum::rows().await);
    rows.extend(jars::rows().await);
    rows
}

/// What each of them reads, like the principal of this library's rows.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct User {
    id: u64,
    name: String,
    roles: Vec<String>,
    scopes: Vec<String>,
}

fn ada() -> User {
    User {
        id: 7,
        name: "Ada".into(),
        roles: vec!["customer".into(), "staff".into()],
        scopes: vec!["orders:read".into(), "orders:write".into()],
    }
}

/// The cookies with which `log_in` answers, as a browser sends them back.
async fn cookies(log_in: Router) -> String {
    let response = Row::new("log-in", log_in, headers(None)).send().await;
    let lines = response.headers().get_all(header::SET_COOKIE).iter().filter_map(|line| line.to_str().ok());
    lines.filter_map(|line| line.split(';').next()).collect::<Vec<_>>().join("; ")
}

/// A row with the cookies of `log_in`: one route a router, as the unguarded row has.
async fn row(name: &'static str, guarded: Router, log_in: Router) -> Row {
    Row::new(name, guarded, headers(Some((header::COOKIE, cookies(log_in).await)))).answered_by("Ada")
}
