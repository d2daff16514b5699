//! How often a sliding session is written, beside `tower-sessions`.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use async_trait::async_trait;
use axum::Router;
use axum::routing::get;
use http::header;
use session_runtime::{GuardedRouter, session};
use tests::{Site, User, Visitor, minutes, seconds, user};
use tower_sessions::cookie::time::Duration;
use tower_sessions::{Expiry, MemoryStore, SessionManagerLayer, SessionStore, session_store};
use tower_sessions_core::session::{Id, Record};

session_runtime::default_principal!(User);

/// A quarter of an hour, at one request a second.
const REQUESTS: u64 = 900;

#[session(required, max_age = "15m", sliding)]
async fn window() {}

/// Counts what is written to it.
#[derive(Clone, Debug, Default)]
struct Counted {
    store: MemoryStore,
    writes: Arc<AtomicUsize>,
}

impl Counted {
    fn write(&self) -> &MemoryStore {
        self.writes.fetch_add(1, Ordering::Relaxed);
        &self.store
    }
}

#[async_trait]
impl SessionStore for Counted {
    async fn create(&self, record: &mut Record) -> session_store::Result<()> {
        self.write().create(record).await
    }
    async fn save(&self, record: &Record) -> session_store::Result<()> {
        self.write().save(record).await
    }
    async fn load(&self, id: &Id) -> session_store::Result<Option<Record>> {
        self.store.load(id).await
    }
    async fn delete(&self, id: &Id) -> session_store::Result<()> {
        self.write().delete(id).await
    }
}

/// What `REQUESTS` requests of a visitor who has a session write to the store of `tower-sessions`.
async fn writes_of_the_peer(always_save: bool) -> usize {
    let store = Counted::default();
    let expiry = Expiry::OnInactivity(Duration::minutes(15));
    let layer = SessionManagerLayer::new(store.clone()).with_expiry(expiry).with_always_save(always_save);
    let log_in = async |session: tower_sessions::Session| session.insert("user", 7).await.unwrap();
    let read = async |session: tower_sessions::Session| session.get::<u64>("user").await.unwrap().unwrap().to_string();
    let router = Router::new().route("/", get(read)).route("/log-in", get(log_in)).layer(layer);
    let mut visitor = Visitor::of(&router);
    let line = visitor.get("/log-in").await.header(header::SET_COOKIE.as_str()).unwrap();
    let cookie = line.split(';').next().unwrap();
    let before = store.writes.load(Ordering::Relaxed);
    for _ in 0..REQUESTS {
        assert_eq!(visitor.ask("GET /", &[("cookie", cookie)]).await.body, "7");
    }
    store.writes.load(Ordering::Relaxed) - before
}

// 900 requests in 15 minutes: at most one write in each sixtieth of the window. A peer that slides writes at each request,
// and one that does not write does not slide.
#[tokio::test]
async fn a_sliding_session_is_written_sixty_times_less_often_than_asked_for() {
    let site = Site::of(GuardedRouter::new().route("/window", session_runtime::routing::get(window)));
    let mut visitor = site.member(&user(7)).await;
    let before = site.store.writes();
    for _ in 0..REQUESTS {
        site.clock.advance(seconds(1));
        assert!(visitor.get("/window").await.is_ok());
    }
    let ours = site.store.writes() - before;
    let (always, never) = (writes_of_the_peer(true).await, writes_of_the_peer(false).await);
    println!("{REQUESTS} requests, writes: {ours}; tower-sessions with `always_save` {always}, without {never}");
    assert!(ours <= 60 && minutes(15) == seconds(REQUESTS), "{ours}");
    assert_eq!((always, never), (900, 0));
}
