//! What comes from outside: whatever it is, it admits nobody, breaks nothing, and is answered below 500.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use axum::Router;
use axum::body::Body;
use http::{HeaderValue, Method, Request, Response};
use proptest::prelude::*;
use session_runtime::routing::any as every_method;
use session_runtime::{GuardedRouter, Session, session};
use std::sync::LazyLock;
use tests::{Partner, Site, User, minutes, partner, user};
use tokio::runtime::Runtime;
use tower::ServiceExt as _;

session_runtime::default_principal!(User);

#[session(required, login = "/log-in", reauthenticate = "/reauthenticate", fresh = "5m", sliding)]
async fn required() -> &'static str {
    "admitted"
}
#[session(required, principal(Partner), login = "/log-in")]
async fn either_way() -> &'static str {
    "admitted"
}
#[session(optional)]
async fn optional(session: Option<Session<Partner>>) -> &'static str {
    if session.is_some() { "admitted" } else { "nobody" }
}

/// A site in which somebody is logged in, so that there is something to get at.
struct Target {
    runtime: Runtime,
    router: Router,
    cookie: String,
    token: String,
}

static TARGET: LazyLock<Target> = LazyLock::new(|| {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let routes = GuardedRouter::new()
        .route("/required", every_method(required))
        .route("/either-way", every_method(either_way))
        .route("/optional", every_method(optional));
    let site = Site::of(GuardedRouter::new().nest("/nested", routes));
    let visitor = runtime.block_on(site.member(&user(7)));
    let cookie = visitor.cookie("__Host-id").unwrap().to_owned();
    let token = site.app.partners.issue_token(&partner(7), minutes(60)).unwrap();
    Target { runtime, router: site.router, cookie, token }
});

