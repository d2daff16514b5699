//! Visitors who stay logged in when they close their browser.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::sync::Arc;

use axum::extract::Path;
use serde::{Deserialize, Serialize};
use session_runtime::routing::{get, post};
use session_runtime::{
    AuthSession, GuardedRouter, ManualClock, Principal, Session, SessionError, Sessions, SqlStore, session,
};
use sqlx::sqlite::SqlitePoolOptions;
use tests::remembered::Regulars;
use tests::{
    Answer, ProbedStore, START, Visitor, at_and_beside, every_store, hours, index_key, remembered, router, sealing_key,
    seconds,
};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn visitors_are_remembered_over_every_store() {
    for kept in every_store().await {
        eprintln!("{}", kept.name);
        remembered::all(|| kept.store.clone()).await;
    }
}

// What the store itself works with is clear, so that somebody who can write there could move it. It lengthens nothing: whether
// a session is remembered is sealed, and so is when it began.
#[tokio::test]
async fn whoever_writes_to_the_store_makes_nobody_remembered() {
    let pool = SqlitePoolOptions::new().max_connections(1).connect("sqlite::memory:").await.unwrap();
    let store = SqlStore::new(pool.clone());
    store.migrate().await.unwrap();
    let site = Regulars::over(&ProbedStore::of(Arc::new(store)));
    let later = hours(24 * 60).as_millis().to_string();
    for (remember, lasts) in [(false, hours(2)), (true, hours(24 * 30))] {
        for (rest, expected) in at_and_beside(lasts).into_iter().zip([200, 401, 401]) {
            site.clock.set(START);
            let (mut visitor, _) = site.log_in(remember).await;
            sqlx::query("UPDATE sessions SET expires_at = expires_at + ?").bind(&later).execute(&pool).await.unwrap();
            site.clock.advance(rest);
            assert_eq!(visitor.get("/me").await.status, expected, "{remember} {rest:?}");
        }
    }
}

/// Somebody whose session lives in the cookie.
#[derive(Clone, Serialize, Deserialize, Principal)]
#[principal(
    cookie(name = "__Host-carried", token = "jwt", unrevocable, persistent = "30d"),
    absolute = "12h",
    idle = "2h",
    realm = "remember-me-carried"
)]
pub struct Carried {
    #[principal(id)]
    id: u64,
}

#[session(optional)]
async fn log_in(mut auth: AuthSession<Carried>, Path(remember): Path<bool>) -> Result<(), SessionError> {
    let log_in = auth.log_in(Carried { id: 7 }).factors(["otp"]);
    if remember {
        log_in.remember().await?
    } else {
        log_in.await?
    };
    Ok(())
}

#[session(required, sliding, factors("otp"))]
async fn slide(session: Session<Carried>) -> String {
    session.is_remembered().to_string()
}

#[session(required, fresh = "5m")]
async fn fresh(_session: Session<Carried>) {}

#[session(required)]
async fn prove(mut auth: AuthSession<Carried>) -> Result<(), SessionError> {
    auth.reauthenticate(Carried { id: 7 }).factors(["pwd"]).await?;
    Ok(())
}

#[tokio::test]
async fn remembered_in_the_cookie_itself() {
    let clock = ManualClock::at(START);
    let state: Sessions<Carried> =
        Sessions::builder().clock(clock.clone()).sealing_key(sealing_key()).index_key(index_key()).build().unwrap();
    let routes = GuardedRouter::new()
        .route("/log-in/{remember}", post(log_in))
        .route("/slide", get(slide))
        .route("/fresh", get(fresh))
        .route("/prove", post(prove));
    let served = router(routes, state);
    let max_age = |answer: &Answer| answer.header("set-cookie").map(|line| line.contains("; Max-Age=2505600;"));
    for (remember, still, later) in [("true", Some(true), 200), ("false", None, 401)] {
        clock.set(START);
        let mut visitor = Visitor::of(&served);
        assert!(visitor.post(&format!("/log-in/{remember}")).await.is_ok());
        clock.advance(hours(24));
        // Activity puts another token into the cookie, and tells the browser what remains: 29 days.
        let answer = visitor.get("/slide").await;
        assert_eq!(answer.status, later);
        if remember == "true" {
            assert_eq!((answer.body.as_str(), max_age(&answer)), ("true", still));
            assert_eq!(visitor.get("/fresh").await.status, 401);
            let answer = visitor.post("/prove").await;
            assert_eq!((answer.status, max_age(&answer)), (200, still));
            assert!(visitor.get("/fresh").await.is_ok());
            assert!(visitor.get("/slide").await.is_ok(), "the earlier factor is not forgotten");
            clock.set(START.plus(hours(24 * 30)).minus(seconds(1)));
            assert!(visitor.get("/slide").await.is_ok());
            clock.advance(seconds(1));
            assert_eq!(visitor.get("/slide").await.status, 401);
        }
    }
}
