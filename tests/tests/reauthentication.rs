//! A lost response to a re-authentication, and a button that is clicked twice.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use axum::Json;
use axum::extract::Path;
use session_runtime::routing::{get, post};
use session_runtime::{AuthSession, GuardedRouter, MemoryStore, Session, SqliteStore, session};
use tests::{
    Answer, App, Failed, ProbedStore, Role, START, Site, User, Visitor, WhoAmI, every_store, hours, minutes, seconds,
    user,
};
use tokio::task::JoinSet;

session_runtime::default_principal!(User);

const NAME: &str = "__Host-id";

#[session(required, login = "/log-in-page")]
async fn page() {}

#[session(required, fresh = "5m", login = "/log-in-page", reauthenticate = "/code")]
async fn fresh() {}

#[session(required, role(Role::Admin))]
async fn admins() {}

#[session(required, sliding)]
async fn sliding() {}

#[session(required, factors("otp"))]
async fn otp() {}

#[session(required)]
async fn factors(session: Session<User>) -> String {
    let mut names: Vec<_> = session.factors().map(|(name, _)| name.to_owned()).collect();
    names.sort();
    names.join(" ")
}

#[session(required)]
async fn prove(
    mut auth: AuthSession<User>,
    Path(factor): Path<String>,
    Json(user): Json<User>,
) -> Result<Json<WhoAmI<User>>, Failed> {
    Ok(Json(auth.reauthenticate(user).factors([factor]).await?.clone().into()))
}

#[session(required, principal(User))]
async fn put(values: tower_sessions::Session, Path(key): Path<String>) -> Result<(), String> {
    values.insert(&key, true).await.map_err(|error| error.to_string())
}

#[session(required, principal(User))]
async fn has(values: tower_sessions::Session, Path(key): Path<String>) -> Result<String, String> {
    let value: Option<bool> = values.get(&key).await.map_err(|error| error.to_string())?;
    Ok(value.is_some().to_string())
}

fn routes() -> GuardedRouter<App> {
    GuardedRouter::new()
        .route("/page", get(page))
        .route("/fresh", get(fresh))
        .route("/admins", get(admins))
        .route("/sliding", get(sliding))
        .route("/otp", get(otp))
        .route("/factors", get(factors))
        .route("/prove/{factor}", post(prove))
        .route("/put/{key}", post(put))
        .route("/has/{key}", get(has))
}

fn site_over(store: ProbedStore) -> Site {
    Site::over(routes(), store, |builder| builder)
}

/// In the process, and outside of it.
fn sites() -> [Site; 2] {
    [ProbedStore::over, ProbedStore::outside].map(|probe| site_over(probe(MemoryStore::new())))
}

/// A visitor who re-authenticated ten minutes after the log-in, and a tab that has not heard of it.
async fn proved(site: &Site) -> (Visitor, Visitor) {
    let mut visitor = site.member(&user(7)).await;
    site.clock.advance(minutes(10));
    let old = visitor.clone();
    prove_by(&mut visitor).await;
    (visitor, old)
}

async fn prove_by(visitor: &mut Visitor) {
    let answer = visitor.post_json("/prove/otp", &user(7)).await;
    assert!(answer.is_ok(), "{answer:?}");
}

#[tokio::test]
async fn a_second_click_succeeds_with_another_id() {
    for some in every_store().await {
        let site = site_over(some.store);
        let (mut first, mut second) = proved(&site).await;
        let old = second.clone();
        prove_by(&mut second).await;
        let ids = [&old, &first, &second].map(|visitor| visitor.cookie(NAME).unwrap());
        assert!(ids[0] != ids[1] && ids[1] != ids[2] && ids[0] != ids[2], "{}", some.name);
        for path in ["/fresh", "/otp", "/sliding"] {
            assert!(second.get(path).await.is_ok(), "{} {path}", some.name);
        }
        assert!(second.post("/visit").await.is_ok(), "the session can be changed under it");
        // The id that the second one replaced answers as an alias, with what it had.
        assert!(first.get("/fresh").await.is_ok());
        assert_eq!(first.post("/visit").await.error().as_deref(), Some("Superseded"));
        if site.lists_subjects() {
            assert_eq!(site.app.users.of(&7).await.unwrap().len(), 1, "{}", some.name);
        }
    }
}

