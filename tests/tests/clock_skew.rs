//! Nodes whose clocks disagree: within the tolerance nothing changes, and beyond it nothing from ahead is believed.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::error::Error;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use serde::{Deserialize, Serialize};
use session_runtime::routing::{get, post};
use session_runtime::{
    Algorithm, AuthSession, GrantErrorKind, GuardedRouter, ManualClock, MemoryStore, Principal, PrincipalSource,
    Revalidation, Session, Sessions, SessionsBuilder, SigningKey, TOLERATED_CLOCK_SKEW, TokenOptions, session,
};
use tests::{Failed, ProbedStore, SECRET, START, Visitor, hours, index_key, minutes, router, sealing_key, seconds};
use tower_sessions_core::Session as KeyValues;

#[derive(Clone, Serialize, Deserialize, Principal)]
#[principal(
    cookie(name = "__Host-member", persistent = "30d"),
    bearer(alg("HS256"), issuer = "https://id.example", audience = "shop", leeway = "5m", auth_time),
    absolute = "12h",
    idle = "2h",
    max_sessions = 2,
    realm = "clock-skew-member"
)]
struct Member {
    #[principal(id)]
    id: u64,
}

#[derive(Clone, Serialize, Deserialize, Principal)]
#[principal(
    cookie(name = "__Host-guest", token = "jwt", unrevocable),
    absolute = "12h",
    idle = "2h",
    realm = "clock-skew-guest"
)]
struct Guest {
    #[principal(id)]
    id: u64,
}

macro_rules! routes {
    ($routes:ident, $principal:ident) => {
        fn $routes() -> GuardedRouter<Sessions<$principal>> {
            #[session(required)]
            async fn me(_: Session<$principal>) {}
            #[session(required, max_age = "3h")]
            async fn recent(_: Session<$principal>) {}
            #[session(required, fresh = "3h", factors("pwd"))]
            async fn fresh(_: Session<$principal>) {}
            #[session(required, max_age = "3h", sliding)]
            async fn slide(_: Session<$principal>) {}
            #[session(optional)]
            async fn log_in(mut auth: AuthSession<$principal>) -> Result<(), Failed> {
                auth.log_in($principal { id: 7 }).factors(["pwd"]).await?;
                Ok(())
            }
            #[session(required)]
            async fn again(mut auth: AuthSession<$principal>) -> Result<(), Failed> {
                auth.reauthenticate($principal { id: 7 }).factors(["pwd"]).await?;
                Ok(())
            }
            #[session(required)]
            async fn rotate(mut session: Session<$principal>) -> Result<(), Failed> {
                Ok(session.rotate().await?)
            }
            GuardedRouter::new()
                .route("/me", get(me))
                .route("/recent", get(recent))
                .route("/fresh", get(fresh))
                .route("/slide", get(slide))
                .route("/log-in", post(log_in))
                .route("/again", post(again))
                .route("/rotate", post(rotate))
        }
    };
}

routes!(stored_routes, Member);
routes!(carried_routes, Guest);

#[session(optional)]
async fn stay(mut auth: AuthSession<Member>) -> Result<(), Failed> {
    auth.log_in(Member { id: 7 }).remember().await?;
    Ok(())
}
#[session(required)]
async fn token(session: Session<Member>) -> Result<String, Failed> {
    Ok(session.confirmation("pay").await?.to_string())
}
#[session(required, cookie, confirm = "pay")]
async fn pay(_: Session<Member>) {}
#[session(optional, principal(Member))]
async fn keep(values: KeyValues) {
    values.insert("cart", "tea").await.unwrap();
}
#[session(optional, principal(Member))]
async fn cart(values: KeyValues) -> String {
    values.get("cart").await.unwrap().unwrap_or_default()
}

/// One node of several over one store.
struct Node {
    clock: ManualClock,
    sessions: Option<Sessions<Member>>,
    visitor: Visitor,
}

/// Counts how often it is asked.
#[derive(Clone, Default)]
struct Accounts(Arc<AtomicUsize>);

