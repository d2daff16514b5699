//! Requests that another site forges in the visitor's name: the table of `ForgeryCheck`, through a router.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use session_runtime::routing::{any, get};
use session_runtime::{AuthSession, GuardedRouter, MemoryStore, RefusalKind, Session, session};
use tests::{Failed, Partner, Site, User, Visitor, minutes, partner, user};

session_runtime::default_principal!(User);

#[session(required)]
async fn enforced() {}
#[session(required, csrf(same_site))]
async fn same_site() {}
#[session(required, csrf(report))]
async fn report() {}
#[session(required, csrf(off))]
async fn off() {}
#[session(required, principal(Partner))]
async fn either_way() {}
#[session(required, principal(Partner), cookie)]
async fn cookie_only() {}
#[session(required, principal(Partner), bearer)]
async fn bearer_only() {}
#[session(public)]
async fn public() {}
/// Accepts no cookie, and sets one.
#[session(optional, principal(Partner), bearer)]
async fn log_in_by_token(mut auth: AuthSession<Partner>) -> Result<(), Failed> {
    auth.log_in(partner(666)).await?;
    Ok(())
}
/// Accepts no cookie, and looks at that of another principal.
#[session(optional, principal(Partner), bearer)]
async fn look_at_another(user: Option<Session<User>>) -> String {
    user.map_or_else(String::new, |user| user.id.to_string())
}

fn site() -> Site {
    let routes = GuardedRouter::new()
        .route("/enforced", any(enforced))
        .route("/same-site", any(same_site))
        .route("/report", any(report))
        .route("/off", any(off))
        .route("/either-way", any(either_way))
        .route("/cookie-only", any(cookie_only))
        .route("/bearer-only", any(bearer_only))
        .route("/public", any(public))
        .route("/log-in-by-token", any(log_in_by_token))
        .route("/look-at-another", any(look_at_another))
        .route("/get", get(enforced));
    Site::with(routes, MemoryStore::new(), |builder| builder.trusted_origins(["https://app.example"]))
}

const OWN: (&str, &str) = ("origin", "https://shop.example");
const TRUSTED: (&str, &str) = ("origin", "https://app.example");
const FOREIGN: (&str, &str) = ("origin", "https://evil.example");
const SAME_ORIGIN: (&str, &str) = ("sec-fetch-site", "same-origin");
const SAME_SITE: (&str, &str) = ("sec-fetch-site", "same-site");
const CROSS_SITE: (&str, &str) = ("sec-fetch-site", "cross-site");
const NONE: (&str, &str) = ("sec-fetch-site", "none");
const UNKNOWN: (&str, &str) = ("sec-fetch-site", "future-site");

type Header = (&'static str, &'static str);

/// Headers; what the default answers, and what `csrf(same_site)` does.
const TABLE: &[(&[Header], u16, u16)] = &[
    (&[SAME_ORIGIN, SAME_ORIGIN], 403, 403),
    (&[SAME_ORIGIN, OWN, OWN], 403, 403),
    (&[SAME_ORIGIN], 200, 200),
    (&[SAME_ORIGIN, FOREIGN], 200, 200),
    (&[NONE], 200, 200),
    (&[SAME_SITE, TRUSTED], 200, 200),
    (&[SAME_SITE, FOREIGN], 403, 200),
    (&[SAME_SITE], 403, 200),
    (&[CROSS_SITE, TRUSTED], 200, 200),
    (&[CROSS_SITE, OWN], 403, 403),
    (&[CROSS_SITE, FOREIGN], 403, 403),
    (&[CROSS_SITE], 403, 403),
    (&[], 200, 200),
    (&[UNKNOWN], 403, 403),
    (&[UNKNOWN, OWN], 200, 200),
    (&[OWN], 200, 200),
    (&[TRUSTED], 200, 200),
    (&[FOREIGN], 403, 403),
    (&[("origin", "null")], 403, 403),
    (&[("origin", "http://shop.example")], 403, 403),
    (&[("origin", "https://shop.example:8443")], 403, 403),
    (&[("origin", "https://shop.example@evil.example")], 403, 403),
    (&[("origin", "https://user@shop.example")], 403, 403),
    (&[("origin", "https://shop.example.evil.example")], 403, 403),
];

/// What a site can forge at all: everything that is not this.
const SAFE: [&str; 4] = ["GET", "HEAD", "OPTIONS", "TRACE"];

async fn member(site: &Site) -> Visitor {
    site.member(&user(7)).await
}

