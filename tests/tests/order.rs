//! In which order a request is looked at: the guard, `check(..)`, the other extractors, the body, the handler.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
#![allow(clippy::unused_async, reason = "a check is an `async fn`")]

use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use axum::Json;
use axum::body::{Body, Bytes};
use axum::extract::{FromRequestParts, Path, Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use http::StatusCode;
use http::request::Parts;
use http_body_util::BodyExt as _;
use serde::Deserialize;
use session_runtime::routing::{get, post};
use session_runtime::{GuardedRouter, RefusalKind, Session, policy, session};
use tests::{App, Gate, Role, Site, User, user};

session_runtime::default_principal!(User);

/// Says in a header how far the request came.
struct Extracted;

impl<S: Sync> FromRequestParts<S> for Extracted {
    type Rejection = (StatusCode, &'static str);

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        if parts.headers.contains_key("reject") {
            return Err((StatusCode::IM_A_TEAPOT, "the extractor came before"));
        }
        Ok(Self)
    }
}

#[derive(Deserialize)]
struct Wanted {
    answer: u16,
}

/// Refuses with the status that the query asks for.
async fn answers(_session: Session<User>, Query(wanted): Query<Wanted>) -> Result<(), Response> {
    let status = StatusCode::from_u16(wanted.answer).unwrap();
    Err((status, "the check refused").into_response())
}
async fn redirects() -> Result<(), Redirect> {
    Err(Redirect::to("/pay"))
}
async fn refuses_with_nothing() -> Result<(), ()> {
    Err(())
}
async fn refuses_with_a_word() -> Result<(), &'static str> {
    Err("no")
}
async fn owns(session: Session<User>, Path(owner): Path<u64>) -> Result<(), StatusCode> {
    if session.id == owner { Ok(()) } else { Err(StatusCode::NOT_FOUND) }
}
async fn passes(State(_gate): State<Gate>, session: Option<Session<User>>) -> Result<(), StatusCode> {
    session.map(|_| ()).ok_or(StatusCode::INTERNAL_SERVER_ERROR)
}

#[session(required, role(Role::Staff), check(answers))]
async fn checked(_session: Session<User>, _extracted: Extracted, Json(_body): Json<User>) {}
#[session(required, check(redirects))]
async fn redirected() {}
#[session(required, check(refuses_with_nothing))]
async fn nothing() {}
#[session(required, check(refuses_with_a_word))]
async fn word() {}

/// What is somebody's own.
#[policy(principal(User), check(owns))]
pub struct Own;
#[session(policy(Own), check(passes), state(App))]
async fn own(session: Session<User>) -> String {
    session.id.to_string()
}
#[session(policy(Own), check(refuses_with_nothing))]
async fn own_and_refused() {}

#[session(required)]
async fn reads_body(_session: Session<User>, body: Bytes) -> String {
    body.len().to_string()
}

fn site() -> Site {
    Site::of(
        GuardedRouter::new()
            .route("/checked", post(checked))
            .route("/redirected", get(redirected))
            .route("/nothing", get(nothing))
            .route("/word", get(word))
            .route("/own/{owner}", get(own))
            .route("/own-and-refused/{owner}", get(own_and_refused))
            .route("/reads-body", post(reads_body)),
    )
}

/// A body that counts how often somebody wants to read it.
fn watched_body() -> (Body, Arc<AtomicUsize>) {
    let polls = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&polls);
    let body = http_body_util::Full::new(Bytes::from_static(b"{}")).map_frame(move |frame| {
        counter.fetch_add(1, Ordering::SeqCst);
        frame
    });
    (Body::new(body.map_err(|never: Infallible| match never {})), polls)
}

const JSON: (&str, &str) = ("content-type", "application/json");
const CROSS_SITE: (&str, &str) = ("sec-fetch-site", "cross-site");

// ASVS 8.3.1: who is refused has not made the server read anything.
#[tokio::test]
async fn the_body_is_not_read_before_the_visitor_is_admitted() {
    let site = site();
    let staff = user(7).with_roles(&[Role::Staff]);
    for (mut visitor, path, headers, expected) in [
        (site.visitor(), "/checked?answer=403", &[JSON] as &[_], 401),
        (site.visitor(), "/reads-body", &[], 401),
        (site.member(&user(7)).await, "/checked?answer=403", &[JSON], 403),
        (site.member(&staff).await, "/checked?answer=403", &[JSON], 403),
        (site.member(&staff).await, "/checked?answer=403", &[JSON, CROSS_SITE], 403),
        (site.member(&user(7)).await, "/reads-body", &[CROSS_SITE], 403),
    ] {
        let (body, polls) = watched_body();
        let answer = visitor.send(&format!("POST {path}"), headers, body).await;
        assert_eq!((answer.status, polls.load(Ordering::SeqCst)), (expected, 0), "{path} {headers:?}");
    }
    let (body, polls) = watched_body();
    let answer = site.member(&user(7)).await.send("POST /reads-body", &[], body).await;
    assert_eq!((answer.body.as_str(), polls.load(Ordering::SeqCst)), ("2", 1), "this body is one that can be read");
}