impl PrincipalSource<Member> for Accounts {
    async fn load(&self, id: &u64) -> Result<Option<Member>, Box<dyn Error + Send + Sync>> {
        self.0.fetch_add(1, Ordering::SeqCst);
        Ok(Some(Member { id: *id }))
    }
}

impl Node {
    fn over(store: &ProbedStore, more: impl FnOnce(SessionsBuilder<Member>) -> SessionsBuilder<Member>) -> Self {
        let clock = ManualClock::at(START);
        let key = SigningKey::secret(Algorithm::HS256, &SECRET).unwrap();
        let sessions = more(tests::sessions(&clock, store).signing_key(key)).build().unwrap();
        let routes = stored_routes()
            .route("/stay", post(stay))
            .route("/token", get(token))
            .route("/pay", post(pay))
            .route("/keep", post(keep))
            .route("/cart", get(cart));
        let visitor = Visitor::of(&router(routes, sessions.clone()));
        Self { clock, sessions: Some(sessions), visitor }
    }

    fn without_store() -> Self {
        let clock = ManualClock::at(START);
        let sessions =
            Sessions::builder().clock(clock.clone()).sealing_key(sealing_key()).index_key(index_key()).build().unwrap();
        Self { clock, sessions: None, visitor: Visitor::of(&router(carried_routes(), sessions)) }
    }

    /// The status of a request with the cookies of `visitor`, which it may change.
    async fn ask(&self, visitor: &mut Visitor, request: &str) -> u16 {
        let mut here = self.visitor.clone();
        for name in ["__Host-member", "__Host-guest"] {
            if let Some(value) = visitor.cookie(name) {
                here.set_cookie(name, value);
            }
        }
        let answer = here.ask(request, &[]).await;
        *visitor = here;
        answer.status
    }
}

/// A millisecond below the tolerance, at it, and above it; with whether that is tolerated.
fn around_the_tolerance() -> [(Duration, bool); 3] {
    let millisecond = Duration::from_millis(1);
    [
        (TOLERATED_CLOCK_SKEW.saturating_sub(millisecond), true),
        (TOLERATED_CLOCK_SKEW, true),
        (TOLERATED_CLOCK_SKEW + millisecond, false),
    ]
}

/// A node whose clock is ahead, and one whose clock is right: in memory, sealed, and without a store.
fn pairs(skew: Duration) -> Vec<(&'static str, Node, Node)> {
    let both = |name, store: &ProbedStore| (name, Node::over(store, |b| b), Node::over(store, |b| b));
    let pairs = vec![
        both("memory", &ProbedStore::over(MemoryStore::new())),
        both("sealed", &ProbedStore::outside(MemoryStore::new())),
        ("cookie", Node::without_store(), Node::without_store()),
    ];
    for (_, ahead, _) in &pairs {
        ahead.clock.set(START.plus(skew));
    }
    pairs
}

fn status(is_tolerated: bool, otherwise: u16) -> u16 {
    if is_tolerated { 200 } else { otherwise }
}

#[tokio::test]
async fn a_session_that_begins_ahead_is_not_accepted() {
    for (skew, is_tolerated) in around_the_tolerance().into_iter().chain([(hours(6), false), (hours(700_000), false)]) {
        for (place, ahead, here) in pairs(skew) {
            let mut visitor = Visitor::clone(&ahead.visitor);
            assert_eq!(ahead.ask(&mut visitor, "POST /log-in").await, 200);
            let before = visitor.clone();
            for path in ["GET /me", "GET /recent", "GET /fresh", "GET /slide"] {
                let answer = here.ask(&mut visitor, path).await;
                assert_eq!(answer, status(is_tolerated, 401), "{place} {skew:?} {path}");
            }
            // The clock of this node may be the wrong one.
            let mut visitor = before;
            assert_eq!(ahead.ask(&mut visitor, "GET /me").await, 200, "{place}: its cookie is left alone");
        }
    }
}

