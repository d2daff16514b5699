//! How a session begins and ends.

use std::sync::Arc;

use axum::extract::{Form, Query, State};
use axum::http::{StatusCode, header};
use axum::response::{Html, IntoResponse, Redirect, Response};
use serde::Deserialize;
use session_runtime::{AuthSession, ReturnTo, Session, SessionError, session};

use super::attempts::Attempts;
use super::client::Client;
use super::page::{Text, alert, page};
use super::register::Register;
use super::user::User;

/// In seconds.
pub(super) const RETRY_WHEN_BUSY: &str = "2";

/// Where the visitor wanted to go when a guard sent them here.
#[derive(Deserialize)]
pub(super) struct Destination {
    #[serde(default)]
    pub(super) next: ReturnTo,
}

/// What the form holds; what is missing is empty, and so wrong.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Credentials {
    username: String,
    password: String,
    /// A checkbox: there when it is ticked.
    remember: Option<String>,
    next: ReturnTo,
}

#[session(optional, cookie)]
pub(super) async fn login_form(session: Option<Session<User>>, Query(destination): Query<Destination>) -> Html<String> {
    let notice = session.map(|session| format!("You are logged in as {}.", session.username));
    login_page("", &destination.next, notice.as_deref())
}

#[session(optional, cookie)]
pub(super) async fn log_in(
    mut auth: AuthSession<User>,
    client: Client,
    State(register): State<Arc<Register>>,
    State(attempts): State<Arc<Attempts>>,
    Form(credentials): Form<Credentials>,
) -> Result<Response, SessionError> {
    let Credentials { username, password, remember, next } = credentials;
    if let Err(seconds) = attempts.count(client, &username) {
        return Ok(too_many(seconds));
    }
    let Ok(verified) = register.verify(client, &username, password).await else { return Ok(busy()) };
    let Some(user) = verified else {
        // The form was read and its content is wrong. 401 would have to name a scheme for `Authorization`.
        let again = login_page(&username, &next, Some("That name and password do not go together. Try again."));
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, again).into_response());
    };
    let log_in = auth.log_in(user).factors(["pwd"]);
    if remember.is_some() {
        log_in.remember().await?
    } else {
        log_in.await?
    };
    Ok(next.into_response())
}

#[session(optional, cookie)]
pub(super) async fn log_out(mut auth: AuthSession<User>) -> Result<Redirect, SessionError> {
    auth.log_out().await?;
    Ok(Redirect::to("/"))
}

/// Whoever guesses has to wait, right or wrong.
pub(super) fn too_many(seconds: u64) -> Response {
    let body = format!("<p>There were too many attempts under this name. Try again in {seconds} seconds.</p>");
    let wait = [(header::RETRY_AFTER, seconds.to_string())];
    (StatusCode::TOO_MANY_REQUESTS, wait, page("Too many attempts", &body)).into_response()
}

/// Passwords of others are verified first.
pub(super) fn busy() -> Response {
    let body = "<p>Many people log in at this moment. Try again in a few seconds.</p>";
    let wait = [(header::RETRY_AFTER, RETRY_WHEN_BUSY)];
    (StatusCode::SERVICE_UNAVAILABLE, wait, page("Busy", body)).into_response()
}

fn login_page(username: &str, next: &ReturnTo, message: Option<&str>) -> Html<String> {
    let (username, next, alert) = (Text(username), Text(next), alert(message));
    page(
        "Log in",
        &format!(
            r#"{alert}
<form method="post" action="/login">
<input type="hidden" name="next" value="{next}">
<label>Name <input name="username" value="{username}" autocomplete="username" autocapitalize="none" required></label>
<label>Password <input name="password" type="password" autocomplete="current-password" required></label>
<label class="check"><input name="remember" type="checkbox"> Keep me logged in on this device for 30 days</label>
<button>Log in</button>
</form>"#
        ),
    )
}