#[tokio::test]
async fn a_check_runs_after_roles_and_forgery_and_before_other_extractors_and_the_body() {
    let site = site();
    let rejecting = [("reject", ""), CROSS_SITE];
    let mut nobody = site.visitor();
    let mut customer = site.member(&user(7)).await;
    let mut staff = site.member(&user(7).with_roles(&[Role::Staff])).await;
    let path = "POST /checked?answer=410";
    assert_eq!(nobody.ask(path, &rejecting).await.refusal, Some(RefusalKind::NoCredential));
    assert_eq!(customer.ask(path, &rejecting).await.refusal, Some(RefusalKind::Role));
    assert_eq!(staff.ask(path, &rejecting).await.refusal, Some(RefusalKind::Forgery));
    let answer = staff.ask(path, &rejecting[..1]).await;
    assert_eq!((answer.status, answer.refusal), (410, Some(RefusalKind::Check)));
    // An extractor of the check itself that rejects: its answer stands.
    assert_eq!(staff.ask("POST /checked?answer=no", &[]).await.status, 400);
}

// `Err(())` and `Err("no")` are 200 in axum: whatever is below 300 has admitted nobody.
#[tokio::test]
async fn a_check_that_refuses_below_300_is_403_and_anything_else_stands() {
    let site = site();
    let mut staff = site.member(&user(7).with_roles(&[Role::Staff])).await;
    for (answers, expected) in [
        (200, 403),
        (201, 403),
        (204, 403),
        (299, 403),
        (300, 300),
        (302, 302),
        (307, 307),
        (400, 400),
        (401, 401),
        (402, 402),
        (404, 404),
        (429, 429),
        (500, 500),
        (503, 503),
    ] {
        let answer = staff.ask(&format!("POST /checked?answer={answers}"), &[]).await;
        assert_eq!((answer.status, answer.refusal), (expected, Some(RefusalKind::Check)), "{answers}");
        assert_eq!(answer.header("cache-control").as_deref(), Some("no-store"));
        // RFC 9110 15.5.2: a 401 says how to authenticate, whoever wrote it.
        assert_eq!(answer.header("www-authenticate").is_some(), expected == 401, "{answers}");
    }
    for path in ["/nothing", "/word"] {
        assert_eq!(staff.get(path).await.status, 403, "{path}");
    }
    let answer = staff.get("/redirected").await;
    assert_eq!((answer.status, answer.header("location").as_deref()), (303, Some("/pay")));
}

#[tokio::test]
async fn a_check_sees_session_path_and_state_and_those_of_the_base_run_too() {
    let site = site();
    let mut visitor = site.member(&user(7)).await;
    assert_eq!(visitor.get("/own/7").await.body, "7");
    assert_eq!(visitor.get("/own/8").await.status, 404);
    assert_eq!(visitor.get("/own/me").await.status, 400);
    assert_eq!(visitor.get("/own-and-refused/7").await.status, 403);
    assert_eq!(visitor.get("/own-and-refused/8").await.status, 404, "the base is asked first");
}

#[tokio::test]
async fn of_several_checks_the_first_that_refuses_answers() {
    #[derive(Deserialize)]
    struct Refusing {
        refusing: String,
    }
    impl Refusing {
        fn answer(&self, check: char, status: StatusCode) -> Result<(), StatusCode> {
            if self.refusing.contains(check) { Err(status) } else { Ok(()) }
        }
    }
    async fn first(Query(refusing): Query<Refusing>) -> Result<(), StatusCode> {
        refusing.answer('1', StatusCode::PAYMENT_REQUIRED)
    }
    async fn second(Query(refusing): Query<Refusing>, _session: Session<User>) -> Result<(), StatusCode> {
        refusing.answer('2', StatusCode::NOT_FOUND)
    }
    async fn third(Query(refusing): Query<Refusing>) -> Result<(), StatusCode> {
        refusing.answer('3', StatusCode::GONE)
    }
    #[session(policy(Own), check(first), check(second), check(third))]
    async fn several() {}

    let site = Site::of(GuardedRouter::new().route("/several/{owner}", get(several)));
    let mut visitor = site.member(&user(7)).await;
    for (path, expected) in [
        ("/several/7?refusing=", 200),
        ("/several/7?refusing=3", 410),
        ("/several/7?refusing=23", 404),
        ("/several/7?refusing=123", 402),
        ("/several/8?refusing=123", 404),
    ] {
        assert_eq!(visitor.get(path).await.status, expected, "{path}");
    }
}

#[tokio::test]
async fn extractors_run_in_their_order_after_the_check() {
    #[session(required)]
    async fn in_order(_first: Extracted, Path(_second): Path<u64>, Json(_last): Json<User>) {}
    let site = Site::of(GuardedRouter::new().route("/in-order/{number}", post(in_order)));
    let mut visitor = site.member(&user(7)).await;
    assert_eq!(visitor.ask("POST /in-order/x", &[("reject", "")]).await.status, 418);
    assert_eq!(visitor.ask("POST /in-order/x", &[]).await.status, 400);
    assert_eq!(visitor.ask("POST /in-order/1", &[]).await.status, 415);
    assert_eq!(visitor.send("POST /in-order/1", &[JSON], "{".into()).await.status, 400);
    assert_eq!(visitor.post_json("/in-order/1", &user(1)).await.status, 200);
}
