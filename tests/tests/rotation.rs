//! What becomes of an id that was replaced.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use session_runtime::routing::{get, post};
use session_runtime::{GuardedRouter, session};
use tests::{Operation, Role, Site, User, Visitor, WhoAmI, minutes, seconds, user};

session_runtime::default_principal!(User);

const NAME: &str = "__Host-id";

#[session(required, fresh = "5m")]
async fn fresh() {}
#[session(required, role(Role::Admin))]
async fn admins() {}
#[session(required, sliding)]
async fn sliding() {}

#[session(required)]
async fn rotate_twice(mut session: session_runtime::Session<User>) -> Result<(), tests::Failed> {
    session.rotate().await?;
    Ok(session.rotate().await?)
}

fn site() -> Site {
    Site::of(
        GuardedRouter::new()
            .route("/fresh", get(fresh))
            .route("/admins", get(admins))
            .route("/sliding", get(sliding))
            .route("/rotate-twice", post(rotate_twice)),
    )
}

/// A visitor whose id was just replaced, and a tab of theirs that still has the old one.
async fn rotated(site: &Site) -> (Visitor, Visitor) {
    let mut visitor = site.member(&user(7)).await;
    let old = visitor.clone();
    assert!(visitor.post("/rotate").await.is_ok());
    assert_ne!(visitor.cookie(NAME), old.cookie(NAME));
    (visitor, old)
}

#[tokio::test]
async fn a_replaced_id_answers_for_ten_seconds() {
    for (after, expected) in [(9, 200), (10, 401), (11, 401)] {
        let site = site();
        let (mut visitor, mut old) = rotated(&site).await;
        site.clock.advance(seconds(after));
        assert_eq!(old.get("/me").await.status, expected, "{after} s");
        assert!(visitor.get("/me").await.is_ok());
    }
}

#[tokio::test]
async fn a_replaced_id_gets_no_cookie() {
    let site = site();
    let (_, mut old) = rotated(&site).await;
    for request in ["GET /me", "GET /sliding", "POST /rotate", "POST /visit", "GET /fresh"] {
        assert_eq!(old.ask(request, &[]).await.header("set-cookie"), None, "{request}");
    }
}

#[tokio::test]
async fn a_replaced_id_reads_and_changes_nothing() {
    let site = site();
    let (mut visitor, old) = rotated(&site).await;
    let before: WhoAmI<User> = visitor.get("/me").await.json();
    for path in ["/rotate", "/visit", "/rename/x"] {
        let answer = old.clone().post(path).await;
        assert_eq!((answer.status, answer.error().as_deref()), (409, Some("Superseded")), "{path}");
    }
    for somebody in [user(7), user(8)] {
        let answer = old.clone().post_json("/log-in", &somebody).await;
        assert_eq!((answer.status, answer.error().as_deref()), (409, Some("Superseded")));
        assert_eq!(answer.header("set-cookie"), None);
    }
    let answer = old.clone().post_json("/reauthenticate", &user(8)).await;
    assert_eq!((answer.status, answer.header("set-cookie")), (403, None));
    assert_eq!(visitor.get("/me").await.json::<WhoAmI<User>>(), before);
}

// An alias never gains authority: it keeps the strength that the session had.
#[tokio::test]
async fn a_replaced_id_keeps_the_old_strength() {
    let site = site();
    let mut visitor = site.member(&user(7)).await;
    site.clock.advance(minutes(10));
    let mut old = visitor.clone();
    assert!(visitor.post_json("/reauthenticate", &user(7).with_roles(&[Role::Admin])).await.is_ok());
    assert!(visitor.get("/fresh").await.is_ok());
    assert!(visitor.get("/admins").await.is_ok());
    assert_eq!(old.get("/fresh").await.status, 401);
    assert_eq!(old.get("/admins").await.status, 403);
    assert!(old.get("/me").await.is_ok());
}

// ASVS 7.4.1.
#[tokio::test]
async fn logging_out_under_either_id_ends_both() {
    let site = site();
    let (mut visitor, mut old) = rotated(&site).await;
    let answer = old.post("/log-out").await;
    assert!(answer.is_ok());
    assert!(answer.header("set-cookie").unwrap().contains("Max-Age=0"));
    assert_eq!(visitor.get("/me").await.status, 401);
    assert_eq!(site.store.statistics().sessions, 0);

    let (mut visitor, mut old) = rotated(&site).await;
    assert!(visitor.post("/log-out").await.is_ok());
    assert_eq!(old.get("/me").await.status, 401);
}

