//! Why no tokens were granted.

use std::error::Error;
use std::fmt;

use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};
use serde::Serialize;

use super::pair::json;
use crate::sessions::{SessionError, SessionErrorKind};
use crate::store::StoreError;
use crate::token::IssueError;

/// Why no tokens were granted, or none was revoked.
///
/// As a response it is that of RFC 6749 5.2 and RFC 7009 2.2.1: 400 with the error's code for what the client did, 503 when
/// the store does not answer, 500 for what only the application can have caused.
#[derive(Debug)]
pub struct GrantError {
    kind: GrantErrorKind,
    source: Option<Box<dyn Error + Send + Sync>>,
}

/// What went wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum GrantErrorKind {
    /// This is no refresh token, it has expired, was revoked, or was used before. Which of them is not said.
    InvalidGrant,
    /// A scope that was not granted.
    InvalidScope,
    /// An access token is to be revoked, and the principal does not declare `bearer(revocable)`.
    UnsupportedTokenType,
    /// The access token could not be issued; the source is an [`IssueError`].
    NotIssued,
    /// The builder was given no store, in which refresh tokens could be.
    NoStore,
    /// The principal does not become JSON that can be read again, as a store outside the process keeps it.
    Unserialisable,
    /// The store, or the system's source of random bytes, does not answer.
    Unavailable,
}

impl GrantError {
    /// What went wrong.
    pub const fn kind(&self) -> GrantErrorKind {
        self.kind
    }

    /// The code of the error in OAuth (RFC 6749 5.2), as `invalid_grant`.
    pub const fn code(&self) -> &'static str {
        match self.kind {
            GrantErrorKind::InvalidGrant => "invalid_grant",
            GrantErrorKind::InvalidScope => "invalid_scope",
            GrantErrorKind::UnsupportedTokenType => "unsupported_token_type",
            GrantErrorKind::NotIssued | GrantErrorKind::NoStore | GrantErrorKind::Unserialisable => "server_error",
            GrantErrorKind::Unavailable => "temporarily_unavailable",
        }
    }
}

impl From<GrantErrorKind> for GrantError {
    fn from(kind: GrantErrorKind) -> Self {
        Self { kind, source: None }
    }
}

impl From<StoreError> for GrantError {
    fn from(error: StoreError) -> Self {
        Self { kind: GrantErrorKind::Unavailable, source: Some(Box::new(error)) }
    }
}

impl From<IssueError> for GrantError {
    fn from(error: IssueError) -> Self {
        let kind = match error {
            IssueError::Scope => GrantErrorKind::InvalidScope,
            IssueError::Randomness => GrantErrorKind::Unavailable,
            _ => GrantErrorKind::NotIssued,
        };
        Self { kind, source: Some(Box::new(error)) }
    }
}

impl From<SessionErrorKind> for GrantError {
    fn from(kind: SessionErrorKind) -> Self {
        SessionError::from(kind).into()
    }
}

impl From<SessionError> for GrantError {
    fn from(error: SessionError) -> Self {
        let kind = match error.kind() {
            SessionErrorKind::NoCookie => GrantErrorKind::NoStore,
            SessionErrorKind::NotACookie => GrantErrorKind::UnsupportedTokenType,
            SessionErrorKind::Unserialisable | SessionErrorKind::Unidentifiable => GrantErrorKind::Unserialisable,
            _ => GrantErrorKind::Unavailable,
        };
        Self { kind, source: Some(Box::new(error)) }
    }
}

impl fmt::Display for GrantError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self.kind {
            GrantErrorKind::InvalidGrant => "the refresh token is not good, or not any more",
            GrantErrorKind::InvalidScope => "a scope was asked for that was not granted",
            GrantErrorKind::UnsupportedTokenType => "access tokens of this principal cannot be revoked",
            GrantErrorKind::NotIssued => "the access token could not be issued",
            GrantErrorKind::NoStore => "refresh tokens need a store; add `.store(..)` to the builder",
            GrantErrorKind::Unserialisable => "the principal does not become JSON that can be read again",
            GrantErrorKind::Unavailable => "the session store does not answer",
        })
    }
}

impl Error for GrantError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.source.as_deref().map(|source| source as _)
    }
}

#[derive(Serialize)]
struct Document {
    error: &'static str,
}

impl IntoResponse for GrantError {
    fn into_response(self) -> Response {
        let status = match self.kind {
            GrantErrorKind::InvalidGrant | GrantErrorKind::InvalidScope | GrantErrorKind::UnsupportedTokenType => {
                StatusCode::BAD_REQUEST
            }
            GrantErrorKind::NotIssued | GrantErrorKind::NoStore | GrantErrorKind::Unserialisable => {
                tracing::error!(target: "session", error = %self, "session.misused");
                StatusCode::INTERNAL_SERVER_ERROR
            }
            GrantErrorKind::Unavailable => {
                tracing::error!(target: "session", error = ?self, "session.store_unavailable");
                StatusCode::SERVICE_UNAVAILABLE
            }
        };
        let mut response = json(status, &Document { error: self.code() });
        if status == StatusCode::SERVICE_UNAVAILABLE {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("5"));
        }
        response
    }
}
