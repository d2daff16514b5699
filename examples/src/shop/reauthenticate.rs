//! Proving again who one is, for what demands a recent proof.

use std::sync::Arc;

use axum::extract::{Form, Query, State};
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Response};
use serde::Deserialize;
use session_runtime::{AuthSession, ReturnTo, Session, SessionError, session};

use super::attempts::Attempts;
use super::client::Client;
use super::login::{Destination, busy, too_many};
use super::page::{Page, Text, alert};
use super::register::Register;
use super::user::User;

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Proof {
    password: String,
    next: ReturnTo,
}

#[session(required, cookie, login = "/login")]
pub(super) async fn reauthentication_form(
    session: Session<User>,
    Query(destination): Query<Destination>,
) -> Html<String> {
    reauthentication_page(&session, &destination.next, None)
}

#[session(required, cookie, login = "/login")]
pub(super) async fn reauthenticate(
    session: Session<User>,
    mut auth: AuthSession<User>,
    client: Client,
    State(register): State<Arc<Register>>,
    State(attempts): State<Arc<Attempts>>,
    Form(proof): Form<Proof>,
) -> Result<Response, SessionError> {
    if let Err(seconds) = attempts.count(client, &session.username) {
        return Ok(too_many(seconds));
    }
    let Ok(verified) = register.verify(client, &session.username, proof.password).await else { return Ok(busy()) };
    let Some(user) = verified else {
        let again = reauthentication_page(&session, &proof.next, Some("That is not your password. Try again."));
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, again).into_response());
    };
    auth.reauthenticate(user).factors(["pwd"]).await?;
    Ok(proof.next.into_response())
}

fn reauthentication_page(session: &Session<User>, next: &ReturnTo, message: Option<&str>) -> Html<String> {
    let (username, next, alert) = (Text(&session.username), Text(next), alert(message));
    Page::new("Confirm that it is you").of(Some(session)).with(&format!(
        r#"{alert}
<p>What you are about to do asks for your password again, {username}.</p>
<form method="post" action="/reauthenticate">
<input type="hidden" name="next" value="{next}">
<input type="hidden" name="username" value="{username}" autocomplete="username">
<label>Password <input name="password" type="password" autocomplete="current-password" required autofocus></label>
<button>Confirm</button>
</form>"#
    ))
}
