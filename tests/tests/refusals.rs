//! The table of refusals: each case as an API client, a navigation, and a navigation where a page helps.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use session_runtime::routing::{any, get};
use session_runtime::{GuardedRouter, RefusalKind, session};
use tests::{Answer, Partner, Role, Site, User, Visitor, minutes, seconds, user};

session_runtime::default_principal!(User);

const NAME: &str = "__Host-id";

#[session(required)]
async fn plain() {}
#[session(required, role(Role::Admin), scope("orders:read"), fresh = "5m", max_age = "15m")]
async fn strict() {}
#[session(
    required,
    role(Role::Admin),
    scope("orders:read"),
    fresh = "5m",
    max_age = "15m",
    login = "/log-in",
    reauthenticate = "/reauthenticate"
)]
async fn helpful() {}
#[session(required, principal(Partner), scope("orders:read"), fresh = "5m", login = "/log-in")]
async fn both_ways() {}

/// Somebody who is refused, and why.
struct Case {
    who: Visitor,
    kind: RefusalKind,
    status: u16,
    /// `WWW-Authenticate` behind the scheme and realm.
    challenge: Option<&'static str>,
    problem: &'static str,
    /// Where a navigation goes, if the policy names it.
    page: Option<&'static str>,
    /// Whether a navigation is told to forget the cookie.
    forgets: bool,
}

fn site() -> Site {
    Site::of(
        GuardedRouter::new()
            .route("/plain", get(plain))
            .route("/strict", any(strict))
            .route("/helpful", any(helpful))
            .route("/both-ways", get(both_ways)),
    )
}

async fn cases(site: &Site) -> Vec<Case> {
    let welcome = user(7).with_roles(&[Role::Admin]).with_scopes(&["orders:read"]);
    let invalid = |who, forgets| Case {
        who,
        kind: RefusalKind::InvalidCredential,
        status: 401,
        challenge: Some(", error=\"invalid_token\""),
        problem: r#"{"type":"urn:problem:session:invalid-credential","title":"The session has ended, log in again","status":401}"#,
        page: Some("/log-in"),
        forgets,
    };
    let idle = site.member(&welcome).await;
    site.clock.advance(minutes(121));
    let too_old = site.member(&welcome).await;
    site.clock.advance(minutes(10));
    let not_fresh = site.member(&welcome).await;
    site.clock.advance(minutes(5) + seconds(1));
    let mut logged_out = site.member(&welcome).await;
    let stale_tab = logged_out.clone();
    logged_out.post("/log-out").await;
    let (mut unknown, mut garbage) = (site.visitor(), site.visitor());
    unknown.set_cookie(NAME, "AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA");
    garbage.set_cookie(NAME, "chosen");
    let mut two = site.member(&welcome).await;
    let id = two.cookie(NAME).unwrap().to_owned();
    two.set_cookie(NAME, &format!("{id}; {NAME}=chosen"));
    vec![
        Case {
            who: site.visitor(),
            kind: RefusalKind::NoCredential,
            status: 401,
            challenge: Some(""),
            problem: r#"{"type":"urn:problem:session:no-credential","title":"Log in first","status":401}"#,
            page: Some("/log-in"),
            forgets: false,
        },
        invalid(idle, true),
        invalid(stale_tab, true),
        invalid(unknown, true),
        invalid(garbage, true),
        invalid(two, false),
        invalid(too_old, false),
        Case {
            who: not_fresh,
            kind: RefusalKind::NotFresh,
            status: 401,
            challenge: Some(", error=\"insufficient_user_authentication\", max_age=\"300\""),
            problem: r#"{"type":"urn:problem:session:not-fresh","title":"Confirm who you are to go on","status":401}"#,
            page: Some("/reauthenticate"),
            forgets: false,
        },
        Case {
            who: site.member(&user(7).with_scopes(&["orders:read"])).await,
            kind: RefusalKind::Role,
            status: 403,
            challenge: None,
            problem: r#"{"type":"urn:problem:session:role","title":"This is for other roles","status":403}"#,
            page: None,
            forgets: false,
        },
        Case {
            who: site.member(&user(7).with_roles(&[Role::Admin])).await,
            kind: RefusalKind::Scope,
            status: 403,
            challenge: Some(", error=\"insufficient_scope\", scope=\"orders:read\""),
            problem: r#"{"type":"urn:problem:session:scope","title":"This needs a wider scope","status":403}"#,
            page: None,
            forgets: false,
        },
    ]
}

