//! How long a session lasts, and how recent a route wants it. Every boundary at one second before, at, and after it.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
#![allow(clippy::unchecked_time_subtraction, reason = "both are constants of the test")]

use session_runtime::routing::get;
use session_runtime::{GuardedRouter, Session, TOLERATED_CLOCK_SKEW, policy, session};
use std::time::Duration;
use tests::{Guests, START, Site, User, WhoAmI, at_and_beside, hours, minutes, seconds, user};

session_runtime::default_principal!(User);

#[session(required, max_age = "15m")]
async fn max_age() {}
#[session(required, max_age = "15m", sliding)]
async fn window() {}
#[session(required, max_age = "1h", sliding)]
async fn wide_window() {}
#[session(required, sliding)]
async fn sliding() {}
#[session(required, fresh = "5m")]
async fn fresh() {}
#[session(required)]
async fn plain() {}
#[session(optional, max_age = "15m", sliding)]
async fn optional(session: Option<Session<User>>) -> String {
    session.is_some().to_string()
}

/// Builds on nothing.
#[policy(principal(User), max_age = "30m", fresh = "10m")]
pub struct Base;
#[policy(extends(Base), max_age = "20m", sliding)]
struct Slides;
#[session(policy(Slides), max_age = "10m")]
async fn tightened() {}
#[session(policy(Slides))]
async fn inherited() {}

fn site() -> Site {
    Site::of(
        GuardedRouter::new()
            .route("/max-age", get(max_age))
            .route("/window", get(window))
            .route("/wide-window", get(wide_window))
            .route("/sliding", get(sliding))
            .route("/fresh", get(fresh))
            .route("/plain", get(plain))
            .route("/optional", get(optional))
            .route("/tightened", get(tightened))
            .route("/inherited", get(inherited)),
    )
}

/// The answers of `path` to somebody who has done nothing since the log-in: one second before `limit`, at it, and after it.
async fn around(site: &Site, path: &str, limit: Duration) -> [u16; 3] {
    let mut answers = [0; 3];
    for (answer, rest) in answers.iter_mut().zip(at_and_beside(limit)) {
        let mut visitor = site.member(&user(7)).await;
        site.clock.advance(rest);
        *answer = visitor.get(path).await.status;
    }
    answers
}

// ASVS 7.3.1, 7.3.2: a route's limit refuses what is older than it.
#[tokio::test]
async fn a_route_admits_until_its_limit_and_no_longer() {
    let site = site();
    assert_eq!(around(&site, "/max-age", minutes(15)).await, [200, 200, 401]);
    assert_eq!(around(&site, "/window", minutes(15)).await, [200, 200, 401]);
    assert_eq!(around(&site, "/wide-window", hours(1)).await, [200, 200, 401]);
    assert_eq!(around(&site, "/fresh", minutes(5)).await, [200, 200, 401]);
    assert_eq!(around(&site, "/plain", minutes(15)).await, [200, 200, 200]);
}

// ASVS 7.3.1: at its limit a session is over.
#[tokio::test]
async fn a_session_ends_when_it_rested_for_as_long_as_idle_says() {
    let site = site();
    assert_eq!(around(&site, "/plain", hours(2)).await, [200, 401, 401]);
    assert_eq!(around(&site, "/sliding", hours(2)).await, [200, 401, 401]);
}

// ASVS 7.3.2: no activity lengthens the absolute limit.
#[tokio::test]
async fn a_session_ends_after_absolute_however_active_it_is() {
    for (last_step, expected) in
        [(minutes(60).saturating_sub(seconds(1)), 200), (minutes(60), 401), (minutes(60) + seconds(1), 401)]
    {
        let site = site();
        let mut visitor = site.member(&user(7)).await;
        for _ in 0..11 {
            site.clock.advance(hours(1));
            assert!(visitor.get("/sliding").await.is_ok());
        }
        site.clock.advance(last_step);
        assert_eq!(visitor.get("/sliding").await.status, expected, "{last_step:?}");
    }
}

#[tokio::test]
async fn proving_again_who_one_is_does_not_lengthen_the_absolute_limit() {
    let site = site();
    let mut visitor = site.member(&user(7)).await;
    for _ in 0..11 {
        site.clock.advance(hours(1));
        assert!(visitor.post_json("/reauthenticate", &user(7)).await.is_ok());
    }
    site.clock.advance(hours(1).saturating_sub(seconds(1)));
    assert!(visitor.get("/plain").await.is_ok());
    site.clock.advance(seconds(1));
    assert_eq!(visitor.get("/plain").await.status, 401);
}

