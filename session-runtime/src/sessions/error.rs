//! Why a session could not be begun, changed or ended.

use std::fmt;
use std::pin::Pin;

use axum::response::{IntoResponse, Response};
use http::StatusCode;

use crate::refusal::{self, RefusalKind};
use crate::store::StoreError;

/// Why a session could not be begun, changed or ended.
///
/// As a response it is 503 when the store does not answer, 401 when the session is over, 409 when another request replaced
/// it, 403 for another subject or for a token where only a cookie's session can be changed, 422 for a key-value that nests too
/// deeply, and 500 for what only the application can have caused. Each has a problem document (RFC 9457) for its body.
#[derive(Debug)]
pub struct SessionError {
    kind: SessionErrorKind,
    source: Option<StoreError>,
}

/// What ends or lists sessions, while it waits for the store.
///
/// Not an `async fn`, because a bound of one is asked for wherever its future is named: a principal whose sessions cannot be
/// ended would be told so three times.
pub type SessionFuture<'a, T> = Pin<Box<dyn Future<Output = Result<T, SessionError>> + Send + 'a>>;

/// What went wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SessionErrorKind {
    /// The store, or the system's source of random bytes, does not answer.
    Unavailable,
    /// The session is over: it expired, or was ended meanwhile.
    Ended,
    /// The request came under an id that has been replaced; it may read and no more.
    Superseded,
    /// Somebody else than the session's principal was to re-authenticate it.
    OtherSubject,
    /// An update altered what identifies the principal.
    IdChanged,
    /// The session is a token's: it is in no store and cannot be changed. Where a route accepts both, the client chooses.
    NotACookie,
    /// The principal declares no cookie, so that no session of it can begin; or one that holds the session itself, of which no
    /// store knows anything.
    NoCookie,
    /// The principal's id is neither a text, nor a number, nor a newtype of one.
    Unidentifiable,
    /// The store does not find sessions by their subject.
    NotListed,
    /// The principal does not become JSON that can be read again, as a store outside the process or a cookie keeps it. Its
    /// JSON may nest at most 127 levels, the principal itself included.
    Unserialisable,
    /// A key-value nests more than 124 levels of JSON: in a store outside the process, the record could not be read again.
    TooDeep,
    /// The session is larger than the 4,096 bytes that browsers keep of a cookie (RFC 6265bis 5.6), and lives in one.
    TooLarge,
}

impl SessionError {
    /// What went wrong.
    pub const fn kind(&self) -> SessionErrorKind {
        self.kind
    }
}

impl From<SessionErrorKind> for SessionError {
    fn from(kind: SessionErrorKind) -> Self {
        Self { kind, source: None }
    }
}

impl From<StoreError> for SessionError {
    fn from(source: StoreError) -> Self {
        Self { kind: SessionErrorKind::Unavailable, source: Some(source) }
    }
}

impl fmt::Display for SessionError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self.kind {
            SessionErrorKind::Unavailable => "the session store does not answer",
            SessionErrorKind::Ended => "the session is over",
            SessionErrorKind::Superseded => "the session goes on under another id",
            SessionErrorKind::OtherSubject => "the session belongs to somebody else",
            SessionErrorKind::IdChanged => "an update cannot change whose session it is",
            SessionErrorKind::NotACookie => "the session of a token cannot be changed",
            SessionErrorKind::NoCookie => "the principal declares no cookie that names a session",
            SessionErrorKind::Unidentifiable => "the principal's id is neither a text nor a number",
            SessionErrorKind::NotListed => "the session store does not find sessions by their subject",
            SessionErrorKind::Unserialisable => "the principal does not become JSON that can be read again",
            SessionErrorKind::TooDeep => "a key-value nests more than 124 levels of JSON",
            SessionErrorKind::TooLarge => "the session does not fit into its cookie",
        })
    }
}

impl IntoResponse for SessionError {
    fn into_response(self) -> Response {
        match self.kind {
            SessionErrorKind::Unavailable => {
                tracing::error!(target: "session", error = ?self, "session.store_unavailable");
                refusal::respond_within(RefusalKind::Unavailable)
            }
            SessionErrorKind::Ended => refusal::respond_within(RefusalKind::InvalidCredential),
            SessionErrorKind::OtherSubject | SessionErrorKind::NotACookie => {
                refusal::respond_to_operation(StatusCode::FORBIDDEN)
            }
            SessionErrorKind::Superseded => refusal::respond_to_operation(StatusCode::CONFLICT),
            // The client may have sent it: no error of the server.
            SessionErrorKind::TooDeep => refusal::respond_to_operation(StatusCode::UNPROCESSABLE_ENTITY),
            SessionErrorKind::IdChanged
            | SessionErrorKind::NoCookie
            | SessionErrorKind::Unidentifiable
            | SessionErrorKind::NotListed
            | SessionErrorKind::Unserialisable
            | SessionErrorKind::TooLarge => {
                tracing::error!(target: "session", error = %self, "session.misused");
                refusal::respond_to_operation(StatusCode::INTERNAL_SERVER_ERROR)
            }
        }
    }
}

impl std::error::Error for SessionError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.source.as_ref().map(|source| source as _)
    }
}
