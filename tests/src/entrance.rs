//! Handlers that every site has.

use axum::Json;
use axum::extract::Path;
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use session_runtime::routing::{get, post};
use session_runtime::{AuthSession, GuardedRouter, Principal, Session, SessionError, Timestamp, session};

use crate::{App, Partner, User};

/// Routes that let users in and out, and show and change their sessions.
pub fn entrance() -> GuardedRouter<App> {
    GuardedRouter::new()
        .route("/me", get(me))
        .route("/log-in", post(log_in))
        .route("/log-out", post(log_out))
        .route("/reauthenticate", post(reauthenticate))
        .route("/rotate", post(rotate))
        .route("/rename/{name}", post(rename))
        .route("/visit", post(visit))
        .route("/partners/me", get(me_as_partner))
        .route("/partners/log-in", post(log_in_partner))
}

/// An operation on a session that failed, as `SessionError` answers it, with its kind in a header for the test to see.
#[derive(Debug)]
pub struct Failed(SessionError);

impl From<SessionError> for Failed {
    fn from(error: SessionError) -> Self {
        Self(error)
    }
}

impl IntoResponse for Failed {
    fn into_response(self) -> Response {
        let kind = format!("{:?}", self.0.kind());
        ([("x-error", kind)], self.0).into_response()
    }
}

/// What a visitor is told about their own session; instants in seconds since 1970.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "they are the names of `Session`'s methods")]
pub struct WhoAmI<P> {
    pub principal: P,
    pub created_at: u64,
    pub authenticated_at: Option<u64>,
    pub last_seen_at: u64,
    pub expires_at: u64,
}

impl<P: Principal> From<Session<P>> for WhoAmI<P> {
    fn from(session: Session<P>) -> Self {
        Self {
            principal: session.principal().clone(),
            created_at: session.created_at().as_secs(),
            authenticated_at: session.authenticated_at().map(Timestamp::as_secs),
            last_seen_at: session.last_seen_at().as_secs(),
            expires_at: session.expires_at().as_secs(),
        }
    }
}

#[session(required)]
async fn me(session: Session<User>) -> Json<WhoAmI<User>> {
    Json(session.into())
}

#[session(required)]
async fn me_as_partner(session: Session<Partner>) -> Json<WhoAmI<Partner>> {
    Json(session.into())
}

#[session(optional)]
async fn log_in(mut auth: AuthSession<User>, Json(user): Json<User>) -> Result<(), Failed> {
    auth.log_in(user).await?;
    Ok(())
}

#[session(optional)]
async fn log_in_partner(mut auth: AuthSession<Partner>, Json(partner): Json<Partner>) -> Result<(), Failed> {
    auth.log_in(partner).await?;
    Ok(())
}

#[session(optional)]
async fn log_out(mut auth: AuthSession<User>) -> Result<(), Failed> {
    Ok(auth.log_out().await?)
}

#[session(required)]
async fn reauthenticate(mut auth: AuthSession<User>, Json(user): Json<User>) -> Result<Json<WhoAmI<User>>, Failed> {
    Ok(Json(auth.reauthenticate(user).await?.clone().into()))
}

#[session(required)]
async fn rotate(mut session: Session<User>) -> Result<(), Failed> {
    Ok(session.rotate().await?)
}

#[session(required)]
async fn rename(mut session: Session<User>, Path(name): Path<String>) -> Result<String, Failed> {
    session.update(|user| user.name.clone_from(&name)).await?;
    Ok(session.name.clone())
}

#[session(required)]
async fn visit(mut session: Session<User>) -> Result<String, Failed> {
    session.update(|user| user.visits += 1).await?;
    Ok(session.visits.to_string())
}