#[tokio::test]
async fn activity_does_not_help_against_max_age_or_fresh() {
    for (path, step) in [("/max-age", minutes(3)), ("/fresh", minutes(1))] {
        let site = site();
        let mut visitor = site.member(&user(7)).await;
        for _ in 0..5 {
            site.clock.advance(step);
            assert!(visitor.get("/sliding").await.is_ok());
            assert!(visitor.get(path).await.is_ok());
        }
        site.clock.advance(seconds(1));
        assert_eq!(visitor.get(path).await.status, 401, "{path}");
    }
}

#[tokio::test]
async fn activity_moves_the_window() {
    let site = site();
    let mut visitor = site.member(&user(7)).await;
    for _ in 0..8 {
        site.clock.advance(minutes(15));
        assert!(visitor.get("/window").await.is_ok());
    }
    site.clock.advance(minutes(15) + seconds(1));
    assert_eq!(visitor.get("/window").await.status, 401);
}

#[tokio::test]
async fn activity_keeps_a_session_from_idling_out() {
    let site = site();
    let mut visitor = site.member(&user(7)).await;
    for _ in 0..6 {
        site.clock.advance(hours(2).saturating_sub(seconds(1)));
        assert!(visitor.get("/sliding").await.is_ok());
    }
    let who: WhoAmI<User> = visitor.get("/me").await.json();
    assert_eq!(who.expires_at, START.as_secs() + 12 * 3600, "the absolute limit comes first");
}

// A page that polls in the background keeps nobody logged in.
#[tokio::test]
async fn a_route_without_sliding_is_no_activity() {
    for path in ["/plain", "/max-age", "/fresh", "/me"] {
        let site = site();
        let mut visitor = site.member(&user(7)).await;
        site.clock.advance(minutes(5));
        assert!(visitor.get(path).await.is_ok());
        assert_eq!(visitor.get("/me").await.json::<WhoAmI<User>>().last_seen_at, START.as_secs(), "{path}");
        site.clock.advance(minutes(10) + seconds(1));
        assert_eq!(visitor.get("/window").await.status, 401, "{path}");
    }
}

#[tokio::test]
async fn a_refused_request_is_no_activity() {
    let site = site();
    let mut visitor = site.member(&user(7)).await;
    site.clock.advance(minutes(20));
    assert_eq!(visitor.get("/window").await.status, 401);
    assert_eq!(visitor.get("/me").await.json::<WhoAmI<User>>().last_seen_at, START.as_secs());
}

// The longest pause counts, not the last one.
#[tokio::test]
async fn a_laxer_route_does_not_revive_a_session_for_a_stricter_one() {
    for (pause, expected) in
        [(minutes(15).saturating_sub(seconds(1)), 200), (minutes(15), 200), (minutes(15) + seconds(1), 401)]
    {
        for laxer in ["/wide-window", "/sliding"] {
            let site = site();
            let mut visitor = site.member(&user(7)).await;
            site.clock.advance(pause);
            assert!(visitor.get(laxer).await.is_ok());
            assert_eq!(visitor.get("/window").await.status, expected, "{pause:?} {laxer}");
            site.clock.advance(minutes(5));
            assert_eq!(visitor.get("/window").await.status, expected, "{pause:?} {laxer}");
            // A short pause since does not make the long one forgotten.
            assert!(visitor.get(laxer).await.is_ok());
            assert_eq!(visitor.get("/window").await.status, expected, "{pause:?} {laxer}");
        }
    }
}

#[tokio::test]
async fn a_pause_is_forgotten_when_the_visitor_proves_again_who_they_are() {
    for path in ["/reauthenticate", "/log-in"] {
        let site = site();
        let mut visitor = site.member(&user(7)).await;
        site.clock.advance(minutes(30));
        assert!(visitor.get("/sliding").await.is_ok());
        assert_eq!(visitor.get("/window").await.status, 401);
        assert!(visitor.post_json(path, &user(7)).await.is_ok());
        for route in ["/window", "/fresh", "/max-age"] {
            assert!(visitor.get(route).await.is_ok(), "{path} {route}");
        }
    }
}