#[tokio::test]
async fn the_old_id_can_be_proved_again_for_a_minute() {
    for (after, expected) in [(0, 200), (11, 200), (59, 200), (60, 401), (61, 401)] {
        for site in sites() {
            let (_, mut old) = proved(&site).await;
            site.clock.advance(seconds(after));
            assert_eq!(old.post_json("/prove/otp", &user(7)).await.status, expected, "{after} s");
        }
    }
}

// An alias never gains authority, and never yields a newer cookie.
#[tokio::test]
async fn the_old_id_alone_keeps_its_old_authority() {
    for site in sites() {
        let mut visitor = site.member(&user(7)).await;
        site.clock.advance(minutes(10));
        let mut old = visitor.clone();
        let admin = user(7).with_roles(&[Role::Admin]);
        for _ in 0..2 {
            assert!(visitor.post_json("/prove/otp", &admin).await.is_ok());
            for (request, status) in [
                ("GET /me", 200),
                ("GET /sliding", 200),
                ("GET /fresh", 401),
                ("GET /admins", 403),
                ("GET /otp", 401),
                ("POST /rotate", 409),
                ("POST /visit", 409),
            ] {
                let answer = old.ask(request, &[]).await;
                assert_eq!((answer.status, answer.header("set-cookie")), (status, None), "{request}");
            }
        }
    }
}

#[tokio::test]
async fn the_old_id_leads_to_a_page_at_every_time() {
    for (after, location) in
        [(0, "/code?next=%2Ffresh"), (59, "/code?next=%2Ffresh"), (60, "/log-in-page?next=%2Ffresh")]
    {
        for site in sites() {
            let (_, mut old) = proved(&site).await;
            site.clock.advance(seconds(after));
            let answer = old.navigate("/fresh").await;
            assert_eq!((answer.status, answer.header("location").as_deref()), (303, Some(location)), "{after} s");
        }
    }
}

// Each proof lets the old id answer no longer than the first one did.
#[tokio::test]
async fn repeated_proofs_do_not_lengthen_the_old_id() {
    for site in sites() {
        let (_, mut old) = proved(&site).await;
        for _ in 0..5 {
            site.clock.advance(seconds(11));
            let mut tab = old.clone();
            prove_by(&mut tab).await;
            assert!(tab.get("/fresh").await.is_ok());
        }
        site.clock.advance(seconds(4));
        assert!(old.get("/me").await.is_ok());
        site.clock.advance(seconds(1));
        assert_eq!(old.get("/me").await.status, 401);
    }
}

#[tokio::test]
async fn clicks_at_the_same_time_all_succeed() {
    let sqlite = SqliteStore::connect("sqlite::memory:").await.unwrap();
    sqlite.migrate().await.unwrap();
    let database = ProbedStore::of(std::sync::Arc::new(sqlite));
    for site in sites().into_iter().chain([site_over(database)]) {
        for seed in 1..=10 {
            let visitor = site.member(&user(7)).await;
            site.store.dawdle(seed);
            let mut tasks = JoinSet::new();
            for _ in 0..4 {
                let mut tab = visitor.clone();
                tasks.spawn(async move {
                    prove_by(&mut tab).await;
                    tab
                });
            }
            let mut changing = 0;
            for mut tab in tasks.join_all().await {
                assert!(tab.get("/otp").await.is_ok());
                changing += usize::from(tab.post("/visit").await.is_ok());
            }
            assert_eq!(changing, 1, "one of the ids is the session's own");
            assert_eq!(site.app.users.of(&7).await.unwrap().len(), 1);
            site.app.users.end_all(&7).await.unwrap();
        }
    }
}

