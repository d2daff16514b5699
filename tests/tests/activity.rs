//! When an admitted request is written down as activity, and what becomes of it when that fails.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
#![allow(clippy::unchecked_time_subtraction, reason = "both are constants of the test")]

use session_runtime::routing::get;
use session_runtime::{GuardedRouter, session};
use std::time::Duration;
use tests::{Operation, START, Site, User, WhoAmI, minutes, seconds, user};

session_runtime::default_principal!(User);

#[session(required, max_age = "15m", sliding)]
async fn window() {}
#[session(required, max_age = "1m", sliding)]
async fn narrow() {}
#[session(required, sliding)]
async fn sliding() {}

fn site() -> Site {
    Site::of(
        GuardedRouter::new()
            .route("/window", get(window))
            .route("/narrow", get(narrow))
            .route("/sliding", get(sliding)),
    )
}

/// How many touches a request to `path` causes this long after the log-in.
async fn touches(path: &str, after: Duration) -> usize {
    let site = site();
    let mut visitor = site.member(&user(7)).await;
    site.clock.advance(after);
    let written = site.store.writes();
    assert!(visitor.get(path).await.is_ok());
    assert_eq!(site.store.writes() - written, site.store.asked(Operation::Touch), "nothing else is written");
    site.store.asked(Operation::Touch)
}

// Written only when it has moved by more than min(window / 60, 60 s).
#[tokio::test]
async fn activity_is_written_down_once_in_a_sixtieth_of_the_window_and_at_most_once_a_minute() {
    for (path, interval) in [("/window", 15), ("/narrow", 1), ("/sliding", 60)] {
        let interval = seconds(interval);
        assert_eq!(touches(path, interval.saturating_sub(seconds(1))).await, 0, "{path}");
        assert_eq!(touches(path, interval).await, 0, "{path}");
        assert_eq!(touches(path, interval + Duration::from_millis(1)).await, 1, "{path}");
    }
}

#[tokio::test]
async fn a_busy_session_costs_one_small_write_in_each_interval_and_none_in_between() {
    let site = site();
    let mut visitor = site.member(&user(7)).await;
    let written = site.store.writes();
    for _ in 0..160 {
        site.clock.advance(seconds(1));
        assert!(visitor.get("/window").await.is_ok());
    }
    // One at each sixteenth second.
    assert_eq!(site.store.asked(Operation::Touch), 10);
    assert_eq!(site.store.writes() - written, 10);
}

// A window never lasts longer than written, and is shorter by at most a sixtieth of it.
#[tokio::test]
async fn a_window_is_never_longer_than_written_and_hardly_shorter() {
    let site = site();
    let mut visitor = site.member(&user(7)).await;
    site.clock.advance(seconds(15));
    assert!(visitor.get("/window").await.is_ok(), "not written down");
    site.clock.advance(minutes(15).saturating_sub(seconds(15)));
    assert!(visitor.get("/window").await.is_ok());
    site.clock.advance(minutes(15) + seconds(1));
    assert_eq!(visitor.get("/window").await.status, 401);
}

#[tokio::test]
async fn the_handler_sees_the_activity_that_was_written_down() {
    #[session(required, sliding)]
    async fn seen(session: session_runtime::Session<User>) -> axum::Json<WhoAmI<User>> {
        axum::Json(session.into())
    }
    let site = Site::of(GuardedRouter::new().route("/seen", get(seen)));
    let mut visitor = site.member(&user(7)).await;
    site.clock.advance(minutes(5));
    let seen: WhoAmI<User> = visitor.get("/seen").await.json();
    assert_eq!(seen.last_seen_at, START.as_secs() + 300);
    assert_eq!(seen.expires_at, START.as_secs() + 300 + 7200);
    assert_eq!(visitor.get("/me").await.json::<WhoAmI<User>>(), seen);
}

#[tokio::test]
async fn a_touch_that_fails_refuses_nobody() {
    let site = site();
    let mut visitor = site.member(&user(7)).await;
    site.store.set_failing(Operation::Touch, true);
    site.clock.advance(minutes(10));
    assert!(visitor.get("/window").await.is_ok());
    assert_eq!(site.store.asked(Operation::Touch), 1);
    // They are only sooner out.
    site.clock.advance(minutes(5) + seconds(1));
    assert_eq!(visitor.get("/window").await.status, 401);
}

#[tokio::test]
async fn a_request_by_a_replaced_id_is_no_activity() {
    let site = site();
    let mut visitor = site.member(&user(7)).await;
    site.clock.advance(minutes(5));
    let mut old = visitor.clone();
    visitor.post("/rotate").await;
    assert!(old.get("/window").await.is_ok());
    assert_eq!(site.store.asked(Operation::Touch), 0);
    assert!(visitor.get("/window").await.is_ok());
    assert_eq!(site.store.asked(Operation::Touch), 1);
}

#[tokio::test]
async fn reading_a_session_writes_nothing() {
    let site = site();
    let mut visitor = site.member(&user(7)).await;
    let written = site.store.writes();
    site.clock.advance(minutes(5));
    for _ in 0..10 {
        assert_eq!(visitor.get("/me").await.header("set-cookie"), None);
    }
    assert_eq!(site.store.writes(), written);
    assert_eq!(site.store.asked(Operation::Load), 10, "one look at the store for each request");
}
