//! For programs: a token, and what it opens.

use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::extract::State;
use axum::extract::rejection::JsonRejection;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use session_runtime::{CredentialKind, Session, Sessions, session};

use super::register::Register;
use super::user::{Role, User};

/// As long as the principal's `bearer(max_age)` allows.
const LIFETIME: Duration = Duration::from_secs(5 * 60);

#[derive(Deserialize)]
pub(super) struct TokenRequest {
    username: String,
    password: String,
    /// What the token is for (RFC 6749 3.3): scopes between spaces. Everything the account may, when it is missing.
    scope: Option<String>,
}

/// A token, as RFC 6749 5.1 has it.
#[derive(Serialize)]
struct GrantedToken {
    access_token: String,
    token_type: &'static str,
    expires_in: u64,
    scope: String,
}

/// Why there is no token, as RFC 6749 5.2 has it.
#[derive(Clone, Copy)]
enum TokenError {
    InvalidRequest,
    InvalidGrant,
    InvalidScope,
    ServerError,
}

/// Not OAuth, which would send the visitor to a page for the password; its answers, so that clients understand them.
#[session(public)]
pub(super) async fn token(
    State(sessions): State<Sessions<User>>,
    State(register): State<Arc<Register>>,
    request: Result<Json<TokenRequest>, JsonRejection>,
) -> Result<Response, TokenError> {
    let Json(TokenRequest { username, password, scope }) = request.map_err(|_| TokenError::InvalidRequest)?;
    let user = register.verify(&username, password).await.ok_or(TokenError::InvalidGrant)?;
    let user = match scope {
        Some(scope) => narrowed(user, &scope)?,
        None => user,
    };
    let access_token = sessions.issue_token(&user, LIFETIME).map_err(|_| TokenError::ServerError)?;
    let token = GrantedToken {
        access_token,
        token_type: "Bearer",
        expires_in: LIFETIME.as_secs(),
        scope: user.scopes.join(" "),
    };
    Ok(([(header::CACHE_CONTROL, "no-store")], Json(token)).into_response())
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

#[derive(Serialize)]
struct RefusedToken {
    error: &'static str,
}

impl IntoResponse for TokenError {
    fn into_response(self) -> Response {
        let (status, error) = match self {
            Self::InvalidRequest => (StatusCode::BAD_REQUEST, "invalid_request"),
            Self::InvalidGrant => (StatusCode::BAD_REQUEST, "invalid_grant"),
            Self::InvalidScope => (StatusCode::BAD_REQUEST, "invalid_scope"),
            Self::ServerError => (StatusCode::INTERNAL_SERVER_ERROR, "server_error"),
        };
        (status, [(header::CACHE_CONTROL, "no-store")], Json(RefusedToken { error })).into_response()
    }
}

#[derive(Serialize)]
struct Me {
    username: String,
    roles: Vec<Role>,
    scope: String,
    via: &'static str,
}

impl Me {
    fn of(session: &Session<User>) -> Self {
        Self {
            username: session.username.clone(),
            roles: session.roles.clone(),
            scope: session.scopes.join(" "),
            via: match session.credential() {
                CredentialKind::Cookie => "cookie",
                CredentialKind::Bearer => "bearer",
            },
        }
    }
}

#[session(required, bearer)]
pub(super) async fn me(session: Session<User>) -> Json<Me> {
    Json(Me::of(&session))
}

/// Shows a cookie or a token, whichever the client has; the token wins where it has both.
#[session(required, cookie, bearer)]
pub(super) async fn either(session: Session<User>) -> Json<Me> {
    Json(Me::of(&session))
}

#[derive(Serialize)]
struct Order {
    customer: String,
    article: &'static str,
    quantity: u32,
}

#[session(required, bearer, scope("orders:read"))]
pub(super) async fn orders(session: Session<User>) -> Json<[Order; 2]> {
    let order = |article, quantity| Order { customer: session.username.clone(), article, quantity };
    Json([order("horse", 1), order("battery staple", 3)])
}