#[tokio::test]
async fn activity_ahead_is_no_activity() {
    for (skew, is_tolerated) in around_the_tolerance() {
        for (place, ahead, here) in pairs(skew + minutes(5)) {
            let mut visitor = Visitor::clone(&here.visitor);
            here.clock.set(START);
            assert_eq!(here.ask(&mut visitor, "POST /log-in").await, 200);
            here.clock.advance(minutes(5));
            assert_eq!(ahead.ask(&mut visitor, "GET /slide").await, 200);
            for path in ["GET /slide", "GET /me"] {
                assert_eq!(here.ask(&mut visitor, path).await, status(is_tolerated, 401), "{place} {skew:?} {path}");
            }
        }
    }
}

#[tokio::test]
async fn a_proof_ahead_is_not_fresh() {
    for (skew, is_tolerated) in around_the_tolerance() {
        for (place, ahead, here) in pairs(skew) {
            let mut visitor = Visitor::clone(&here.visitor);
            here.clock.set(START.minus(hours(1)));
            assert_eq!(here.ask(&mut visitor, "POST /log-in").await, 200);
            here.clock.set(START);
            assert_eq!(ahead.ask(&mut visitor, "POST /again").await, 200, "{place}");
            let expected = if place == "cookie" && !is_tolerated { vec![] } else { vec!["GET /recent", "GET /fresh"] };
            for path in expected {
                assert_eq!(here.ask(&mut visitor, path).await, status(is_tolerated, 401), "{place} {skew:?} {path}");
            }
        }
    }
}

#[tokio::test]
async fn a_persistent_session_from_another_century_is_not_accepted() {
    for (place, ahead, here) in pairs(hours(700_000)) {
        if here.sessions.is_some() {
            let mut visitor = Visitor::clone(&ahead.visitor);
            assert_eq!(ahead.ask(&mut visitor, "POST /stay").await, 200);
            for days in [0, 31, 10_000] {
                here.clock.set(START.plus(hours(24 * days)));
                assert_eq!(here.ask(&mut visitor, "GET /me").await, 401, "{place} {days}");
            }
        }
    }
}

#[tokio::test]
async fn sessions_from_ahead_are_the_oldest() {
    for (place, ahead, here) in pairs(hours(700_000)) {
        if here.sessions.is_none() {
            continue;
        }
        let mut strange: Vec<Visitor> = vec![ahead.visitor.clone(), ahead.visitor.clone()];
        for visitor in &mut strange {
            assert_eq!(ahead.ask(visitor, "POST /log-in").await, 200);
        }
        let mut visitor = here.visitor.clone();
        assert_eq!(here.ask(&mut visitor, "POST /log-in").await, 200);
        assert_eq!(here.ask(&mut visitor, "GET /me").await, 200, "{place}");
        let mut stand = 0;
        for visitor in &mut strange {
            stand += u16::from(ahead.ask(visitor, "GET /me").await == 200);
        }
        if place == "sealed" {
            assert_eq!(stand, 1, "two are allowed");
        }
    }
}

#[tokio::test]
async fn a_confirmation_from_ahead_confirms_nothing() {
    for (skew, is_tolerated) in around_the_tolerance() {
        for (place, ahead, here) in pairs(skew) {
            let Some(_) = &here.sessions else { continue };
            let mut visitor = here.visitor.clone();
            assert_eq!(here.ask(&mut visitor, "POST /log-in").await, 200);
            let cookie = visitor.cookie("__Host-member").unwrap().to_owned();
            let mut there = ahead.visitor.clone();
            there.set_cookie("__Host-member", &cookie);
            let token = there.get("/token").await.body;
            let answer = visitor.ask("POST /pay", &[("confirm-token", &token)]).await;
            assert_eq!(answer.status, status(is_tolerated, 403), "{place} {skew:?}");
        }
    }
}

