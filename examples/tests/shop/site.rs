//! A shop whose clock a test moves, and a browser that keeps one cookie.

use std::net::SocketAddr;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::http::header::{ACCEPT, CONTENT_TYPE, COOKIE, LOCATION, SET_COOKIE, USER_AGENT};
use axum::http::{HeaderMap, Request, StatusCode, request};
use axum::response::Response;
use examples::shop::{self, DEMONSTRATION_PASSWORD, Settings};
use http_body_util::BodyExt;
use session_runtime::{ManualClock, Timestamp};
use tokio::net::TcpListener;
use tower::ServiceExt;

/// The password as a form has it.
pub(crate) const PASSWORD: &str = "correct+horse+battery";

/// The shop and its clock.
pub(crate) struct Site {
    router: Router,
    clock: ManualClock,
}

impl Site {
    pub(crate) fn open() -> Self {
        Self::with(Settings::in_process().unwrap())
    }

    pub(crate) fn with(settings: Settings) -> Self {
        assert_eq!(PASSWORD.replace('+', " "), DEMONSTRATION_PASSWORD);
        let clock = ManualClock::at(Timestamp::from_secs(1_800_000_000));
        Self { router: shop::router(clock.clone(), settings).unwrap(), clock }
    }

    pub(crate) fn pass(&self, minutes: u64) {
        self.clock.advance(Duration::from_secs(minutes * 60));
    }

    pub(crate) fn browser(&self) -> Browser<'_> {
        Browser { site: self, cookie: None, user_agent: "" }
    }

    /// Where it is when it is served over a real connection.
    pub(crate) async fn serve(&self) -> SocketAddr {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let (address, router) = (listener.local_addr().unwrap(), self.router.clone());
        let service = router.into_make_service_with_connect_info::<SocketAddr>();
        tokio::spawn(async move { axum::serve(listener, service).await.unwrap() });
        address
    }

    /// What comes back, while it is still being sent.
    pub(crate) async fn open_response(&self, request: Request<Body>) -> Response {
        self.router.clone().oneshot(request).await.unwrap()
    }

    pub(crate) async fn send(&self, request: Request<Body>) -> Answer {
        let (parts, body) = self.open_response(request).await.into_parts();
        let body = body.collect().await.unwrap().to_bytes();
        Answer { status: parts.status, headers: parts.headers, body: String::from_utf8(body.to_vec()).unwrap() }
    }
}

/// What came back.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: String,
}

impl Answer {
    pub(crate) fn header(&self, name: impl axum::http::header::AsHeaderName) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }

    /// Where the browser is sent by 303.
    pub(crate) fn destination(&self) -> Option<&str> {
        self.header(LOCATION).filter(|_| self.status == StatusCode::SEE_OTHER)
    }

    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.body).unwrap()
    }
}

/// Somebody in front of a browser.
pub(crate) struct Browser<'s> {
    site: &'s Site,
    pub(crate) cookie: Option<String>,
    pub(crate) user_agent: &'static str,
}

impl Browser<'_> {
    pub(crate) async fn get(&mut self, path: &str) -> Answer {
        self.send(Request::get(path), "").await
    }

    pub(crate) async fn post(&mut self, path: &str, form: &str) -> Answer {
        self.send(Request::post(path).header("sec-fetch-site", "same-origin"), form).await
    }

    /// A form that a page of another site posts.
    pub(crate) async fn forged_post(&mut self, path: &str, form: &str) -> Answer {
        self.send(Request::post(path).header("sec-fetch-site", "cross-site"), form).await
    }

    pub(crate) async fn log_in(&mut self, username: &str) {
        let answer = self.post("/login", &format!("username={username}&password={PASSWORD}&next=/account")).await;
        assert_eq!(answer.destination(), Some("/account"), "{answer:?}");
    }

    async fn send(&mut self, mut request: request::Builder, form: &str) -> Answer {
        request = request.header("host", "127.0.0.1:3000").header(ACCEPT, "text/html");
        if !self.user_agent.is_empty() {
            request = request.header(USER_AGENT, self.user_agent);
        }
        if let Some(cookie) = &self.cookie {
            request = request.header(COOKIE, cookie);
        }
        if !form.is_empty() {
            request = request.header(CONTENT_TYPE, "application/x-www-form-urlencoded");
        }
        let answer = self.site.send(request.body(Body::from(form.to_owned())).unwrap()).await;
        if let Some(cookie) = answer.header(SET_COOKIE) {
            let removed = cookie.contains("Max-Age=0");
            self.cookie = cookie.split(';').next().filter(|_| !removed).map(str::to_owned);
        }
        answer
    }
}
