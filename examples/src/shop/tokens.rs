//! For programs: how they get a token, renew it and give it back.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;
use axum::extract::rejection::{FormRejection, JsonRejection};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::{Form, Json};
use serde::{Deserialize, Serialize};
use session_runtime::{GrantError, Sessions, TokenOptions, TokenPair, session};

use super::attempts::Attempts;
use super::client::Client;
use super::hashing::Busy;
use super::login::RETRY_WHEN_BUSY;
use super::register::Register;
use super::user::User;

/// As long as the principal's `bearer(max_age)` allows.
const LIFETIME: Duration = Duration::from_secs(5 * 60);

#[derive(Deserialize)]
pub(super) struct TokenRequest {
    username: String,
    password: String,
    /// What the token is for (RFC 6749 3.3): scopes between spaces. Everything the account may, when it is missing.
    scope: Option<String>,
}

/// Why there is no token, as RFC 6749 5.2 has it.
pub(super) enum TokenError {
    InvalidRequest,
    InvalidGrant,
    UnsupportedGrantType,
    InvalidScope,
    /// So many seconds have to pass first.
    TooManyAttempts(u64),
    /// Passwords of others are verified first.
    Busy,
    /// What the library says in the same form.
    Grant(GrantError),
}

/// Not OAuth, which would send the visitor to a page for the password; its answers, so that clients understand them.
#[session(public)]
pub(super) async fn token(
    client: Client,
    State(sessions): State<Sessions<User>>,
    State(register): State<Arc<Register>>,
    State(attempts): State<Arc<Attempts>>,
    request: Result<Json<TokenRequest>, JsonRejection>,
) -> Result<TokenPair, TokenError> {
    let Json(TokenRequest { username, password, scope }) = request.map_err(|_| TokenError::InvalidRequest)?;
    attempts.count(client, &username).map_err(TokenError::TooManyAttempts)?;
    let user = register.verify(client, &username, password).await?.ok_or(TokenError::InvalidGrant)?;
    let user = match scope {
        Some(scope) => narrowed(user, &scope)?,
        None => user,
    };
    Ok(sessions.issue_pair(&user, &TokenOptions::lasting(LIFETIME).factors(["pwd"])).await?)
}

/// The user with these scopes and no others.
fn narrowed(user: User, scope: &str) -> Result<User, TokenError> {
    let scopes: Vec<String> = scope.split(' ').map(str::to_owned).collect();
    if scopes.iter().all(|scope| user.scopes.contains(scope)) {
        Ok(User { scopes, ..user })
    } else {
        Err(TokenError::InvalidScope)
    }
}

#[derive(Deserialize)]
pub(super) struct RefreshRequest {
    grant_type: String,
    refresh_token: String,
    scope: Option<String>,
}

/// The next pair for a refresh token (RFC 6749 6).
#[session(public)]
pub(super) async fn refresh(
    State(sessions): State<Sessions<User>>,
    request: Result<Form<RefreshRequest>, FormRejection>,
) -> Result<TokenPair, TokenError> {
    let Form(RefreshRequest { grant_type, refresh_token, scope }) = request.map_err(|_| TokenError::InvalidRequest)?;
    if grant_type != "refresh_token" {
        return Err(TokenError::UnsupportedGrantType);
    }
    Ok(match scope {
        Some(scope) => sessions.refresh_narrowed(&refresh_token, scope.split(' ')).await?,
        None => sessions.refresh(&refresh_token).await?,
    })
}

#[derive(Deserialize)]
pub(super) struct RevocationRequest {
    token: String,
    // `token_type_hint` is not needed: the kinds of tokens look different.
}

/// Whoever has a token may give it back (RFC 7009): it is good for nothing afterwards, if it ever was good for something.
#[session(public)]
pub(super) async fn revoke(
    State(sessions): State<Sessions<User>>,
    request: Result<Form<RevocationRequest>, FormRejection>,
) -> Result<StatusCode, TokenError> {
    let Form(RevocationRequest { token }) = request.map_err(|_| TokenError::InvalidRequest)?;
    sessions.revoke(&token).await?;
    Ok(StatusCode::OK)
}

impl From<Busy> for TokenError {
    fn from(Busy: Busy) -> Self {
        Self::Busy
    }
}

impl From<GrantError> for TokenError {
    fn from(error: GrantError) -> Self {
        Self::Grant(error)
    }
}

#[derive(Serialize)]
struct RefusedToken {
    error: &'static str,
}

impl IntoResponse for TokenError {
    fn into_response(self) -> Response {
        let error = match self {
            Self::TooManyAttempts(seconds) => {
                let refused = RefusedToken { error: "temporarily_unavailable" };
                let wait = [(header::RETRY_AFTER, seconds.to_string())];
                return (StatusCode::TOO_MANY_REQUESTS, wait, Json(refused)).into_response();
            }
            Self::Busy => {
                let refused = RefusedToken { error: "temporarily_unavailable" };
                let wait = [(header::RETRY_AFTER, RETRY_WHEN_BUSY)];
                return (StatusCode::SERVICE_UNAVAILABLE, wait, Json(refused)).into_response();
            }
            Self::InvalidRequest => "invalid_request",
            Self::InvalidGrant => "invalid_grant",
            Self::UnsupportedGrantType => "unsupported_grant_type",
            Self::InvalidScope => "invalid_scope",
            Self::Grant(error) => return error.into_response(),
        };
        (StatusCode::BAD_REQUEST, [(header::CACHE_CONTROL, "no-store")], Json(RefusedToken { error })).into_response()
    }
}
