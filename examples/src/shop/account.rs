//! What a visitor who is logged in may see of themselves.

use axum::Json;
use axum::response::Html;
use serde::Serialize;
use session_runtime::{Session, Timestamp, session};

use super::page::{Moment, Page, Text};
use super::user::{Role, User};

/// Each visit starts the fifteen minutes anew.
#[session(required, max_age = "15m", sliding, login = "/login")]
pub(super) async fn account(session: Session<User>) -> Html<String> {
    let time = |instant: Timestamp| Moment(instant).to_string();
    let rows = [
        ("Logged in", time(session.created_at())),
        ("Password given", session.authenticated_at().map_or_else(|| "unknown".to_owned(), time)),
        ("Last seen", time(session.last_seen_at())),
        ("Ends without another visit", time(session.expires_at())),
        ("Roles", Role::list(&session.roles)),
    ]
    .into_iter()
    .map(|(name, value)| format!("<dt>{name}</dt><dd>{}</dd>", Text(value)))
    .collect::<Vec<_>>()
    .join("\n");
    let body = format!(
        "<p>Hello, {}.</p>\n<dl>\n{rows}\n</dl>\n<p><a href=\"/sessions\">Where you are logged in</a> · \
         <a href=\"/account/live\">Stay until the end</a></p>",
        Text(&session.username)
    );
    Page::new("Your account").of(Some(&session)).with(&body)
}

#[derive(Serialize)]
struct Heartbeat {
    username: String,
    /// Seconds since the Unix epoch.
    last_seen_at: u64,
    expires_at: u64,
}

/// For a script that asks every minute: without `sliding` it is no activity, and keeps nobody logged in.
#[session(required)]
pub(super) async fn heartbeat(session: Session<User>) -> Json<Heartbeat> {
    Json(Heartbeat {
        username: session.username.clone(),
        last_seen_at: session.last_seen_at().as_secs(),
        expires_at: session.expires_at().as_secs(),
    })
}