// A new id is no new session: neither its beginning nor a pause is forgotten.
#[tokio::test]
async fn a_rotation_moves_no_instant() {
    let site = site();
    let mut visitor = site.member(&user(7)).await;
    site.clock.advance(minutes(20));
    assert!(visitor.get("/sliding").await.is_ok());
    let before: WhoAmI<User> = visitor.get("/me").await.json();
    site.clock.advance(minutes(1));
    assert!(visitor.post("/rotate").await.is_ok());
    assert_eq!(visitor.get("/me").await.json::<WhoAmI<User>>(), before);
    for route in ["/window", "/fresh", "/max-age"] {
        assert_eq!(visitor.get(route).await.status, 401, "{route}");
    }
}

// A route's words refuse that route and leave record and cookie alone.
#[tokio::test]
async fn a_route_that_refuses_ends_no_session() {
    let site = site();
    let mut visitor = site.member(&user(7)).await;
    site.clock.advance(minutes(20));
    for path in ["/max-age", "/window", "/fresh"] {
        let answer = visitor.navigate(path).await;
        assert_eq!((answer.status, answer.header("set-cookie")), (401, None), "{path}");
    }
    assert!(visitor.get("/plain").await.is_ok());
}

#[tokio::test]
async fn to_an_optional_route_a_session_that_is_too_old_is_none() {
    let site = site();
    let mut visitor = site.member(&user(7)).await;
    site.clock.advance(minutes(15));
    assert_eq!(visitor.get("/optional").await.body, "true");
    site.clock.advance(minutes(15) + seconds(1));
    assert_eq!(visitor.get("/optional").await.body, "false");
    assert!(visitor.get("/plain").await.is_ok());
}

// Policies only tighten: the smaller of each limit counts, and both kinds at once.
#[tokio::test]
async fn the_limits_of_a_policy_and_those_that_it_builds_on_all_hold() {
    let site = site();
    // The age limit of `Base` does not move, the window of `Slides` does.
    let mut visitor = site.member(&user(7)).await;
    site.clock.advance(minutes(10));
    assert!(visitor.get("/inherited").await.is_ok());
    site.clock.advance(seconds(1));
    let refused = visitor.get("/inherited").await;
    assert!(refused.header("www-authenticate").unwrap().contains("max_age=\"600\""), "fresh = \"10m\" of `Base`");
    visitor.post_json("/reauthenticate", &user(7)).await;
    assert!(visitor.get("/inherited").await.is_ok());
    // `max_age = "10m"` of the handler is an age beside the window, and is above `fresh`.
    assert_eq!(around(&site, "/tightened", minutes(10)).await, [200, 200, 401]);
}

#[tokio::test]
async fn without_idle_a_session_rests_until_absolute() {
    let guests = Guests::new();
    for (rest, expected) in [(minutes(20) - seconds(1), 200), (minutes(20), 401), (minutes(20) + seconds(1), 401)] {
        let mut visitor = guests.enter(7).await;
        guests.clock.advance(rest);
        assert_eq!(visitor.get("/stay").await.status, expected, "{rest:?}");
    }
}

// Within the tolerance, what lies ahead counts as now. Beyond it, the instants of the session are not believed.
#[tokio::test]
async fn a_clock_that_is_set_back_a_little_does_no_harm() {
    let site = site();
    let mut visitor = site.member(&user(7)).await;
    site.clock.set(START.minus(TOLERATED_CLOCK_SKEW));
    for path in ["/plain", "/window", "/fresh", "/max-age"] {
        assert!(visitor.get(path).await.is_ok(), "{path}");
    }
    let who: WhoAmI<User> = visitor.get("/me").await.json();
    assert_eq!(who.last_seen_at, START.minus(TOLERATED_CLOCK_SKEW).as_secs(), "what lies ahead counts as now");
    assert!(who.expires_at <= START.minus(TOLERATED_CLOCK_SKEW).plus(hours(2)).as_secs());

    site.clock.set(START.minus(TOLERATED_CLOCK_SKEW + seconds(1)));
    for path in ["/plain", "/window", "/fresh", "/max-age"] {
        assert_eq!(visitor.get(path).await.status, 401, "{path}");
    }
    site.clock.set(START);
    assert!(visitor.get("/plain").await.is_ok(), "nothing was ended");
}
