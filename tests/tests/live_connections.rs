//! Connections that outlive the request that opened them: they end with their session.
//!
//! Tokio's time runs by itself when there is nothing to do but to wait; that of the sessions stands still until it is moved.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
#![allow(clippy::unchecked_time_subtraction, reason = "both are constants of the test")]

use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::extract::{FromRef, State};
use serde::{Deserialize, Serialize};
use session_runtime::routing::{get, post};
use session_runtime::{
    Algorithm, AuthSession, GuardedRouter, ManualClock, MemoryStore, Principal, Session, SessionErrorKind, Sessions,
    SigningKey, session,
};
use tests::{Failed, Operation, ProbedStore, SECRET, START, Visitor, hours, minutes, router, seconds, sessions};
use tokio::task::JoinHandle;
use tokio::time::Instant;

/// Somebody with a browser or a program.
#[derive(Clone, Debug, Serialize, Deserialize, Principal)]
#[principal(
    cookie(name = "__Host-id"),
    bearer(alg("HS256"), issuer = "https://id.shop.example", audience = "shop", max_age = "15m", revocable),
    absolute = "12h",
    idle = "2h",
    realm = "live-connections-watcher"
)]
pub struct Watcher {
    #[principal(id)]
    id: u64,
}

#[derive(Clone, FromRef)]
struct Live {
    sessions: Sessions<Watcher>,
    /// Those that connections were opened with.
    opened: Arc<Mutex<Vec<Session<Watcher>>>>,
}

#[session(optional)]
async fn log_in(mut auth: AuthSession<Watcher>) -> Result<(), Failed> {
    auth.log_in(Watcher { id: 7 }).await?;
    Ok(())
}
#[session(optional, cookie)]
async fn log_out(mut auth: AuthSession<Watcher>) -> Result<(), Failed> {
    Ok(auth.log_out().await?)
}
#[session(required)]
async fn rotate(mut session: Session<Watcher>) -> Result<(), Failed> {
    Ok(session.rotate().await?)
}
#[session(required, sliding)]
async fn slide(_session: Session<Watcher>) {}
#[session(required)]
async fn open(session: Session<Watcher>, State(opened): State<Arc<Mutex<Vec<Session<Watcher>>>>>) {
    opened.lock().unwrap().push(session);
}

struct Site {
    router: Router,
    live: Live,
    clock: ManualClock,
    store: ProbedStore,
}

impl Site {
    fn new() -> Self {
        Self::over(ProbedStore::over(MemoryStore::new().keeping_until_expiry()))
    }

    fn over(store: ProbedStore) -> Self {
        let clock = ManualClock::at(START);
        let key = SigningKey::secret(Algorithm::HS256, &SECRET).unwrap();
        let sessions = sessions::<Watcher>(&clock, &store).signing_key(key).build().unwrap();
        let live = Live { sessions, opened: Arc::default() };
        let routes = GuardedRouter::new()
            .route("/log-in", post(log_in))
            .route("/log-out", post(log_out))
            .route("/rotate", post(rotate))
            .route("/slide", get(slide))
            .route("/open", get(open));
        Self { router: router(routes, live.clone()), live, clock, store }
    }

    async fn member(&self) -> Visitor {
        let mut visitor = Visitor::of(&self.router);
        assert!(visitor.post("/log-in").await.is_ok());
        visitor
    }

    /// The session of a connection that this visitor opens.
    async fn connected(&self, visitor: &mut Visitor) -> Session<Watcher> {
        assert!(visitor.get("/open").await.is_ok());
        self.live.opened.lock().unwrap().pop().unwrap()
    }
}

/// A connection that is closed when its session ends; it says after how long.
fn watch(session: &Session<Watcher>) -> JoinHandle<Duration> {
    let ended = session.ended();
    tokio::spawn(async move {
        let begun = Instant::now();
        ended.await;
        begun.elapsed()
    })
}