#[track_caller]
fn assert_problem(answer: &Answer, case: &Case) {
    assert_eq!(answer.status, case.status, "{:?}", case.kind);
    assert_eq!(answer.refusal, Some(case.kind));
    // RFC 9110 15.5.2; RFC 6750 3, 3.1; RFC 9470 3.
    let challenge = case.challenge.map(|rest| format!("Cookie realm=\"user\"{rest}"));
    assert_eq!(answer.header("www-authenticate"), challenge, "{:?}", case.kind);
    // RFC 9457.
    assert_eq!(answer.header("content-type").as_deref(), Some("application/problem+json"));
    assert_eq!(answer.body, case.problem);
    // ASVS 14.3.2.
    assert_eq!(answer.header("cache-control").as_deref(), Some("no-store"));
    assert!(answer.all("vary").iter().any(|vary| vary.contains("cookie")));
    assert_eq!(answer.header("location"), None);
}

// RFC 6750 3.1, RFC 9470 3, RFC 9457, ASVS 16.5.1: the whole table, for clients that are no browser.
#[tokio::test]
async fn a_client_gets_status_challenge_and_problem() {
    let site = site();
    for case in &mut cases(&site).await {
        for path in ["/strict", "/helpful"] {
            let answer = case.who.get(path).await;
            assert_problem(&answer, case);
            // A slow fetch with an old id must not throw the visitor out of the session that began meanwhile.
            assert_eq!(answer.header("set-cookie"), None, "{:?}", case.kind);
        }
    }
}

#[tokio::test]
async fn a_navigation_gets_the_same_where_the_policy_names_no_page() {
    let site = site();
    for case in &mut cases(&site).await {
        let answer = case.who.navigate("/strict").await;
        assert_problem(&answer, case);
        assert_eq!(answer.header("set-cookie").is_some(), case.forgets, "{:?}", case.kind);
    }
}

// ASVS 3.7.2.
#[tokio::test]
async fn a_navigation_is_sent_to_the_page_that_helps() {
    let site = site();
    for case in &mut cases(&site).await {
        let mut again = case.who.clone();
        let answer = case.who.navigate("/helpful?page=2&q=a%20b").await;
        match case.page {
            Some(page) => {
                assert_eq!(answer.status, 303, "{:?}", case.kind);
                assert_eq!(answer.header("location"), Some(format!("{page}?next=%2Fhelpful%3Fpage%3D2%26q%3Da%2520b")));
                assert_eq!((answer.body.as_str(), answer.refusal), ("", Some(case.kind)));
                assert_eq!(answer.header("cache-control").as_deref(), Some("no-store"));
                assert!(answer.all("vary").iter().any(|vary| vary.contains("Sec-Fetch-Mode")));
            }
            None => assert_problem(&answer, case),
        }
        assert_eq!(answer.header("set-cookie").is_some(), case.forgets, "{:?}", case.kind);
        // A form that was posted cannot be returned to.
        let metadata = [("sec-fetch-mode", "navigate"), ("sec-fetch-dest", "document"), ("sec-fetch-site", "none")];
        let posted = again.ask("POST /helpful", &metadata).await;
        if let Some(page) = case.page {
            assert_eq!((posted.status, posted.header("location").as_deref()), (303, Some(page)));
        }
    }
}

#[tokio::test]
async fn a_navigation_is_known_by_its_headers() {
    let site = site();
    let html = ("accept", "text/html,*/*;q=0.8");
    for (headers, expected) in [
        (vec![("sec-fetch-mode", "navigate"), ("sec-fetch-dest", "document")], 303),
        (vec![("sec-fetch-mode", "navigate"), ("sec-fetch-dest", "iframe"), html], 401),
        (vec![("sec-fetch-mode", "cors"), ("sec-fetch-dest", "empty"), html], 401),
        (vec![html], 303),
        (vec![html, ("hx-request", "true")], 401),
        (vec![html, ("x-requested-with", "XMLHttpRequest")], 401),
        (vec![("accept", "application/json")], 401),
        (vec![], 401),
    ] {
        let answer = site.visitor().ask("GET /helpful", &headers).await;
        assert_eq!(answer.status, expected, "{headers:?}");
        let vary = answer.all("vary").join(", ");
        for read in ["Sec-Fetch-Mode", "Sec-Fetch-Dest", "Accept", "HX-Request", "X-Requested-With"] {
            assert!(vary.contains(read), "{vary}");
        }
    }
}

