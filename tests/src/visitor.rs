//! A visitor with as much of a browser as sessions need.

use std::collections::BTreeMap;

use axum::Router;
use axum::body::Body;
use http::{HeaderMap, HeaderName, HeaderValue, Request, StatusCode, header};
use http_body_util::BodyExt as _;
use serde::Serialize;
use serde::de::DeserializeOwned;
use session_runtime::{Refusal, RefusalKind};
use tower::ServiceExt as _;

/// Somebody who sends requests and keeps cookies. A clone is another tab of the same browser that does not hear of what
/// the first one receives: so a test plays the slow request with the old cookie.
#[derive(Clone, Debug)]
pub struct Visitor {
    router: Router,
    cookies: BTreeMap<String, String>,
}

/// What came back.
#[derive(Clone, Debug)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// The headers.
    pub headers: HeaderMap,
    /// The body, as a text.
    pub body: String,
    /// Why the guard refused, from the response's extensions.
    pub refusal: Option<RefusalKind>,
}

impl Visitor {
    /// Somebody new to this router.
    pub fn of(router: &Router) -> Self {
        Self { router: router.clone(), cookies: BTreeMap::new() }
    }

    /// The value of a cookie that the browser keeps.
    pub fn cookie(&self, name: &str) -> Option<&str> {
        self.cookies.get(name).map(String::as_str)
    }

    /// Plants a cookie, as somebody who is up to no good would.
    pub fn set_cookie(&mut self, name: &str, value: &str) {
        self.cookies.insert(name.to_owned(), value.to_owned());
    }

    /// A `GET`.
    pub async fn get(&mut self, path: &str) -> Answer {
        self.ask(&format!("GET {path}"), &[]).await
    }

    /// A `POST` without a body.
    pub async fn post(&mut self, path: &str) -> Answer {
        self.ask(&format!("POST {path}"), &[]).await
    }

    /// A `POST` of JSON.
    pub async fn post_json(&mut self, path: &str, body: &impl Serialize) -> Answer {
        let body = serde_json::to_string(body).unwrap();
        self.send(&format!("POST {path}"), &[("content-type", "application/json")], Body::from(body)).await
    }

    /// A link that is followed.
    pub async fn navigate(&mut self, path: &str) -> Answer {
        self.ask(&format!("GET {path}"), &[("sec-fetch-mode", "navigate"), ("sec-fetch-dest", "document")]).await
    }

    /// A request with these headers, its method before its path: `"GET /account"`.
    pub async fn ask(&mut self, request: &str, headers: &[(&str, &str)]) -> Answer {
        self.send(request, headers, Body::empty()).await
    }

    /// A request with a body. The cookies go along unless the headers bring their own.
    pub async fn send(&mut self, request: &str, headers: &[(&str, &str)], body: Body) -> Answer {
        let (method, path) = request.split_once(' ').unwrap();
        let mut request = Request::builder().method(method).uri(path).header(header::HOST, "shop.example");
        for (name, value) in headers {
            request = request.header(*name, HeaderValue::from_bytes(value.as_bytes()).unwrap());
        }
        let brings_cookies = headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("cookie"));
        if !brings_cookies && !self.cookies.is_empty() {
            let pairs: Vec<_> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
            request = request.header(header::COOKIE, pairs.join("; "));
        }
        let answer = answer(&self.router, request.body(body).unwrap()).await;
        for line in answer.all("set-cookie") {
            self.keep(&line);
        }
        answer
    }

    fn keep(&mut self, line: &str) {
        let (pair, attributes) = line.split_once("; ").unwrap();
        let (name, value) = pair.split_once('=').unwrap();
        if attributes.split("; ").any(|attribute| attribute == "Max-Age=0") {
            self.cookies.remove(name);
        } else {
            self.cookies.insert(name.to_owned(), value.to_owned());
        }
    }
}

async fn answer(router: &Router, request: Request<Body>) -> Answer {
    let response = router.clone().oneshot(request).await.unwrap();
    let (parts, body) = response.into_parts();
    let body = body.collect().await.unwrap().to_bytes();
    Answer {
        status: parts.status.as_u16(),
        headers: parts.headers,
        body: String::from_utf8_lossy(&body).into_owned(),
        refusal: parts.extensions.get::<Refusal>().map(Refusal::kind),
    }
}

impl Answer {
    /// The value of a header that is there once, or not at all.
    #[track_caller]
    pub fn header(&self, name: &str) -> Option<String> {
        let mut values = self.all(name);
        assert!(values.len() <= 1, "`{name}` is there more than once: {values:?}");
        values.pop()
    }

    /// Every value of a header.
    pub fn all(&self, name: &str) -> Vec<String> {
        let name = HeaderName::try_from(name).unwrap();
        self.headers.get_all(name).iter().map(|value| value.to_str().unwrap().to_owned()).collect()
    }

    /// The body as JSON.
    #[track_caller]
    pub fn json<T: DeserializeOwned>(&self) -> T {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    /// The kind of the `SessionError` that the handler met.
    pub fn error(&self) -> Option<String> {
        self.header("x-error")
    }

    /// Whether the request was admitted.
    pub fn is_ok(&self) -> bool {
        self.status == StatusCode::OK.as_u16()
    }
}
