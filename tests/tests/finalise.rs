//! The end of a response: the session's cookie, how the response is cached, and what is forgotten.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use axum::Json;
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, HeaderValue, StatusCode, header};
use session_runtime::routing::{get, post};
use session_runtime::{AuthSession, GuardedRouter, Session, session};
use tests::{Failed, Partner, Site, User, user};

session_runtime::default_principal!(User);

const NAME: &str = "__Host-id";

#[session(required)]
async fn says_its_own() -> impl IntoResponse {
    ([(header::CACHE_CONTROL, "private, max-age=60"), (header::VARY, "accept-language")], "hello")
}
#[session(required, principal(Partner), bearer)]
async fn by_token() {}
#[session(required, principal(Partner))]
async fn either_way() {}

/// Sets cookies of its own, and caches for everybody.
fn presumptuous() -> Response {
    let mut headers = HeaderMap::new();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=3600"));
    for cookie in ["theme=dark; Path=/", "__Host-id=mine; Path=/; Secure", "__Host-idx=other; Path=/; Secure"] {
        headers.append(header::SET_COOKIE, HeaderValue::from_static(cookie));
    }
    headers.into_response()
}

#[session(optional)]
async fn log_in_presumptuously(mut auth: AuthSession<User>) -> Result<Response, Failed> {
    auth.log_in(user(7)).await?;
    Ok(presumptuous())
}
#[session(required)]
async fn log_out_presumptuously(mut auth: AuthSession<User>) -> Result<Response, Failed> {
    auth.log_out().await?;
    Ok(presumptuous())
}
#[session(optional)]
async fn only_presume() -> Response {
    presumptuous()
}
#[session(optional, principal(Partner), bearer)]
async fn looks_at_another(_user: Option<Session<User>>) {}
#[session(optional)]
async fn log_in_twice_and_fail(mut auth: AuthSession<User>) -> Result<Response, Failed> {
    auth.log_in(user(7)).await?;
    auth.log_in(user(8)).await?;
    Ok((StatusCode::INTERNAL_SERVER_ERROR, "something else went wrong").into_response())
}
#[session(required)]
async fn takes_json(_session: Session<User>, _body: Json<User>) {}
#[session(optional)]
async fn needs_a_session_after_all(_session: AnySession) {}

/// An alias hides from the macro that an `optional` route cannot promise this.
type AnySession = Session<User>;

fn site() -> Site {
    Site::of(
        GuardedRouter::new()
            .route("/says-its-own", get(says_its_own))
            .route("/by-token", get(by_token))
            .route("/either-way", get(either_way))
            .route("/log-in-presumptuously", post(log_in_presumptuously))
            .route("/log-out-presumptuously", post(log_out_presumptuously))
            .route("/only-presume", get(only_presume))
            .route("/looks-at-another", get(looks_at_another))
            .route("/log-in-twice-and-fail", post(log_in_twice_and_fail))
            .route("/takes-json", post(takes_json))
            .route("/needs-a-session-after-all", get(needs_a_session_after_all)),
    )
}

