//! The same small page by everyone: what is asked by many threads, among many sessions, and over a socket.

use std::num::NonZeroUsize;
use std::sync::OnceLock;

use axum::Router;
use axum::response::Html;
use http::{HeaderValue, header};

use crate::row::{Row, headers};
use crate::{guarded, peers};

/// A page that greets whoever is logged in, and the way in.
pub struct Site {
    /// Whose guard it has.
    pub name: &'static str,
    page: Router,
    log_in: Option<Router>,
}

/// What [`named`] knows.
pub const NAMES: [&str; 4] = ["unguarded", "session", "axum-login", "tower-sessions"];

/// The site of this name; `session` is this library's, with room for so many sessions.
pub fn named(name: &str, sessions: NonZeroUsize) -> Option<Site> {
    match name {
        "unguarded" => Some(peers::unguarded_site()),
        "session" => guarded::site(sessions),
        "axum-login" => Some(peers::axum_login::site()),
        "tower-sessions" => Some(peers::tower_sessions::site()),
        _ => None,
    }
}

/// What stands before, between and after the names in a page that is sent instead of the small one.
static PAGE: OnceLock<Vec<String>> = OnceLock::new();

/// From now on everyone sends this page, with the visitor's name wherever it says `{name}`. Only the first call counts.
pub fn send(page: &str) {
    PAGE.get_or_init(|| page.split("{name}").map(str::to_owned).collect());
}

/// The page.
pub fn greeting(name: &str) -> Html<String> {
    Html(match PAGE.get() {
        Some(parts) => parts.join(name),
        None => format!("<!doctype html><title>Home</title><p>Hello, {name}"),
    })
}

impl Site {
    /// One whose page is at `/`.
    pub fn new(name: &'static str, page: Router) -> Self {
        Self { name, page, log_in: None }
    }

    /// Whoever asks this one for `/` is logged in.
    #[must_use]
    pub fn with_log_in(self, log_in: Router) -> Self {
        Self { log_in: Some(log_in), ..self }
    }

    /// The application with the page, at `/`.
    pub fn page(&self) -> Router {
        self.page.clone()
    }

    /// One who asks for the page without a cookie.
    pub fn row(&self) -> Row {
        Row::new(self.name, self.page(), headers(None))
    }

    /// The cookie of somebody who has just logged in, as a browser sends it back; `None` where nobody can.
    pub async fn log_in(&self) -> Option<String> {
        let response = Row::new("log-in", self.log_in.clone()?, headers(None)).send().await;
        let lines = response.headers().get_all(header::SET_COOKIE).iter();
        let pairs = lines.filter_map(|line| HeaderValue::to_str(line).ok()?.split(';').next());
        Some(pairs.collect::<Vec<_>>().join("; "))
    }

    /// The cookies of so many who have just logged in.
    pub async fn log_in_all(&self, count: usize) -> Vec<String> {
        let mut cookies = Vec::with_capacity(count);
        for _ in 0..count {
            cookies.extend(self.log_in().await);
        }
        cookies
    }
}
