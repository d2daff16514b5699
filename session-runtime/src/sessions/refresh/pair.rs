//! What a client is given.

use std::fmt;

use axum::body::Body;
use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};
use serde::Serialize;
use zeroize::Zeroizing;

use crate::clock::Timestamp;
use crate::token::IssuedToken;

/// An access token, and the refresh token by which its client gets the next one. `Debug` shows neither.
///
/// As a response it is that of RFC 6749 5.1, in JSON, and is not to be stored.
pub struct TokenPair {
    pub(super) access: IssuedToken,
    pub(super) refresh: Zeroizing<String>,
    pub(super) refresh_expires_at: Timestamp,
}

impl TokenPair {
    /// The access token.
    pub const fn access(&self) -> &IssuedToken {
        &self.access
    }

    /// The refresh token, for its client alone.
    pub fn refresh_token(&self) -> &str {
        &self.refresh
    }

    /// When the refresh token ends unless it is used: `idle` from now, and at most `absolute` after the grant.
    pub const fn refresh_expires_at(&self) -> Timestamp {
        self.refresh_expires_at
    }
}

#[derive(Serialize)]
struct Document<'a> {
    access_token: &'a str,
    token_type: &'static str,
    /// In seconds.
    expires_in: u64,
    refresh_token: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    scope: Option<&'a str>,
}

impl IntoResponse for TokenPair {
    fn into_response(self) -> Response {
        let document = Document {
            access_token: self.access.token(),
            token_type: "Bearer",
            expires_in: self.access.lifetime().as_secs(),
            refresh_token: &self.refresh,
            scope: self.access.scope(),
        };
        json(StatusCode::OK, &document)
    }
}

/// A response of the token endpoint, which nobody keeps (RFC 6749 5.1).
pub(super) fn json(status: StatusCode, document: &impl Serialize) -> Response {
    // Texts and numbers always become JSON.
    let mut response = Response::new(Body::from(serde_json::to_vec(document).unwrap_or_default()));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

impl fmt::Debug for TokenPair {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("TokenPair")
            .field("access", &self.access)
            .field("refresh_expires_at", &self.refresh_expires_at)
            .finish_non_exhaustive()
    }
}
