//! How many sessions a subject may have.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

use axum::Json;
use serde::{Deserialize, Serialize};
use session_runtime::routing::{get, post};
use session_runtime::{AuthSession, Clock as _, GuardedRouter, ManualClock, MemoryStore, Principal, Session, session};
use tests::{Failed, ProbedStore, START, Visitor, router, seconds, sessions};

#[derive(Clone, Serialize, Deserialize, Principal)]
#[principal(max_sessions = 2, realm = "max-sessions-guest")]
struct Guest {
    #[principal(id)]
    id: u64,
}

#[session(optional)]
async fn enter(mut auth: AuthSession<Guest>, Json(guest): Json<Guest>) -> Result<(), Failed> {
    auth.log_in(guest).await?;
    Ok(())
}

#[session(required)]
async fn stay(session: Session<Guest>) -> String {
    session.id.to_string()
}

fn guests() -> (axum::Router, ManualClock, ProbedStore) {
    let clock = ManualClock::at(START);
    let store = ProbedStore::over(MemoryStore::new());
    let routes = GuardedRouter::new().route("/enter", post(enter)).route("/stay", get(stay));
    (router(routes, sessions::<Guest>(&clock, &store).build().unwrap()), clock, store)
}

// ASVS 7.1.2.
#[tokio::test]
async fn the_oldest_session_of_a_subject_ends_when_there_are_too_many() {
    let (router, clock, store) = guests();
    let mut visitors = Vec::new();
    for id in [7, 7, 8, 7] {
        let mut visitor = Visitor::of(&router);
        assert!(visitor.post_json("/enter", &Guest { id }).await.is_ok());
        visitors.push(visitor);
        clock.advance(seconds(1));
    }
    let mut stay = Vec::new();
    for visitor in &mut visitors {
        stay.push(visitor.get("/stay").await.status);
    }
    assert_eq!(stay, [401, 200, 200, 200]);
    assert_eq!(store.statistics().sessions, 3);
    // A visitor who logs in again takes the place of their own session, and of nobody else's.
    assert!(visitors[1].post_json("/enter", &Guest { id: 7 }).await.is_ok());
    assert!(visitors[3].get("/stay").await.is_ok());
}

#[tokio::test]
async fn whoever_logs_in_last_is_in_even_within_one_millisecond_or_when_clocks_run_backwards() {
    for backwards in [0, 5] {
        for _ in 0..20 {
            let (router, clock, _) = guests();
            for _ in 0..5 {
                let mut visitor = Visitor::of(&router);
                visitor.post_json("/enter", &Guest { id: 7 }).await;
                assert!(visitor.get("/stay").await.is_ok());
                clock.set(clock.now().minus(seconds(backwards)));
            }
        }
    }
}