async fn a_while(time: Duration) {
    tokio::time::sleep(time).await;
}

// ASVS 7.4.1: whoever ends the session closes its connections.
#[tokio::test(start_paused = true)]
async fn a_session_that_is_ended_closes_its_connections() {
    let site = Site::new();
    let mut visitor = site.member().await;
    let session = site.connected(&mut visitor).await;
    let watched = [watch(&session), watch(&session)];
    let mut elsewhere = site.member().await;
    let other = watch(&site.connected(&mut elsewhere).await);
    a_while(minutes(5)).await;
    assert!(watched.iter().all(|watched| !watched.is_finished()));
    assert!(visitor.post("/log-out").await.is_ok());
    for watched in watched {
        let after = watched.await.unwrap();
        assert!(after >= minutes(5) && after <= minutes(5) + seconds(10), "{after:?}");
    }
    assert!(!other.is_finished());
}

#[tokio::test(start_paused = true)]
async fn a_session_that_expires_closes_its_connections() {
    for (moved, closes) in [(hours(2) - seconds(1), false), (hours(2), true), (hours(2) + seconds(1), true)] {
        let site = Site::new();
        let mut visitor = site.member().await;
        let watched = watch(&site.connected(&mut visitor).await);
        a_while(seconds(25)).await;
        site.clock.advance(moved);
        a_while(Duration::from_millis(999)).await;
        a_while(seconds(10)).await;
        assert_eq!(watched.is_finished(), closes, "{moved:?}");
    }
}

// What remains is waited for, and not the next turn.
#[tokio::test(start_paused = true)]
async fn a_session_that_is_about_to_expire_is_looked_at_then() {
    let site = Site::new();
    let mut visitor = site.member().await;
    site.clock.advance(hours(2) - seconds(3));
    let clock = site.clock.clone();
    let watched = watch(&site.connected(&mut visitor).await);
    tokio::spawn(async move {
        a_while(Duration::from_millis(2_999)).await;
        clock.advance(seconds(3));
    });
    assert_eq!(watched.await.unwrap().as_secs(), 3);
}

#[tokio::test(start_paused = true)]
async fn activity_in_another_tab_keeps_a_connection_open_and_waiting_is_none() {
    let site = Site::new();
    let mut visitor = site.member().await;
    let watched = watch(&site.connected(&mut visitor).await);
    for _ in 0..3 {
        site.clock.advance(hours(1));
        assert!(visitor.get("/slide").await.is_ok());
        a_while(seconds(20)).await;
        assert!(!watched.is_finished());
    }
    site.clock.advance(hours(2));
    a_while(seconds(20)).await;
    assert!(watched.is_finished());
}

#[tokio::test(start_paused = true)]
async fn a_connection_follows_its_session_to_the_next_id_and_the_one_after() {
    let site = Site::new();
    let mut visitor = site.member().await;
    let mut session = site.connected(&mut visitor).await;
    let watched = watch(&session);
    for _ in 0..20 {
        assert!(visitor.post("/rotate").await.is_ok());
        // The old id answers for ten seconds; until the next look it is told for some more what it was replaced by.
        site.clock.advance(seconds(10));
        a_while(seconds(10)).await;
        assert!(!watched.is_finished());
    }
    site.clock.advance(minutes(2));
    session.touch().await.unwrap();
    assert_eq!(visitor.get("/open").await.status, 200);
    let touched = site.live.opened.lock().unwrap().pop().unwrap();
    assert_eq!(touched.last_seen_at(), START.plus(seconds(320)), "the touch reached the session under its new id");
    assert!(visitor.post("/log-out").await.is_ok());
    a_while(seconds(11)).await;
    assert!(watched.is_finished());
    assert_eq!(session.touch().await.map_err(|error| error.kind()), Ok(()), "it is not due");
    site.clock.advance(minutes(2));
    assert_eq!(session.touch().await.map_err(|error| error.kind()), Err(SessionErrorKind::Ended));
}