// ASVS 3.5.1; Fetch Metadata: row by row.
#[tokio::test]
async fn an_unsafe_request_passes_only_from_a_page_of_ours() {
    let site = site();
    let mut visitor = member(&site).await;
    for (headers, enforced, same_site) in TABLE {
        for method in ["POST", "PUT", "PATCH", "DELETE", "CONNECT", "PROPFIND"] {
            for (path, expected) in [("/enforced", *enforced), ("/same-site", *same_site)] {
                let answer = visitor.ask(&format!("{method} {path}"), headers).await;
                assert_eq!(answer.status, expected, "{method} {path} {headers:?}");
                if expected == 403 {
                    assert_eq!(answer.refusal, Some(RefusalKind::Forgery));
                    assert_eq!(answer.header("www-authenticate"), None);
                    assert_eq!(answer.header("set-cookie"), None);
                }
            }
        }
        for path in ["/report", "/off", "/public"] {
            assert_eq!(visitor.ask(&format!("POST {path}"), headers).await.status, 200, "{path} {headers:?}");
        }
    }
}

#[tokio::test]
async fn a_safe_request_may_come_from_anywhere() {
    let site = site();
    let mut visitor = member(&site).await;
    for method in SAFE {
        for (headers, ..) in TABLE {
            assert_eq!(visitor.ask(&format!("{method} /enforced"), headers).await.status, 200, "{method} {headers:?}");
        }
    }
}

// ASVS 4.4.2: no other rule of browsers keeps a WebSocket from crossing sites.
#[tokio::test]
async fn a_web_socket_is_opened_only_from_a_page_of_ours() {
    let site = site();
    let mut visitor = member(&site).await;
    for upgrade in ["websocket", "WebSocket", "h2c, websocket", "websocket/13"] {
        for (headers, enforced, _) in TABLE {
            let headers = [&[("upgrade", upgrade), ("connection", "upgrade")], *headers].concat();
            assert_eq!(visitor.ask("GET /get", &headers).await.status, *enforced, "{upgrade} {headers:?}");
        }
    }
    assert_eq!(visitor.ask("GET /get", &[("upgrade", "h2c"), CROSS_SITE]).await.status, 200);
}

// The form that logs somebody in is forged as well, and shows no cookie.
#[tokio::test]
async fn a_log_in_is_not_forged_either() {
    let site = site();
    let body = serde_json::to_string(&user(666)).unwrap();
    for (headers, expected, _) in TABLE {
        let mut victim = site.visitor();
        let headers = [&[("content-type", "application/json")], *headers].concat();
        let answer = victim.send("POST /log-in", &headers, body.clone().into()).await;
        assert_eq!(answer.status, *expected, "{headers:?}");
        assert_eq!(victim.cookie("__Host-id").is_some(), *expected == 200, "{headers:?}");
    }
}

#[tokio::test]
async fn nobody_is_logged_out_from_another_site() {
    let site = site();
    let mut visitor = member(&site).await;
    assert_eq!(visitor.ask("POST /log-out", &[CROSS_SITE]).await.status, 403);
    assert!(visitor.get("/me").await.is_ok());
}

// A page cannot attach a token: only what a browser attaches by itself is forged.
#[tokio::test]
async fn a_request_by_token_is_not_forged() {
    let site = site();
    let mut visitor = site.visitor();
    assert!(visitor.post_json("/partners/log-in", &partner(1)).await.is_ok());
    let token = format!("Bearer {}", site.app.partners.issue_token(&partner(2), minutes(5)).unwrap());
    let authorization = ("authorization", token.as_str());
    for path in ["POST /either-way", "POST /bearer-only"] {
        assert_eq!(visitor.ask(path, &[CROSS_SITE, authorization]).await.status, 200, "{path}");
    }
    assert_eq!(visitor.ask("POST /either-way", &[CROSS_SITE]).await.status, 403);
    // Where the header is not read, it does not help.
    assert_eq!(visitor.ask("POST /cookie-only", &[CROSS_SITE, authorization]).await.status, 403);
    assert_eq!(visitor.ask("POST /either-way", &[CROSS_SITE, ("authorization", "Basic dTpw")]).await.status, 403);
}