#[tokio::test]
async fn logging_out_ends_every_id_of_a_session_that_was_replaced_several_times() {
    for position in 0..4 {
        let site = site();
        let mut visitor = site.member(&user(7)).await;
        let mut tabs = vec![visitor.clone()];
        for _ in 0..3 {
            visitor.post("/rotate").await;
            tabs.push(visitor.clone());
        }
        for tab in &mut tabs {
            assert!(tab.get("/me").await.is_ok());
        }
        assert!(tabs[position].clone().post("/log-out").await.is_ok());
        for tab in &mut tabs {
            assert_eq!(tab.get("/me").await.status, 401, "logged out at {position}");
        }
    }
}

// ASVS 7.4.1: who was told that it failed and tries again, with the id they have, ends the session.
#[tokio::test]
async fn logging_out_that_failed_half_way_can_be_tried_again() {
    for done in 0..2 {
        let site = site();
        let (mut visitor, mut old) = rotated(&site).await;
        site.store.fail_after(Operation::Remove, done);
        assert_eq!(old.post("/log-out").await.status, 503);
        site.store.set_failing(Operation::Remove, false);
        assert!(old.post("/log-out").await.is_ok());
        assert_eq!(visitor.get("/me").await.status, 401, "{done} removed at the first attempt");
    }
}

// A store in which another write always comes first does not keep a request for ever.
#[tokio::test]
async fn a_store_that_never_lets_a_write_through_is_one_that_does_not_answer() {
    let site = site();
    let mut visitor = site.member(&user(7)).await;
    site.store.conflict();
    for path in ["/visit", "/rotate", "/reauthenticate"] {
        let answer = visitor.post_json(path, &user(7)).await;
        assert_eq!((answer.status, answer.error().as_deref()), (503, Some("Unavailable")), "{path}");
    }
    assert_eq!(site.store.statistics().sessions, 1);
}

#[tokio::test]
async fn a_request_that_rotates_twice_leaves_one_id_that_counts() {
    let site = site();
    let mut visitor = site.member(&user(7)).await;
    assert!(visitor.post("/rotate-twice").await.is_ok());
    assert!(visitor.post("/visit").await.is_ok());
}

// ASVS 7.2.4: at the log-in the old id ends at once, and the alias of an older one with it.
#[tokio::test]
async fn logging_in_ends_a_replaced_id_too() {
    let site = site();
    let (mut visitor, mut old) = rotated(&site).await;
    assert!(visitor.post_json("/log-in", &user(7)).await.is_ok());
    assert_eq!(old.get("/me").await.status, 401);
}

#[tokio::test]
async fn a_replaced_id_does_not_outlive_the_session() {
    let site = site();
    let mut visitor = site.member(&user(7)).await;
    site.clock.advance(minutes(120 - 1) + seconds(55));
    let mut old = visitor.clone();
    assert!(visitor.post("/rotate").await.is_ok());
    site.clock.advance(seconds(4));
    assert!(old.get("/me").await.is_ok());
    site.clock.advance(seconds(1));
    assert_eq!(old.get("/me").await.status, 401);
    assert_eq!(visitor.get("/me").await.status, 401);
}

// A failure half-way leaves the old id as it was, and no other.
#[tokio::test]
async fn a_rotation_that_fails_changes_nothing() {
    for operation in [Operation::Insert, Operation::Alias] {
        let site = site();
        let mut visitor = site.member(&user(7)).await;
        site.store.set_failing(operation, true);
        for path in ["/rotate", "/reauthenticate"] {
            let answer = visitor.post_json(path, &user(7)).await;
            assert_eq!((answer.status, answer.header("set-cookie")), (503, None), "{operation:?} {path}");
            assert!(answer.header("retry-after").is_some());
        }
        site.store.set_failing(operation, false);
        assert_eq!(site.store.statistics().sessions, 1);
        assert!(visitor.post("/visit").await.is_ok());
    }
}