// However many wait, and however often they begin to.
#[tokio::test(start_paused = true)]
async fn the_store_is_asked_every_ten_seconds_and_no_more() {
    let site = Site::new();
    let mut visitor = site.member().await;
    let session = site.connected(&mut visitor).await;
    let watched = [watch(&session), watch(&session), watch(&session.clone())];
    let before = site.store.asked(Operation::Load);
    a_while(minutes(10)).await;
    let asked = site.store.asked(Operation::Load) - before;
    assert!((59..=60).contains(&asked), "{asked} in ten minutes");
    // A loop that waits for messages as well begins to wait anew at each of them.
    let before = site.store.asked(Operation::Load);
    for _ in 0..6_000 {
        tokio::select! {
            () = session.ended() => unreachable!(),
            () = a_while(Duration::from_millis(100)) => {}
        }
    }
    let asked = site.store.asked(Operation::Load) - before;
    assert!((59..=61).contains(&asked), "{asked}");
    assert!(watched.iter().all(|watched| !watched.is_finished()));
}

#[tokio::test(start_paused = true)]
async fn a_busy_connection_writes_once_a_minute() {
    let site = Site::new();
    let mut visitor = site.member().await;
    let mut session = site.connected(&mut visitor).await;
    let before = site.store.asked(Operation::Touch);
    for _ in 0..3_600 {
        site.clock.advance(seconds(1));
        session.touch().await.unwrap();
    }
    let touched = site.store.asked(Operation::Touch) - before;
    assert_eq!(touched, 59, "each time more than a minute after the last");
    site.clock.advance(hours(1));
    assert!(visitor.get("/open").await.is_ok(), "two hours after the log-in");
}

// ASVS 16.5.3: nobody knows, so what was known counts, and not for longer than that.
#[tokio::test(start_paused = true)]
async fn while_the_store_does_not_answer_what_was_known_counts() {
    let site = Site::new();
    let mut visitor = site.member().await;
    let mut session = site.connected(&mut visitor).await;
    let watched = watch(&session);
    site.store.go_down();
    a_while(minutes(10)).await;
    assert!(!watched.is_finished());
    site.clock.advance(hours(1));
    assert_eq!(session.touch().await.map_err(|error| error.kind()), Err(SessionErrorKind::Unavailable));
    site.clock.advance(hours(1));
    a_while(seconds(11)).await;
    assert!(watched.is_finished());
}

#[tokio::test(start_paused = true)]
async fn whoever_logs_out_in_the_same_request_has_nothing_to_wait_for() {
    let site = Site::new();
    let mut visitor = site.member().await;
    let session = site.connected(&mut visitor).await;
    assert!(visitor.post("/log-in").await.is_ok(), "the session before it ends");
    let watched = watch(&session);
    a_while(seconds(11)).await;
    assert!(watched.is_finished());
}

#[tokio::test(start_paused = true)]
async fn a_connection_by_a_token_ends_with_it() {
    for revoked in [false, true] {
        let site = Site::new();
        let token = site.live.sessions.issue_token(&Watcher { id: 7 }, minutes(10)).unwrap();
        let header = format!("Bearer {token}");
        let mut client = Visitor::of(&site.router);
        assert!(client.ask("GET /open", &[("authorization", &header)]).await.is_ok());
        let mut session = site.live.opened.lock().unwrap().pop().unwrap();
        let watched = watch(&session);
        a_while(seconds(30)).await;
        assert!(!watched.is_finished());
        assert_eq!(session.touch().await.map_err(|error| error.kind()), Err(SessionErrorKind::NotACookie));
        if revoked {
            site.live.sessions.revoke_tokens_of(&7).await.unwrap();
        } else {
            site.clock.advance(minutes(10));
        }
        a_while(seconds(11)).await;
        assert!(watched.is_finished(), "{revoked}");
    }
}