// ASVS 3.3.1, 3.3.2, 3.3.3, 3.3.4; RFC 6265bis 4.1.3, 5.7; NIST 800-63B-4 5.1.1: nothing but random bytes.
#[tokio::test]
async fn the_cookie_has_exactly_these_attributes() {
    let site = site();
    let answer = site.visitor().post_json("/log-in", &user(7)).await;
    let line = answer.header("set-cookie").unwrap();
    let (pair, attributes) = line.split_once("; ").unwrap();
    assert_eq!(attributes, "Path=/; Secure; HttpOnly; SameSite=Lax");
    let value = pair.strip_prefix("__Host-id=").unwrap();
    assert_eq!(value.len(), 44);
    assert!(value.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_'));
    // ASVS 14.2.1, 16.2.5: a layer that logs headers does not log this one.
    assert!(answer.headers[header::SET_COOKIE].is_sensitive());
    assert!(!answer.body.contains(value));
}

// RFC 6265bis 4.1; ASVS 14.3.1.
#[tokio::test]
async fn the_removal_repeats_the_attributes() {
    let site = site();
    for mut visitor in [site.member(&user(7)).await, site.visitor()] {
        let answer = visitor.post("/log-out").await;
        let expected = "__Host-id=; Max-Age=0; Path=/; Secure; HttpOnly; SameSite=Lax";
        assert_eq!(answer.header("set-cookie").as_deref(), Some(expected));
        assert_eq!(answer.header("clear-site-data").as_deref(), Some("\"cache\""));
        assert_eq!(answer.header("cache-control").as_deref(), Some("no-store"));
    }
}

// ASVS 14.3.2.
#[tokio::test]
async fn a_guarded_response_is_not_stored_unless_its_handler_says_so() {
    let site = site();
    let mut visitor = site.member(&user(7)).await;
    let answer = visitor.get("/me").await;
    assert_eq!(answer.header("cache-control").as_deref(), Some("no-store"));
    assert_eq!(answer.header("vary").as_deref(), Some("cookie"));
    assert_eq!(answer.all("clear-site-data"), [] as [&str; 0]);
    let answer = visitor.get("/says-its-own").await;
    assert_eq!(answer.header("cache-control").as_deref(), Some("private, max-age=60"));
    assert_eq!(answer.all("vary"), ["accept-language", "cookie"]);
}

#[tokio::test]
async fn vary_names_what_was_read() {
    let site = site();
    for (path, expected) in [
        ("/by-token", "authorization"),
        ("/either-way", "cookie, authorization"),
        ("/me", "cookie"),
        ("/looks-at-another", "cookie, authorization"),
    ] {
        assert_eq!(site.visitor().get(path).await.all("vary"), [expected], "{path}");
    }
}

// A response that sets the session's cookie is `no-store` whatever its handler set; RFC 6265bis 4.1.1: and sets it once.
#[tokio::test]
async fn a_handler_neither_caches_nor_writes_the_sessions_cookie() {
    let site = site();
    let mut visitor = site.visitor();
    for (path, is_removal) in [("/log-in-presumptuously", false), ("/log-out-presumptuously", true)] {
        let answer = visitor.post(path).await;
        assert_eq!(answer.header("cache-control").as_deref(), Some("no-store"));
        let lines = answer.all("set-cookie");
        let (ours, others): (Vec<_>, Vec<_>) = lines.iter().partition(|line| line.starts_with("__Host-id="));
        assert_eq!(ours.len(), 1, "{lines:?}");
        assert_eq!(ours[0].contains("Max-Age=0"), is_removal, "{ours:?}");
        assert!(!ours[0].starts_with("__Host-id=mine"));
        assert_eq!(others, ["theme=dark; Path=/", "__Host-idx=other; Path=/; Secure"]);
    }
}

// `finalise` is the only writer of the session's cookie, also where it has nothing to write.
#[tokio::test]
async fn a_handler_that_logs_nobody_in_does_not_write_the_sessions_cookie_either() {
    let site = site();
    let mut visitor = site.member(&user(7)).await;
    let answer = visitor.get("/only-presume").await;
    assert_eq!(answer.all("set-cookie"), ["theme=dark; Path=/", "__Host-idx=other; Path=/; Secure"]);
    assert_eq!(answer.header("cache-control").as_deref(), Some("public, max-age=3600"));
    assert!(visitor.get("/me").await.is_ok());
}

#[tokio::test]
async fn what_was_done_stands_whatever_the_status_and_sets_one_cookie() {
    let site = site();
    let mut visitor = site.visitor();
    let answer = visitor.post("/log-in-twice-and-fail").await;
    assert_eq!(answer.status, 500);
    assert!(answer.header("set-cookie").is_some());
    assert!(visitor.get("/me").await.body.contains("\"id\":8"));
    assert_eq!(site.store.statistics().sessions, 1);
}

#[tokio::test]
async fn no_cookie_is_set_that_changes_nothing() {
    let site = site();
    let mut visitor = site.member(&user(7)).await;
    for request in ["GET /me", "POST /visit", "POST /rename/x", "HEAD /me"] {
        assert_eq!(visitor.ask(request, &[]).await.header("set-cookie"), None, "{request}");
    }
}

// The rejections of the other extractors are finished as every other response.
#[tokio::test]
async fn a_rejection_is_finished_too() {
    let site = site();
    let mut visitor = site.member(&user(7)).await;
    let json = [("content-type", "application/json")];
    for (headers, body, expected) in [
        (&[] as &[_], "{}", 415),
        (&json, "{", 400),
        (&json, "{\"id\":true}", 422),
        (&[("content-type", "x")], "", 415),
    ] {
        let answer = visitor.send("POST /takes-json", headers, body.into()).await;
        assert_eq!(answer.status, expected);
        assert_eq!(answer.header("cache-control").as_deref(), Some("no-store"));
        assert_eq!(answer.header("vary").as_deref(), Some("cookie"));
    }
}

#[tokio::test]
async fn a_refusal_by_an_argument_is_finished_once() {
    let answer = site().visitor().get("/needs-a-session-after-all").await;
    assert_eq!(answer.status, 401);
    assert!(answer.header("www-authenticate").is_some());
    assert_eq!(answer.header("vary").as_deref(), Some("cookie"));
}

#[tokio::test]
async fn a_handlers_error_is_finished_too() {
    let site = site();
    let mut visitor = site.member(&user(7)).await;
    let mut old = visitor.clone();
    visitor.post("/rotate").await;
    let answer = old.post("/visit").await;
    assert_eq!((answer.status, answer.header("vary").as_deref()), (409, Some("cookie")));
    assert_eq!(answer.header("cache-control").as_deref(), Some("no-store"));
    assert!(visitor.cookie(NAME).is_some());
}