// ASVS 7.4.1: under whichever id.
#[tokio::test]
async fn a_log_out_ends_all_ids_of_repeated_proofs() {
    for position in 0..3 {
        for site in sites() {
            let (first, old) = proved(&site).await;
            let mut second = old.clone();
            prove_by(&mut second).await;
            let mut tabs = [old, first, second];
            assert!(tabs.get_mut(position).unwrap().post("/log-out").await.is_ok());
            for tab in &mut tabs {
                assert_eq!(tab.get("/me").await.status, 401, "logged out at {position}");
                assert_eq!(tab.post_json("/prove/otp", &user(7)).await.status, 401, "it does not come back");
            }
            assert_eq!(site.app.users.of(&7).await.unwrap().len(), 0);
        }
    }
}

#[tokio::test]
async fn another_subject_gains_nothing_by_an_old_id() {
    for site in sites() {
        let (_, mut old) = proved(&site).await;
        let answer = old.post_json("/prove/otp", &user(8)).await;
        assert_eq!((answer.status, answer.error().as_deref()), (403, Some("OtherSubject")));
        assert_eq!(answer.header("set-cookie"), None);
    }
}

// The absolute limit counts from the log-in, however often who one is was proved.
#[tokio::test]
async fn a_repeated_proof_moves_no_absolute_limit() {
    for site in sites() {
        let (_, mut old) = proved(&site).await;
        site.clock.advance(seconds(30));
        let who: WhoAmI<User> = old.post_json("/prove/otp", &user(7)).await.json();
        let now = START.as_secs() + 630;
        assert_eq!((who.created_at, who.authenticated_at, who.last_seen_at), (START.as_secs(), Some(now), now));
        assert_eq!(old.get("/me").await.json::<WhoAmI<User>>(), who);
        for _ in 0..11 {
            site.clock.advance(hours(1));
            assert!(old.get("/sliding").await.is_ok());
        }
        site.clock.set(START.plus(hours(12)));
        assert_eq!(old.get("/me").await.status, 401);
    }
}

#[tokio::test]
async fn a_repeated_proof_keeps_the_factors_of_the_log_in() {
    for site in sites() {
        let mut visitor = site.member(&user(7)).await;
        assert!(visitor.post_json("/prove/pwd", &user(7)).await.is_ok());
        let mut old = visitor.clone();
        prove_by(&mut visitor).await;
        prove_by(&mut old).await;
        assert_eq!(old.get("/factors").await.body, "otp pwd");
    }
}

// What was written under the id that the lost response carried is in the session that goes on.
#[tokio::test]
async fn a_repeated_proof_loses_nothing_that_was_written() {
    for some in every_store().await {
        let site = site_over(some.store);
        let mut visitor = site.member(&user(7)).await;
        assert!(visitor.post("/put/before").await.is_ok());
        let old = visitor.clone();
        prove_by(&mut visitor).await;
        for key in ["first", "second", "third"] {
            assert!(visitor.post(&format!("/put/{key}")).await.is_ok());
            let mut tab = old.clone();
            prove_by(&mut tab).await;
            visitor = tab;
        }
        for key in ["before", "first", "second", "third"] {
            assert_eq!(visitor.get(&format!("/has/{key}")).await.body, "true", "{} {key}", some.name);
        }
        assert_eq!(old.clone().get("/has/first").await.body, "false", "{}", some.name);
    }
}

// A person who navigates is shown something, whatever failed.
#[tokio::test]
async fn no_failed_operation_answers_with_a_blank_page() {
    for site in sites() {
        let (_, old) = proved(&site).await;
        let failures = [("/rotate", user(7), 409), ("/log-in", user(7), 409), ("/reauthenticate", user(8), 403)];
        for (path, somebody, status) in failures {
            let answer: Answer = old.clone().post_json(path, &somebody).await;
            assert_eq!(answer.status, status, "{path}");
            assert_eq!(answer.header("content-type").as_deref(), Some("application/problem+json"), "{path}");
            assert!(answer.body.contains("\"title\""), "{path}");
            assert_eq!(answer.header("cache-control").as_deref(), Some("no-store"), "{path}");
        }
    }
}
