//! What one page leaves for the next one to say, once.

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use tower_sessions::Session as Values;
use tower_sessions::session::Error;

use super::page::page;

const KEY: &str = "notice";

pub(super) struct Notice;

impl Notice {
    /// The next page says this.
    pub(super) async fn leave(values: &Values, text: &str) -> Result<(), Unsaid> {
        Ok(values.insert(KEY, text).await?)
    }

    /// What this page has to say. It is said once.
    pub(super) async fn take(values: &Values) -> Result<Option<String>, Unsaid> {
        // Whoever has nothing to be told is not written to.
        match values.get::<String>(KEY).await? {
            Some(_) => Ok(values.remove(KEY).await?),
            None => Ok(None),
        }
    }
}

/// What was to be kept for the next page could not be.
pub(super) struct Unsaid(Error);

impl From<Error> for Unsaid {
    fn from(error: Error) -> Self {
        Self(error)
    }
}

impl IntoResponse for Unsaid {
    fn into_response(self) -> Response {
        eprintln!("shop: a visitor's basket cannot be read or written: {}", self.0);
        let body = "<p>This is our fault and will pass. <a href=\"\">Try again</a> in a few seconds.</p>";
        (StatusCode::SERVICE_UNAVAILABLE, page("The basket cannot be reached", body)).into_response()
    }
}
