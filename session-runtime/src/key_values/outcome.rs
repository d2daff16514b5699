//! What a response says about key-values that could not be written.

use axum::response::{IntoResponse, Response};

use super::RequestKeyValues;
use crate::sessions::{SessionError, SessionErrorKind};

/// Writes what was changed and not saved; the response says so where that cannot be done.
pub(crate) async fn answered(key_values: &RequestKeyValues, response: Response) -> Response {
    match key_values.keep(response.status().is_server_error()).await {
        Ok(()) => response,
        // The session ended while the request was under way: the answer is not recalled. An anonymous visitor can cause it.
        Err(kind @ SessionErrorKind::Ended) => {
            tracing::debug!(target: "session", reason = ?kind, "session.key_values_not_kept");
            response
        }
        // The session has no record: the answer is not recalled.
        Err(kind @ SessionErrorKind::NotACookie) => {
            tracing::warn!(target: "session", reason = ?kind, "session.key_values_not_kept");
            response
        }
        Err(kind) => SessionError::from(kind).into_response(),
    }
}
