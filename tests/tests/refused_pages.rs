//! Where refused navigations are sent from nested routers, and how an application presents refusals.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use axum::response::{Html, IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};
use session_runtime::routing::get;
use session_runtime::{GuardedRouter, MemoryStore, Refusal, RefusalKind, RefusedRequest, session};
use tests::{App, Site, User, Visitor, user};

session_runtime::default_principal!(User);

#[session(required, login = "/shop/log-in?tenant=1")]
async fn page() {}

fn orders() -> GuardedRouter<App> {
    GuardedRouter::new().route("/orders/{id}", get(page))
}

fn nested() -> GuardedRouter<App> {
    let shop = orders().route("/log-in", get(page)).nest("/eu", orders());
    GuardedRouter::new().nest("/shop", shop)
}

// Inside a nested router the request's own URI lacks the prefix.
#[tokio::test]
async fn next_names_the_path_that_the_visitor_asked_for() {
    let site = Site::of(nested());
    for (asked, next) in
        [("/shop/orders/7", "%2Fshop%2Forders%2F7"), ("/shop/eu/orders/7?a=b", "%2Fshop%2Feu%2Forders%2F7%3Fa%3Db")]
    {
        let answer = site.visitor().navigate(asked).await;
        assert_eq!(answer.header("location"), Some(format!("/shop/log-in?tenant=1&next={next}")));
    }
}

// ASVS 3.7.2: what could lead away is not named; neither is what is longer than 2 KiB.
#[tokio::test]
async fn next_is_left_out_where_it_could_not_come_back() {
    let site = Site::of(nested());
    let long = format!("/shop/orders/{}", "x".repeat(2048));
    for asked in [long.as_str(), "/shop/orders/%2e%2e", "/shop/orders/a%5cb"] {
        let answer = site.visitor().navigate(asked).await;
        assert_eq!(answer.header("location").as_deref(), Some("/shop/log-in?tenant=1"), "{asked}");
    }
    let answer = site.visitor().ask("HEAD /shop/orders/7", &[("accept", "text/html")]).await;
    assert!(answer.header("location").unwrap().contains("next="), "HEAD is like GET");
}

#[tokio::test]
async fn nobody_is_redirected_to_the_page_that_they_are_on() {
    let site = Site::of(nested());
    for asked in ["/shop/log-in", "/shop/log-in?tenant=1", "/shop/log-in?next=%2F"] {
        let answer = site.visitor().navigate(asked).await;
        assert_eq!((answer.status, answer.header("location")), (401, None), "{asked}");
    }
}

/// Tries to change everything that clients act on.
fn mischief(refusal: &Refusal, request: &RefusedRequest<'_>, _: Response) -> Response {
    let mut response = Html(format!("<h1>{refusal}</h1>{}", request.uri())).into_response();
    *response.status_mut() = StatusCode::OK;
    let headers = response.headers_mut();
    headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Basic realm=\"mine\""));
    headers.insert(header::LOCATION, HeaderValue::from_static("https://evil.example/"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=3600"));
    headers.insert(header::SET_COOKIE, HeaderValue::from_static("__Host-id=mine; Path=/; Secure"));
    headers.insert("x-seen", HeaderValue::from_static("yes"));
    response
}

async fn presented(visitor: &mut Visitor, asked: &str) -> (u16, Option<RefusalKind>, String) {
    let answer = visitor.get(asked).await;
    assert_eq!(answer.header("cache-control").as_deref(), Some("no-store"));
    assert_eq!(answer.header("location"), None);
    assert_eq!(answer.header("set-cookie"), None);
    assert_eq!(answer.header("x-seen").as_deref(), Some("yes"));
    assert_eq!(answer.header("content-type").as_deref(), Some("text/html; charset=utf-8"));
    assert!(answer.all("vary").iter().any(|vary| vary.contains("Accept")));
    let expected = (answer.status == 401).then(|| "Cookie realm=\"user\"".to_owned());
    assert_eq!(answer.header("www-authenticate").map(|challenge| challenge[..19].to_owned()), expected);
    (answer.status, answer.refusal, answer.body)
}

// The hook changes the representation, never the status or `WWW-Authenticate`.
#[tokio::test]
async fn an_application_presents_refusals_and_cannot_change_what_they_say() {
    let site = Site::with(nested(), MemoryStore::new(), |builder| builder.on_refusal(mischief));
    let mut visitor = site.visitor();
    let (status, kind, body) = presented(&mut visitor, "/shop/orders/7").await;
    assert_eq!((status, kind), (401, Some(RefusalKind::NoCredential)));
    assert_eq!(body, "<h1>Log in first</h1>/shop/orders/7");

    visitor.set_cookie("__Host-id", "chosen");
    assert_eq!(presented(&mut visitor, "/shop/orders/7").await.0, 401);

    let answer = visitor.navigate("/shop/orders/7").await;
    assert_eq!(answer.status, 303);
    assert!(answer.header("location").unwrap().starts_with("/shop/log-in?"));

    let mut member = site.member(&user(7)).await;
    site.store.go_down();
    assert_eq!(presented(&mut member, "/me").await.0, 503);
}
