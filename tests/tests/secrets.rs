//! What is never written down: ids, tokens, keys and principals, in no `Debug` and in no event.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use session_runtime::routing::{get, post};
use session_runtime::{AuthSession, GuardedRouter, MemoryStore, Session, SessionError, Sessions, session};
use tests::{Events, Operation, Partner, SECRET, Site, User, Visitor, hours, minutes, partner, user};

session_runtime::default_principal!(User);

/// The name of everybody here: nobody else's text holds it.
const NAME: &str = "Xanthippe";

#[session(required, sliding)]
async fn debugged(session: Session<User>, auth: AuthSession<User>, other: Option<Session<Partner>>) -> String {
    format!("{session:?} {session:#?} {auth:?} {auth:#?} {other:?}")
}
#[session(required, csrf(report))]
async fn reported() {}
#[session(required)]
async fn become_nobody(mut session: Session<User>) -> Result<(), SessionError> {
    session.update(|user| user.id += 1).await
}

fn named(id: u64) -> User {
    User { name: NAME.to_owned(), ..user(id) }
}

fn site() -> Site {
    let routes = GuardedRouter::new()
        .route("/debugged", get(debugged).post(debugged))
        .route("/reported", post(reported))
        .route("/become-nobody", post(become_nobody));
    Site::with(routes, MemoryStore::with_capacity(std::num::NonZeroUsize::new(2).unwrap()), |builder| builder)
}

fn assert_silent(text: &str, secrets: &[&str]) {
    for secret in secrets {
        assert!(!text.contains(secret), "`{secret}` in {text}");
    }
}

fn cookie(visitor: &Visitor) -> String {
    visitor.cookie("__Host-id").unwrap().to_owned()
}

// ASVS 14.2.1, 16.2.5.
#[tokio::test]
async fn no_debug_output_shows_whose_session_it_is_or_its_id() {
    let site = site();
    let mut visitor = site.member(&named(7)).await;
    let shown = visitor.get("/debugged").await.body;
    assert!(shown.contains("AuthSession"), "{shown}");
    let everything = format!("{shown} {site:?} {:?}", Sessions::<User>::builder().store(MemoryStore::new()));
    let secret = String::from_utf8_lossy(&SECRET).into_owned();
    assert_silent(&everything, &[NAME, &cookie(&visitor), &secret]);
}

// ASVS 14.2.1, 16.2.5: everything that there is an event for happens, and none of them tells a secret.
#[tokio::test]
async fn no_event_shows_a_cookie_a_token_or_a_principal() {
    let events = Events::everywhere();
    let site = site();
    let mut visitor = site.member(&named(7)).await;
    let token = site.app.partners.issue_token(&partner(7), minutes(5)).unwrap();
    let (first, bearer) = (cookie(&visitor), format!("Bearer {token}"));

    visitor.ask("POST /reported", &[("sec-fetch-site", "cross-site")]).await;
    visitor.ask("POST /debugged", &[("sec-fetch-site", "cross-site")]).await;
    visitor.post("/become-nobody").await;
    visitor.ask("GET /partners/me", &[("authorization", &bearer)]).await;
    visitor.ask("GET /partners/me", &[("authorization", &format!("{bearer}x"))]).await;
    site.clock.advance(minutes(10));
    site.store.set_failing(Operation::Touch, true);
    visitor.get("/debugged").await;
    site.store.set_failing(Operation::Touch, false);
    site.clock.set(session_runtime::Clock::now(&site.clock).minus(hours(1)));
    visitor.get("/me").await;
    visitor.post("/rotate").await;
    let second = cookie(&visitor);
    for id in 8..12 {
        site.member(&named(id)).await;
    }
    visitor.get("/me").await;
    site.store.go_down();
    visitor.get("/me").await;
    visitor.post("/log-out").await;

    let events = events.drain();
    let log = events.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n");
    assert_silent(&log, &[NAME, &first, &second, &token, token.rsplit('.').next().unwrap()]);
    // The names that the documentation of the crate lists.
    for name in [
        "refused",
        "token_refused",
        "forgery",
        "forgery_reported",
        "store_unavailable",
        "touch_failed",
        "displaced",
        "clock_skew",
        "misused",
    ] {
        assert!(events.iter().any(|event| event.name() == format!("session.{name}")), "session.{name} in {log}");
    }
}
