//! What a guard says to the client, whatever the application makes of its looks.

use axum::response::{IntoResponse, Response};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};

use super::{Refusal, RefusalContext, RefusalKind, challenge, problem};

/// How soon a client may ask again after the store did not answer, in seconds.
const RETRY_AFTER: &str = "5";

pub(super) const NO_STORE: HeaderValue = HeaderValue::from_static("no-store");

/// The part of a response that no [`OnRefusal`] changes.
pub(super) struct Answer {
    status: StatusCode,
    headers: HeaderMap,
}

/// The headers that are as the guard says, or absent.
const IMPOSED: [HeaderName; 3] = [header::WWW_AUTHENTICATE, header::LOCATION, header::CACHE_CONTROL];

impl Answer {
    pub(super) fn redirect(location: HeaderValue) -> Self {
        // RFC 9110 15.4.4: whatever the method was, the page is fetched with GET; 307 would post a form to it.
        Self::new(StatusCode::SEE_OTHER, [(header::LOCATION, location)])
    }

    pub(super) fn problem(refusal: &Refusal, context: &RefusalContext) -> Self {
        let challenge = challenge::of(refusal, context).map(|challenge| (header::WWW_AUTHENTICATE, challenge));
        let mut answer = Self::new(refusal.status(), challenge);
        if refusal.kind == RefusalKind::Unavailable {
            answer.headers.insert(header::RETRY_AFTER, HeaderValue::from_static(RETRY_AFTER));
        }
        answer
    }

    fn new(status: StatusCode, headers: impl IntoIterator<Item = (HeaderName, HeaderValue)>) -> Self {
        let headers = headers.into_iter().chain([(header::CACHE_CONTROL, NO_STORE)]).collect();
        Self { status, headers }
    }

    pub(super) fn to_response(&self, kind: RefusalKind) -> Response {
        if self.status.is_redirection() {
            (self.status, self.headers.clone()).into_response()
        } else {
            (self.status, self.headers.clone(), problem::of(kind)).into_response()
        }
    }

    pub(super) fn impose_on(&self, response: &mut Response) {
        *response.status_mut() = self.status;
        for name in IMPOSED {
            response.headers_mut().remove(name);
        }
        // What is not imposed stays as the hook left it, or is filled in.
        for (name, value) in &self.headers {
            response.headers_mut().entry(name).or_insert_with(|| value.clone());
        }
    }
}
