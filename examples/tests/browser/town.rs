//! The shop, and those who live near it: another site, and a sibling of the shop's own.

use std::time::{Duration, SystemTime};

use axum::Router;
use axum::extract::RawQuery;
use axum::response::Html;
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
    others: u16,
    clock: ManualClock,
}

impl Town {
    pub(crate) async fn open() -> Self {
        let clock = ManualClock::at(Timestamp::from(SystemTime::now()));
        let shop = shop::router(clock.clone(), Settings::in_process().unwrap()).unwrap();
        Self { shop: serve(shop).await, others: serve(others()).await, clock }
    }

    pub(crate) fn shop(&self, path: &str) -> String {
        format!("http://shop.localhost:{}{path}", self.shop)
    }

    /// A page of another site, which shows this.
    pub(crate) fn stranger(&self, html: &str) -> String {
        format!("http://evil.localhost:{}/?{}", self.others, encoded(html))
    }

    /// A page of the same site on another host, which shows this.
    pub(crate) fn sibling(&self, html: &str) -> String {
        format!("http://blog.shop.localhost:{}/?{}", self.others, encoded(html))
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

async fn serve(router: Router) -> u16 {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    port
}

/// Shows what it is told to.
fn others() -> Router {
    async fn page(RawQuery(query): RawQuery) -> Html<Vec<u8>> {
        let html = URL_SAFE_NO_PAD.decode(query.unwrap_or_default()).unwrap();
        Html([b"<!doctype html><title>Elsewhere</title>".to_vec(), html].concat())
    }
    Router::new().route("/", get(page))
}

fn encoded(html: &str) -> String {
    URL_SAFE_NO_PAD.encode(html)
}