// RFC 6750 3, 3.1: the same for a route that accepts tokens, in the registered scheme.
#[tokio::test]
async fn a_route_that_accepts_tokens_challenges_for_them() {
    let site = site();
    let challenge = |answer: &Answer| (answer.status, answer.header("www-authenticate"));
    let bearer = |rest: &str| Some(format!("Bearer{rest}"));
    let answer = site.visitor().get("/both-ways").await;
    assert_eq!(challenge(&answer), (401, bearer("")));
    assert!(answer.all("vary").iter().any(|vary| vary.contains("authorization")));

    let answer = site.visitor().ask("GET /both-ways", &[("authorization", "Bearer nonsense")]).await;
    assert_eq!(challenge(&answer), (401, bearer(" error=\"invalid_token\"")));

    for malformed in ["Bearer", "Bearer ", "Bearer a b", "bearer \t", "Bearer ä"] {
        let answer = site.visitor().ask("GET /both-ways", &[("authorization", malformed)]).await;
        assert_eq!(challenge(&answer), (400, bearer(" error=\"invalid_request\"")), "{malformed}");
        assert_eq!(answer.refusal, Some(RefusalKind::MalformedCredential));
        assert!(answer.body.contains("malformed-credential"));
    }
    let twice = [("authorization", "Bearer a"), ("authorization", "Bearer a")];
    assert_eq!(challenge(&site.visitor().ask("GET /both-ways", &twice).await).0, 400);

    let partner = |scopes: &[&str]| Partner { id: 7, scopes: scopes.iter().map(ToString::to_string).collect() };
    let token = |scopes: &[&str]| {
        let token = site.app.partners.issue_token(&partner(scopes), minutes(60)).unwrap();
        format!("Bearer {token}")
    };
    let unscoped = site.visitor().ask("GET /both-ways", &[("authorization", &token(&["orders"]))]).await;
    assert_eq!(challenge(&unscoped), (403, bearer(" error=\"insufficient_scope\", scope=\"orders:read\"")));
    let scoped = token(&["orders", "orders:read"]);
    site.clock.advance(minutes(5) + seconds(1));
    let answer = site.visitor().ask("GET /both-ways", &[("authorization", &scoped)]).await;
    assert_eq!(challenge(&answer), (401, bearer(" error=\"insufficient_user_authentication\", max_age=\"300\"")));
}

// ASVS 16.5.2, 16.5.3: fails closed, and the handler does not run.
#[tokio::test]
async fn a_store_that_is_down_is_503_for_everybody() {
    static RAN: std::sync::atomic::AtomicBool = std::sync::atomic::AtomicBool::new(false);
    #[session(optional)]
    async fn optional() {
        RAN.store(true, std::sync::atomic::Ordering::SeqCst);
    }
    let site = Site::of(GuardedRouter::new().route("/optional", get(optional)).route("/helpful", get(helpful)));
    let mut visitor = site.member(&user(7)).await;
    site.store.go_down();
    for path in ["/optional", "/helpful", "/me"] {
        for answer in [visitor.get(path).await, visitor.navigate(path).await] {
            assert_eq!((answer.status, answer.refusal), (503, Some(RefusalKind::Unavailable)), "{path}");
            assert!(answer.header("retry-after").is_some());
            assert_eq!(answer.header("www-authenticate"), None);
            assert_eq!(answer.header("set-cookie"), None, "the session may well still stand");
            assert_eq!(answer.header("cache-control").as_deref(), Some("no-store"));
        }
    }
    assert!(!RAN.load(std::sync::atomic::Ordering::SeqCst));
    for path in ["/log-in", "/reauthenticate", "/rotate", "/visit", "/log-out"] {
        assert_eq!(visitor.post_json(path, &user(7)).await.status, 503, "{path}");
    }
    assert!(visitor.cookie(NAME).is_some());
}
