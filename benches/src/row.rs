//! One application and one request to it.

use axum::Router;
use axum::body::Body;
use axum::response::Response;
use http::{HeaderMap, HeaderName, HeaderValue, Method, Request, StatusCode};
use tower_service::Service;

/// One application and one request to it.
pub struct Row {
    /// What it measures.
    pub name: &'static str,
    router: Router,
    method: Method,
    headers: HeaderMap,
    expected: StatusCode,
    before: Box<dyn Fn()>,
}

impl Row {
    /// A row that asks for `/`, with these headers, and is answered with 200.
    pub fn new(name: &'static str, router: Router, headers: HeaderMap) -> Self {
        Self { name, router, method: Method::GET, headers, expected: StatusCode::OK, before: Box::new(|| ()) }
    }

    /// Asks in this way.
    #[must_use]
    pub fn method(self, method: Method) -> Self {
        Self { method, ..self }
    }

    /// Expects this status.
    #[must_use]
    pub fn answered_with(self, expected: StatusCode) -> Self {
        Self { expected, ..self }
    }

    /// Does this before every request.
    #[must_use]
    pub fn before(self, before: impl Fn() + 'static) -> Self {
        Self { before: Box::new(before), ..self }
    }

    /// Sends the request this many times.
    ///
    /// # Panics
    ///
    /// When an answer has another status than expected: what is measured would not be what is named.
    pub async fn run(&self, times: u64) {
        for _ in 0..times {
            (self.before)();
            let status = self.send().await.status();
            assert_eq!(status, self.expected, "{}", self.name);
        }
    }

    /// Sends the request once.
    pub async fn send(&self) -> Response {
        let mut request = Request::new(Body::empty());
        request.method_mut().clone_from(&self.method);
        request.headers_mut().clone_from(&self.headers);
        match self.router.clone().call(request).await {
            Ok(response) => response,
            Err(impossible) => match impossible {},
        }
    }
}

/// The headers that a browser and a client send anyway, and one of theirs.
pub fn headers(extra: Option<(HeaderName, String)>) -> HeaderMap {
    let mut headers = HeaderMap::new();
    headers.insert(http::header::HOST, HeaderValue::from_static("shop.example"));
    headers.insert(http::header::ACCEPT, HeaderValue::from_static("text/html,application/json;q=0.9"));
    headers.insert(http::header::USER_AGENT, HeaderValue::from_static("bench"));
    if let Some((name, value)) = extra
        && let Ok(value) = HeaderValue::try_from(value)
    {
        headers.insert(name, value);
    }
    headers
}