impl Target {
    fn send(&self, method: Method, path: &str, headers: &[(&'static str, Vec<u8>)]) -> (Response<()>, String) {
        let mut request = Request::builder().method(method).uri(path);
        for (name, value) in headers {
            if let Ok(value) = HeaderValue::from_bytes(value) {
                request = request.header(*name, value);
            }
        }
        let request = request.body(Body::empty()).unwrap();
        self.runtime.block_on(async {
            let (parts, body) = self.router.clone().oneshot(request).await.unwrap().into_parts();
            let body = axum::body::to_bytes(body, usize::MAX).await.unwrap();
            (Response::from_parts(parts, ()), String::from_utf8_lossy(&body).into_owned())
        })
    }
}

const HEADERS: [&str; 14] = [
    "cookie",
    "cookie",
    "authorization",
    "authorization",
    "sec-fetch-site",
    "sec-fetch-mode",
    "sec-fetch-dest",
    "origin",
    "host",
    "upgrade",
    "accept",
    "hx-request",
    "x-requested-with",
    "content-type",
];

/// Fragments that the parsers look for, and bytes that they do not.
fn value() -> impl Strategy<Value = Vec<u8>> {
    let fragment = prop_oneof![
        Just("__Host-id=".to_owned()),
        Just("__Host-partner=".to_owned()),
        Just("; ".to_owned()),
        Just("Bearer ".to_owned()),
        Just("https://".to_owned()),
        Just("shop.example".to_owned()),
        Just("navigate".to_owned()),
        Just("text/html".to_owned()),
        Just("websocket".to_owned()),
        Just("eyJhbGciOiJub25lIn0.e30.".to_owned()),
        "[ -~]{0,12}",
        "AQ[A-Za-z0-9_-]{42}",
        "[é☃\u{0}\u{7f}]{0,6}",
    ]
    .prop_map(String::into_bytes);
    let bytes = proptest::collection::vec(any::<u8>(), 0..16);
    proptest::collection::vec(prop_oneof![4 => fragment, 1 => bytes], 0..6).prop_map(|parts| parts.concat())
}

fn headers() -> impl Strategy<Value = Vec<(&'static str, Vec<u8>)>> {
    proptest::collection::vec((proptest::sample::select(&HEADERS[..]), value()), 0..8)
}

fn method() -> impl Strategy<Value = Method> {
    prop_oneof![
        Just(Method::GET),
        Just(Method::HEAD),
        Just(Method::POST),
        Just(Method::OPTIONS),
        "[A-Za-z]{1,10}".prop_map(|name| Method::from_bytes(name.as_bytes()).unwrap()),
    ]
}

fn path() -> impl Strategy<Value = String> {
    let query = "[!$-;=?-Z_a-z|~\\[\\]]{0,30}";
    (proptest::sample::select(&["required", "either-way", "optional"][..]), query)
        .prop_map(|(route, query)| format!("/nested/{route}?{query}"))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn nobody_gets_in_and_nothing_breaks(method in method(), path in path(), headers in headers()) {
        let (response, body) = TARGET.send(method, &path, &headers);
        prop_assert!(response.status().as_u16() < 500, "{response:?}");
        prop_assert!(!body.contains("admitted"));
        if response.status() == 401 {
            prop_assert_eq!(response.headers().get_all("www-authenticate").iter().count(), 1);
        }
        if let Some(location) = response.headers().get("location") {
            // ASVS 3.7.2.
            prop_assert!(location.to_str().unwrap().starts_with("/log-in"));
        }
        prop_assert_eq!(response.headers().get_all("cache-control").iter().count(), 1);
    }

    // Beside a good credential, nothing that is added makes anybody else of its bearer, or breaks anything.
    #[test]
    fn a_good_credential_among_hostile_headers_breaks_nothing(method in method(), mut headers in headers(), at: prop::sample::Index) {
        let good = [
            ("cookie", format!("__Host-id={}", TARGET.cookie).into_bytes()),
            ("authorization", format!("Bearer {}", TARGET.token).into_bytes()),
        ];
        let position = at.index(headers.len() + 1);
        headers.splice(position..position, good);
        for path in ["/nested/required", "/nested/either-way", "/nested/optional"] {
            let (response, _) = TARGET.send(method.clone(), path, &headers);
            prop_assert!(response.status().as_u16() < 500, "{response:?}");
            prop_assert!(response.headers().get("set-cookie").is_none() || response.status() != 200);
        }
    }

    // Only the very bytes that were issued open a session.
    #[test]
    fn no_other_value_than_the_one_that_was_issued_opens_a_session(index: prop::sample::Index, byte in 0x21_u8..0x7f) {
        let mut value = TARGET.cookie.clone().into_bytes();
        let position = index.index(value.len());
        prop_assume!(value[position] != byte && byte != b';');
        value[position] = byte;
        let cookie = [b"__Host-id=".as_slice(), &value].concat();
        let (response, body) = TARGET.send(Method::GET, "/nested/required", &[("cookie", cookie)]);
        prop_assert_eq!((response.status().as_u16(), body.contains("admitted")), (401, false));
    }

    #[test]
    fn no_other_token_than_the_one_that_was_issued_is_accepted(
        index: prop::sample::Index,
        byte in prop_oneof![0x21_u8..0x7f, 0x80_u8..],
    ) {
        let mut token = TARGET.token.clone().into_bytes();
        let position = index.index(token.len());
        prop_assume!(token[position] != byte);
        token[position] = byte;
        let header = [b"Bearer ".as_slice(), &token].concat();
        let (response, body) = TARGET.send(Method::GET, "/nested/either-way", &[("authorization", header)]);
        prop_assert!([400, 401].contains(&response.status().as_u16()));
        prop_assert!(!body.contains("admitted"));
    }
}

// RFC 6750 3.1: what is no token at all is a malformed request, be it text or not.
#[test]
fn what_is_no_text_is_malformed() {
    for bytes in [&b"\xFF"[..], b"a.b.\xFF", b"\xC3(.b.c"] {
        let header = [b"Bearer ", bytes].concat();
        let (response, _) = TARGET.send(Method::GET, "/nested/either-way", &[("authorization", header)]);
        assert_eq!(response.status(), 400, "{bytes:?}");
    }
}

// The control: what the properties above vary is good as it is.
#[test]
fn what_was_issued_is_accepted() {
    let cookie = format!("__Host-id={}", TARGET.cookie).into_bytes();
    assert_eq!(TARGET.send(Method::GET, "/nested/required", &[("cookie", cookie)]).1, "admitted");
    let token = format!("Bearer {}", TARGET.token).into_bytes();
    assert_eq!(TARGET.send(Method::GET, "/nested/either-way", &[("authorization", token)]).1, "admitted");
}

// A client may send as much as the server in front lets through.
#[test]
fn large_headers_are_read_in_one_pass() {
    let many = "a=b; ".repeat(50_000).into_bytes();
    let long_token = [b"Bearer ".as_slice(), &b"x".repeat(1 << 20)].concat();
    let started = std::time::Instant::now();
    for headers in [vec![("cookie", many.clone()); 4], vec![("authorization", long_token)]] {
        assert!(TARGET.send(Method::GET, "/nested/either-way", &headers).0.status().is_client_error());
    }
    assert!(started.elapsed() < std::time::Duration::from_secs(5));
}
