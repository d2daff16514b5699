//! The shop, and those who live near it: another site, and a sibling of the shop's own.

use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use axum::Router;
use axum::extract::{RawQuery, Request, State};
use axum::http::header;
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{Html, Response};
use axum::routing::get;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use examples::shop::{self, Settings};
use session_runtime::{ManualClock, Timestamp};
use tokio::net::TcpListener;

use crate::chromium::Chromium;

pub(crate) const COOKIE: &str = "__Host-shop";
const PASSWORD: &str = "correct horse battery";

/// Sites on names of this machine, for which browsers need no TLS. Each name below `localhost` is a site of its own.
pub(crate) struct Town {
    shop: u16,
    others: Others,
    clock: ManualClock,
    asked: Asked,
}

/// What the shop was asked for.
type Asked = Arc<Mutex<Vec<Question>>>;

/// A path, whether the session's cookie came with the question, and the answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Question {
    pub(crate) path: String,
    pub(crate) with_cookie: bool,
    pub(crate) status: u16,
}

impl Town {
    pub(crate) async fn open() -> Self {
        let clock = ManualClock::at(Timestamp::from(SystemTime::now()));
        let shop = shop::router(clock.clone(), Settings::in_process().unwrap()).unwrap();
        let asked = Asked::default();
        let shop = shop.layer(from_fn_with_state(Arc::clone(&asked), take_down));
        Self { shop: serve(shop).await, others: Others::open().await, clock, asked }
    }

    pub(crate) fn shop(&self, path: &str) -> String {
        format!("http://shop.localhost:{}{path}", self.shop)
    }

    /// A page of another site, which shows this.
    pub(crate) fn stranger(&self, html: &str) -> String {
        self.others.stranger(html)
    }

    /// A page of the same site on another host, which shows this.
    pub(crate) fn sibling(&self, html: &str) -> String {
        self.others.sibling(html)
    }

    /// The same address for a web socket.
    pub(crate) fn socket(&self, path: &str) -> String {
        self.shop(path).replacen("http", "ws", 1)
    }

    /// What the shop was asked for since the last time.
    pub(crate) fn take_asked(&self) -> Vec<Question> {
        std::mem::take(&mut *self.asked.lock().unwrap())
    }

    pub(crate) fn pass(&self, minutes: u64) {
        self.clock.advance(Duration::from_secs(60 * minutes));
    }

    pub(crate) async fn log_in(&self, browser: &Chromium, username: &str) {
        browser.go(&self.shop("/login?next=/account")).await;
        self.give_password(browser, username).await;
        browser.arrives_at("/account").await;
    }

    /// Fills in the form that is shown.
    pub(crate) async fn give_password(&self, browser: &Chromium, username: &str) {
        browser.fill("username", username).await;
        browser.fill("password", PASSWORD).await;
        browser.driver.find(thirtyfour::By::Css("main button")).await.unwrap().click().await.unwrap();
    }
}

/// Those who live near a site called `shop.localhost`.
pub(crate) struct Others(u16);

impl Others {
    pub(crate) async fn open() -> Self {
        Self(serve(Router::new().route("/", get(show))).await)
    }

    /// A page of another site, which shows this.
    pub(crate) fn stranger(&self, html: &str) -> String {
        format!("http://evil.localhost:{}/?{}", self.0, URL_SAFE_NO_PAD.encode(html))
    }

    /// A page of the same site on another host, which shows this.
    pub(crate) fn sibling(&self, html: &str) -> String {
        format!("http://blog.shop.localhost:{}/?{}", self.0, URL_SAFE_NO_PAD.encode(html))
    }
}

/// Shows what it is told to.
async fn show(RawQuery(query): RawQuery) -> Html<Vec<u8>> {
    let html = URL_SAFE_NO_PAD.decode(query.unwrap_or_default()).unwrap();
    Html([b"<!doctype html><title>Elsewhere</title>".to_vec(), html].concat())
}

async fn take_down(State(asked): State<Asked>, request: Request, next: Next) -> Response {
    let cookies = request.headers().get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    let with_cookie = cookies.into_iter().any(|cookies| cookies.contains(COOKIE));
    let path = request.uri().path().to_owned();
    let response = next.run(request).await;
    if path == "/favicon.ico" {
        // Nobody knows when a browser asks for it.
        return response;
    }
    asked.lock().unwrap().push(Question { path, with_cookie, status: response.status().as_u16() });
    response
}

/// Serves this on a free port.
pub(crate) async fn serve(router: Router) -> u16 {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    port
}