// A route that accepts tokens alone may still set a cookie, or look at another principal's: what a browser attaches by
// itself, or keeps, is never anybody else's to cause.
#[tokio::test]
async fn where_only_tokens_are_accepted_no_cookie_is_set_or_looked_at_for_another_site() {
    let site = site();
    let token = format!("Bearer {}", site.app.partners.issue_token(&partner(2), minutes(5)).unwrap());
    let authorization = ("authorization", token.as_str());
    // Partners trust no other site.
    for (headers, expected, _) in TABLE.iter().filter(|(headers, ..)| !headers.contains(&TRUSTED)) {
        let mut victim = member(&site).await;
        let answer = victim.ask("POST /log-in-by-token", headers).await;
        assert_eq!(answer.status, *expected, "{headers:?}");
        assert_eq!(victim.cookie("__Host-partner").is_some(), *expected == 200, "{headers:?}");
        let answer = victim.ask("POST /look-at-another", headers).await;
        assert_eq!(answer.status, *expected, "{headers:?}");
        // Who shows a token was not sent by a page of another site; who shows nothing has nothing to forge.
        for path in ["POST /log-in-by-token", "POST /look-at-another"] {
            let headers = [&[authorization], *headers].concat();
            assert_eq!(member(&site).await.ask(path, &headers).await.status, 200, "{path} {headers:?}");
        }
        assert_eq!(site.visitor().ask("POST /look-at-another", headers).await.status, 200, "{headers:?}");
    }
    assert_eq!(member(&site).await.ask("GET /look-at-another", &[CROSS_SITE]).await.body, "7");
}

// Who has no session is told to log in before anything else is looked at.
#[tokio::test]
async fn a_visitor_without_a_session_is_refused_as_such() {
    let answer = site().visitor().ask("POST /enforced", &[CROSS_SITE]).await;
    assert_eq!((answer.status, answer.refusal), (401, Some(RefusalKind::NoCredential)));
}

// `http` only within one machine; `https` whatever a TLS proxy in front shows.
#[tokio::test]
async fn the_own_origin_is_https_and_http_only_on_loopback() {
    let site = site();
    let visitor = member(&site).await;
    let id = format!("__Host-id={}", visitor.cookie("__Host-id").unwrap());
    for (uri, origin, expected) in [
        ("https://shop.example/enforced", "https://shop.example", 200),
        ("http://shop.example/enforced", "https://shop.example", 200),
        ("http://shop.example/enforced", "http://shop.example", 403),
        ("http://shop.example:8443/enforced", "https://shop.example:8443", 200),
        ("http://shop.example:8443/enforced", "https://shop.example", 403),
        ("http://localhost:3000/enforced", "http://localhost:3000", 200),
        ("http://127.0.0.1:3000/enforced", "http://127.0.0.1:3000", 200),
        ("http://[::1]:3000/enforced", "http://[::1]:3000", 200),
        ("http://localhost:3000/enforced", "http://localhost:4000", 403),
    ] {
        // The authority of the request overrides `Host`, which says `shop.example`.
        let headers = [("cookie", id.as_str()), ("origin", origin)];
        let answer = visitor.clone().ask(&format!("POST {uri}"), &headers).await;
        assert_eq!(answer.status, expected, "{uri} {origin}");
    }
}

// For a roll-out: what would have been refused is counted, and so is what was.
#[tokio::test]
async fn what_looks_forged_is_counted() {
    let site = site();
    let mut visitor = member(&site).await;
    for _ in 0..3 {
        assert_eq!(visitor.ask("POST /report", &[CROSS_SITE]).await.status, 200);
    }
    assert_eq!(visitor.ask("POST /enforced", &[CROSS_SITE]).await.status, 403);
    for (path, headers) in [("/report", &[SAME_ORIGIN][..]), ("/off", &[CROSS_SITE]), ("/public", &[CROSS_SITE])] {
        assert_eq!(visitor.ask(&format!("POST {path}"), headers).await.status, 200, "{path}");
    }
    assert_eq!(visitor.ask("GET /report", &[CROSS_SITE]).await.status, 200);
    let counts = site.app.users.forgeries();
    assert_eq!((counts.refused, counts.reported), (1, 3));
}

// Validated when the program starts: what could never match, or would match too much, is told.
#[test]
fn a_proxy_that_is_no_address_is_no_configuration() {
    for proxy in ["proxy.internal", "*", "10.0.0.7/8", "10.0.0.0/33"] {
        let builder = tests::sessions::<User>(
            &session_runtime::ManualClock::at(tests::START),
            &tests::ProbedStore::over(MemoryStore::new()),
        );
        let error = builder.trusted_proxies([proxy]).build().map(drop).unwrap_err();
        assert_eq!(error.kind(), session_runtime::ConfigErrorKind::Proxy);
        assert!(error.to_string().contains(proxy) && error.to_string().contains("`10.0.0.0/8`"), "{error}");
    }
}
