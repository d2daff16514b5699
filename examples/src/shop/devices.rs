//! Where the visitor is logged in, and how to end that.

use axum::extract::{Form, State};
use axum::response::{Html, Redirect};
use serde::Deserialize;
use session_runtime::{AuthSession, ListedSession, Session, SessionError, SessionHandle, Sessions, policy, session};

use super::page::{Moment, Page, Text};
use super::user::User;

/// A stolen cookie alone throws nobody out (ASVS 7.5.2).
#[policy(principal(User), cookie, fresh = "15m", login = "/login", reauthenticate = "/reauthenticate?next=/sessions")]
pub(super) struct EndsSessions;

#[session(required, cookie, login = "/login")]
pub(super) async fn sessions(
    session: Session<User>,
    State(sessions): State<Sessions<User>>,
) -> Result<Html<String>, SessionError> {
    let listed = sessions.of_issuer(&session.issuer).of(&session.username).await?;
    let rows: String = listed.iter().map(|listed| row(listed, listed.is(&session))).collect();
    let body = format!(
        r#"<table>
<tr><th>Device</th><th>Logged in</th><th>Last seen</th><td></td></tr>
{rows}</table>
<form class="row" method="post" action="/sessions/end-others"><button>End all others</button></form>
<form class="row" method="post" action="/sessions/end-all"><button>End all, this one included</button></form>"#
    );
    Ok(Page::new("Where you are logged in").of(Some(&session)).with(&body))
}

fn row(listed: &ListedSession, is_this_one: bool) -> String {
    let device = Text(listed.device().unwrap_or("Unknown device"));
    let [created, seen] = [listed.created_at(), listed.last_seen_at()].map(Moment);
    let end = if is_this_one {
        "This one".to_owned()
    } else {
        format!(
            r#"<form class="row" method="post" action="/sessions/end"><input type="hidden" name="session" value="{}">
<button aria-label="End the session on {device} of {created}">End</button></form>"#,
            listed.handle()
        )
    };
    format!("<tr><th scope=\"row\">{device}</th><td>{created}</td><td>{seen}</td><td>{end}</td></tr>\n")
}

#[derive(Deserialize)]
pub(super) struct Choice {
    session: SessionHandle,
}

/// Only of the visitor's own: a handle of somebody else's session finds nothing.
#[session(policy(EndsSessions))]
pub(super) async fn end(
    session: Session<User>,
    State(sessions): State<Sessions<User>>,
    Form(choice): Form<Choice>,
) -> Result<Redirect, SessionError> {
    sessions.of_issuer(&session.issuer).end(&session.username, choice.session).await?;
    Ok(Redirect::to("/sessions"))
}

#[session(policy(EndsSessions))]
pub(super) async fn end_others(
    session: Session<User>,
    State(sessions): State<Sessions<User>>,
) -> Result<Redirect, SessionError> {
    sessions.end_others(&session).await?;
    Ok(Redirect::to("/sessions"))
}

#[session(policy(EndsSessions))]
pub(super) async fn end_all(
    session: Session<User>,
    mut auth: AuthSession<User>,
    State(sessions): State<Sessions<User>>,
) -> Result<Redirect, SessionError> {
    sessions.of_issuer(&session.issuer).end_all(&session.username).await?;
    // It has ended already; the browser is told to forget it.
    auth.log_out().await?;
    Ok(Redirect::to("/"))
}
