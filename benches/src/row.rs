//! One application and one request to it.

use axum::Router;
use axum::body::Body;
use axum::response::Response;
use http::{HeaderMap, HeaderName, HeaderValue, Method, Request, StatusCode, header};
use tower_service::Service;

use crate::visitors::Visitors;

/// One application and one request to it.
pub struct Row {
    /// What it measures.
    pub name: &'static str,
    router: Router,
    method: Method,
    headers: HeaderMap,
    visitors: Option<Visitors>,
    status: StatusCode,
    body: Option<&'static str>,
    before: Box<dyn Fn() + Send>,
    twin: Option<Twin>,
}

/// The same application over a store that counts.
struct Twin {
    row: Box<Row>,
    counts: Box<dyn Fn() -> [u64; 2] + Send>,
}

/// What a request asks of others, besides time.
#[derive(Clone, Copy, Debug)]
pub struct Traffic {
    /// How often the store is read and written, where that is counted.
    pub store: Option<[u64; 2]>,
    /// How long the `Set-Cookie` lines of the answer are, in bytes.
    pub set_cookie: usize,
}

impl Row {
    /// A row that asks for `/`, with these headers, and is answered with 200.
    pub fn new(name: &'static str, router: Router, headers: HeaderMap) -> Self {
        let (status, before) = (StatusCode::OK, Box::new(|| ()));
        Self { name, router, method: Method::GET, headers, visitors: None, status, body: None, before, twin: None }
    }

    /// Asks each time with the cookie of another visitor.
    #[must_use]
    pub fn asked_by(self, visitors: Visitors) -> Self {
        Self { visitors: Some(visitors), ..self }
    }

    /// Asks in this way.
    #[must_use]
    pub fn method(self, method: Method) -> Self {
        Self { method, ..self }
    }

    /// Expects this status.
    #[must_use]
    pub fn answered_with(self, status: StatusCode) -> Self {
        Self { status, ..self }
    }

    /// Expects this body.
    #[must_use]
    pub fn answered_by(self, body: &'static str) -> Self {
        Self { body: Some(body), ..self }
    }

    /// Does this before every request.
    #[must_use]
    pub fn before(self, before: impl Fn() + Send + 'static) -> Self {
        Self { before: Box::new(before), ..self }
    }

    /// The same application over a store that counts its reads and writes, so that counting costs the measured one nothing.
    #[must_use]
    pub fn counted_by(self, twin: Self, counts: impl Fn() -> [u64; 2] + Send + 'static) -> Self {
        Self { twin: Some(Twin { row: Box::new(twin), counts: Box::new(counts) }), ..self }
    }

    /// The header in which the visitor shows who they are.
    pub fn credential(&self) -> Option<HeaderName> {
        [header::COOKIE, header::AUTHORIZATION].into_iter().find(|name| self.headers.contains_key(name))
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
            assert_eq!(status, self.status, "{}", self.name);
        }
    }

    /// Sends the request once.
    pub async fn send(&self) -> Response {
        let mut request = Request::new(Body::empty());
        request.method_mut().clone_from(&self.method);
        request.headers_mut().clone_from(&self.headers);
        if let Some(cookie) = self.visitors.as_ref().and_then(Visitors::cookie) {
            request.headers_mut().insert(header::COOKIE, cookie);
        }
        match self.router.clone().call(request).await {
            Ok(response) => response,
            Err(impossible) => match impossible {},
        }
    }

    /// What one request asks of others, after a first one that may still prepare something.
    ///
    /// # Panics
    ///
    /// When the answer is another than expected.
    pub async fn traffic(&self) -> Traffic {
        self.run(1).await;
        (self.before)();
        let response = self.send().await;
        let set_cookie = response.headers().get_all(header::SET_COOKIE).iter().map(HeaderValue::len).sum();
        if let Some(expected) = self.body {
            let body = axum::body::to_bytes(response.into_body(), 1024).await.unwrap_or_default();
            assert_eq!(body, expected, "{}", self.name);
        }
        let Some(Twin { row: twin, counts }) = &self.twin else { return Traffic { store: None, set_cookie } };
        twin.run(1).await;
        let [reads_before, writes_before] = counts();
        twin.run(1).await;
        let [reads, writes] = counts();
        Traffic { store: Some([reads - reads_before, writes - writes_before]), set_cookie }
    }
}

/// The headers that a browser and a client send anyway, and one of theirs.
pub fn headers(extra: Option<(HeaderName, String)>) -> HeaderMap {
    let mut headers = HeaderMap::new();
    headers.insert(header::HOST, HeaderValue::from_static("shop.example"));
    headers.insert(header::ACCEPT, HeaderValue::from_static("text/html,application/json;q=0.9"));
    headers.insert(header::USER_AGENT, HeaderValue::from_static("bench"));
    if let Some((name, value)) = extra
        && let Ok(value) = HeaderValue::try_from(value)
    {
        headers.insert(name, value);
    }
    headers
}
