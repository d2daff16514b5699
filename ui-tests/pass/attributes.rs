//! What is about the handler stays outside; what rewrites the author's function goes inside; the order is kept.
#![deny(warnings)]

use axum::extract::Path;
use session_runtime::{AuthSession, Session, session};
use ui_tests::{App, User};

/// Documented.
#[session(required)]
#[cfg(all())]
#[must_use]
#[allow(unused_variables)]
#[axum::debug_handler(state = App)]
pub(crate) async fn account(session: Session<User>, Path(unused): Path<u64>) -> &'static str {
    "account"
}

#[session(required)]
#[cfg(any())]
async fn account(session: Nothing) {}

#[session(optional)]
#[deprecated(note = "use `account`")]
async fn old(session: Option<Session<User>>, mut auth: AuthSession<User>) -> String {
    let _ = &mut auth;
    session.map(|session| session.id.to_string()).unwrap_or_default()
}

fn main() {
    let _ = account;
    #[allow(deprecated)]
    let _ = old;
}