#[tokio::test]
async fn a_replaced_id_from_ahead_does_not_answer() {
    for (skew, expected) in [(TOLERATED_CLOCK_SKEW, 200), (minutes(3), 401), (hours(1), 401)] {
        for (place, ahead, here) in pairs(skew) {
            let Some(_) = &here.sessions else { continue };
            let mut visitor = here.visitor.clone();
            assert_eq!(here.ask(&mut visitor, "POST /log-in").await, 200);
            let mut before = visitor.clone();
            assert_eq!(ahead.ask(&mut visitor, "POST /rotate").await, 200);
            assert_eq!(here.ask(&mut visitor, "GET /me").await, 200);
            assert_eq!(here.ask(&mut before, "GET /me").await, expected, "{place} {skew:?}");
        }
    }
}

#[tokio::test]
async fn a_revalidation_from_ahead_is_due_again() {
    for (skew, is_tolerated) in around_the_tolerance() {
        for store in [ProbedStore::over(MemoryStore::new()), ProbedStore::outside(MemoryStore::new())] {
            let accounts = Accounts::default();
            let revalidation = || Revalidation::every(hours(1), accounts.clone());
            let [ahead, here] = [(); 2].map(|()| Node::over(&store, |builder| builder.revalidate(revalidation())));
            let mut visitor = here.visitor.clone();
            assert_eq!(here.ask(&mut visitor, "POST /log-in").await, 200);
            here.clock.advance(minutes(60));
            ahead.clock.set(START.plus(minutes(60)).plus(skew));
            assert_eq!(ahead.ask(&mut visitor, "GET /me").await, 200);
            assert_eq!(accounts.0.load(Ordering::SeqCst), 1);
            assert_eq!(here.ask(&mut visitor, "GET /me").await, 200);
            let asked = if is_tolerated { 1 } else { 2 };
            assert_eq!(accounts.0.load(Ordering::SeqCst), asked, "{skew:?}");
        }
    }
}

#[tokio::test]
async fn refresh_tokens_from_ahead_are_not_good() {
    for (skew, is_tolerated) in around_the_tolerance() {
        for (place, ahead, here) in pairs(skew) {
            let (Some(ahead), Some(here)) = (&ahead.sessions, &here.sessions) else { continue };
            let pair = ahead.issue_pair(&Member { id: 7 }, &TokenOptions::lasting(minutes(5))).await.unwrap();
            let refreshed = here.refresh(pair.refresh_token()).await.map_err(|error| error.kind());
            let expected = if is_tolerated { None } else { Some(GrantErrorKind::InvalidGrant) };
            assert_eq!(refreshed.err(), expected, "{place} {skew:?}");
        }
    }
}

// Leeway accepts the token; it does not make it younger than a limit allows.
#[tokio::test]
async fn leeway_lengthens_no_window() {
    for (skew, is_tolerated) in [(seconds(60), true), (seconds(61), false)] {
        for (place, ahead, here) in pairs(skew) {
            let Some(sessions) = &ahead.sessions else { continue };
            let token = sessions.issue_token(&Member { id: 7 }, minutes(5)).unwrap();
            let bearer = format!("Bearer {token}");
            for (path, expected) in [("GET /me", 200), ("GET /slide", status(is_tolerated, 401))] {
                // The second time, the token is in the cache.
                for _ in 0..2 {
                    let answer = here.visitor.clone().ask(path, &[("authorization", &bearer)]).await;
                    assert_eq!(answer.status, expected, "{place} {skew:?} {path}");
                }
            }
        }
    }
}

#[tokio::test]
async fn key_values_from_ahead_are_not_read() {
    for (skew, is_tolerated) in around_the_tolerance() {
        for (place, ahead, here) in pairs(skew) {
            let Some(_) = &here.sessions else { continue };
            let mut visitor = ahead.visitor.clone();
            assert_eq!(ahead.ask(&mut visitor, "POST /keep").await, 200);
            let cookie = visitor.cookie("__Host-member").unwrap().to_owned();
            let mut visitor = here.visitor.clone();
            visitor.set_cookie("__Host-member", &cookie);
            let expected = if is_tolerated { "tea" } else { "" };
            assert_eq!(visitor.get("/cart").await.body, expected, "{place} {skew:?}");
        }
    }
}
