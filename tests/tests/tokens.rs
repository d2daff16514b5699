//! Bearer tokens, from issuing to refusing, through a router.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
#![allow(clippy::unchecked_time_subtraction, reason = "both are constants of the test")]

use axum::extract::FromRef;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use session_runtime::routing::{get, post};
use session_runtime::{
    Algorithm, AuthSession, GuardedRouter, IssueError, ManualClock, MemoryStore, Principal, Session, Sessions,
    SigningKey, session,
};
use std::time::Duration;
use tests::{
    Answer, Failed, ISSUER, Partner, ProbedStore, SECRET, START, Site, Visitor, WhoAmI, at_and_beside, hours, minutes,
    partner, router, seconds, sessions,
};

session_runtime::default_principal!(Partner);

#[session(required)]
async fn plain(session: Session<Partner>) -> axum::Json<WhoAmI<Partner>> {
    axum::Json(session.into())
}
#[session(required, max_age = "15m")]
async fn max_age() {}
#[session(required, max_age = "15m", sliding)]
async fn window() {}
#[session(required, sliding)]
async fn sliding() {}
#[session(required, fresh = "5m")]
async fn fresh() {}
#[session(required)]
async fn update(mut session: Session<Partner>) -> Result<(), Failed> {
    Ok(session.update(|partner| partner.scopes.clear()).await?)
}
#[session(required)]
async fn rotate(mut session: Session<Partner>) -> Result<(), Failed> {
    Ok(session.rotate().await?)
}
#[session(required)]
async fn log_out(mut auth: AuthSession<Partner>) -> Result<(), Failed> {
    Ok(auth.log_out().await?)
}
#[session(optional)]
async fn log_out_anybody(mut auth: AuthSession<Partner>) -> Result<(), Failed> {
    Ok(auth.log_out().await?)
}
#[session(optional, cookie)]
async fn log_out_by_cookie(mut auth: AuthSession<Partner>) -> Result<(), Failed> {
    Ok(auth.log_out().await?)
}
#[session(required)]
async fn reauthenticate(mut auth: AuthSession<Partner>) -> Result<(), Failed> {
    auth.reauthenticate(partner(7)).await?;
    Ok(())
}
/// Exchanges a token for a cookie.
#[session(required)]
async fn log_in(mut auth: AuthSession<Partner>, mut session: Session<Partner>) -> Result<(), Failed> {
    auth.log_in(partner(8)).await?;
    Ok(session.update(|partner| partner.scopes.push("more".to_owned())).await?)
}

fn site() -> Site {
    Site::of(
        GuardedRouter::new()
            .route("/plain", get(plain))
            .route("/max-age", get(max_age))
            .route("/window", get(window))
            .route("/sliding", get(sliding))
            .route("/fresh", get(fresh))
            .route("/update", post(update))
            .route("/rotate-token", post(rotate))
            .route("/log-out-token", post(log_out))
            .route("/log-out-anybody", post(log_out_anybody))
            .route("/log-out-by-cookie", post(log_out_by_cookie))
            .route("/reauthenticate-token", post(reauthenticate))
            .route("/log-in-token", post(log_in)),
    )
}

async fn with_token(site: &Site, request: &str, token: &str) -> Answer {
    site.visitor().ask(request, &[("authorization", &format!("Bearer {token}"))]).await
}

/// The answers of `path` to a token of an hour, one second before `limit`, at it, and after it.
async fn around(site: &Site, path: &str, limit: Duration) -> [u16; 3] {
    let mut answers = [0; 3];
    for (answer, age) in answers.iter_mut().zip(at_and_beside(limit)) {
        let token = site.app.partners.issue_token(&partner(7), hours(1)).unwrap();
        site.clock.advance(age);
        *answer = with_token(site, &format!("GET {path}"), &token).await.status;
    }
    answers
}

#[tokio::test]
async fn a_token_that_was_issued_here_is_accepted() {
    let site = site();
    let principal = Partner { id: 7, scopes: vec!["orders:read".to_owned(), "orders:write".to_owned()] };
    let token = site.app.partners.issue_token(&principal, minutes(5)).unwrap();
    let who: WhoAmI<Partner> = with_token(&site, "GET /plain", &token).await.json();
    let now = START.as_secs();
    let expected =
        WhoAmI { principal, created_at: now, authenticated_at: Some(now), last_seen_at: now, expires_at: now + 300 };
    assert_eq!(who, expected);
    assert_eq!(site.store.writes(), 0);
}

// ASVS 9.2.1; RFC 7519 4.1.4: until `exp`, and 30 s of leeway for clocks that disagree.
#[tokio::test]
async fn a_token_is_good_until_it_expires() {
    assert_eq!(around(&site(), "/plain", hours(1) + seconds(30)).await, [200, 401, 401]);
}

// `max_age` alone and `fresh` count from `auth_time`, a window from `iat`. Leeway lengthens none of them.
#[tokio::test]
async fn a_routes_limits_hold_for_tokens() {
    let site = site();
    assert_eq!(around(&site, "/max-age", minutes(15)).await, [200, 200, 401]);
    assert_eq!(around(&site, "/window", minutes(15)).await, [200, 200, 401]);
    assert_eq!(around(&site, "/fresh", minutes(5)).await, [200, 200, 401]);
}

// Renewal is a token's activity: using it moves nothing.
#[tokio::test]
async fn using_a_token_is_no_activity() {
    let site = site();
    let token = site.app.partners.issue_token(&partner(7), hours(1)).unwrap();
    for _ in 0..3 {
        site.clock.advance(minutes(5));
        for path in ["GET /window", "GET /sliding"] {
            assert!(with_token(&site, path, &token).await.is_ok());
        }
    }
    site.clock.advance(seconds(1));
    assert_eq!(with_token(&site, "GET /window", &token).await.status, 401);
    assert_eq!(site.store.writes(), 0);
}

#[tokio::test]
async fn a_tokens_session_cannot_be_changed_or_ended() {
    let site = site();
    let token = site.app.partners.issue_token(&partner(7), hours(1)).unwrap();
    for path in ["/update", "/rotate-token", "/log-out-token", "/log-out-anybody", "/reauthenticate-token"] {
        let answer = with_token(&site, &format!("POST {path}"), &token).await;
        assert_eq!((answer.status, answer.error().as_deref()), (403, Some("NotACookie")), "{path}");
        assert_eq!(answer.header("set-cookie"), None);
    }
    // Who exchanges a token for a cookie does not thereby get a token that changes sessions.
    let answer = with_token(&site, "POST /log-in-token", &token).await;
    assert_eq!((answer.error().as_deref(), answer.all("set-cookie").len()), (Some("NotACookie"), 1));
}

// What a client shows beside its cookie does not make the server fail, or say that something ended which did not.
#[tokio::test]
async fn a_token_beside_a_cookie_decides_what_can_be_ended() {
    let site = site();
    let token = format!("Bearer {}", site.app.partners.issue_token(&partner(7), hours(1)).unwrap());
    let mut visitor = site.visitor();
    assert!(visitor.post_json("/partners/log-in", &partner(7)).await.is_ok());
    let answer = visitor.ask("POST /log-out-anybody", &[("authorization", &token)]).await;
    assert_eq!((answer.status, answer.header("set-cookie")), (403, None));
    assert!(visitor.get("/partners/me").await.is_ok());
    let mut old = visitor.clone();
    assert!(visitor.ask("POST /log-out-by-cookie", &[("authorization", &token)]).await.is_ok());
    assert_eq!(old.get("/partners/me").await.status, 401);
}

/// The claims of a good token, and one signed over others with the same key.
fn claims(site: &Site) -> Value {
    let token = site.app.partners.issue_token(&partner(7), hours(1)).unwrap();
    let mut validation = jsonwebtoken::Validation::new(jsonwebtoken::Algorithm::HS256);
    validation.validate_exp = false;
    validation.validate_aud = false;
    let key = jsonwebtoken::DecodingKey::from_secret(&SECRET);
    jsonwebtoken::decode(&token, &key, &validation).unwrap().claims
}

fn signed(claims: &Value, typ: Option<&str>, secret: &[u8]) -> String {
    let mut header = jsonwebtoken::Header::new(jsonwebtoken::Algorithm::HS256);
    header.typ = typ.map(str::to_owned);
    jsonwebtoken::encode(&header, claims, &jsonwebtoken::EncodingKey::from_secret(secret)).unwrap()
}

// ASVS 9.1.2, 9.2.1 to 9.2.3; RFC 8725 3.8, 3.9, 3.11, 3.12: and every refusal looks the same (ASVS 16.5.1).
#[tokio::test]
async fn a_token_that_is_not_exactly_for_us_is_refused_without_saying_why() {
    let site = site();
    let good = claims(&site);
    let answer = with_token(&site, "GET /plain", &signed(&good, Some("at+jwt"), &SECRET)).await;
    assert!(answer.is_ok(), "the forger of this test can do it right: {answer:?}");
    let ahead = START.as_secs() + 31;
    let mut tokens = vec![
        signed(&good, Some("at+jwt"), &[7; 32]),
        signed(&good, Some("JWT"), &SECRET),
        signed(&good, None, &SECRET),
        "not.a.token".to_owned(),
        "x".repeat(9000),
    ];
    for (claim, value) in [
        ("iss", json!("https://evil.example")),
        ("iss", json!([ISSUER])),
        ("aud", json!("other")),
        ("realm", json!("__Host-id")),
        ("sub", json!("")),
        ("sub", json!(7)),
        ("exp", json!(START.as_secs() - 30)),
        ("exp", json!("1900000000")),
        ("nbf", json!(ahead)),
        ("iat", json!(ahead)),
        ("auth_time", json!(ahead)),
        ("cnf", json!({"jkt": "x"})),
    ] {
        let mut claims = good.clone();
        claims[claim] = value;
        tokens.push(signed(&claims, Some("at+jwt"), &SECRET));
    }
    for claim in ["iss", "aud", "sub", "exp", "realm", "auth_time"] {
        let mut claims = good.clone();
        claims.as_object_mut().unwrap().remove(claim);
        tokens.push(signed(&claims, Some("at+jwt"), &SECRET));
    }
    let mut answers = Vec::new();
    for token in &tokens {
        let answer = with_token(&site, "GET /plain", token).await;
        assert_eq!(answer.status, 401, "{token}");
        assert_eq!(answer.header("www-authenticate").as_deref(), Some("Bearer error=\"invalid_token\""));
        answers.push((answer.body, format!("{:?}", answer.headers)));
    }
    answers.dedup();
    assert_eq!(answers.len(), 1, "{answers:?}");
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Principal)]
#[principal(
    bearer(alg("HS256"), issuer = "https://id.shop.example", audience = "shop", max_age = "10m"),
    realm = "tokens-machine"
)]
struct Machine {
    #[principal(id)]
    id: u64,
}

#[derive(Clone, FromRef)]
struct Machines {
    partners: Sessions<Partner>,
    machines: Sessions<Machine>,
}

#[session(required)]
async fn machine(session: Session<Machine>) -> String {
    format!("{} {:?}", session.id, session.authenticated_at())
}

#[session(optional)]
async fn log_in_machine(mut auth: AuthSession<Machine>) -> Result<(), Failed> {
    auth.log_in(Machine { id: 7 }).await?;
    Ok(())
}

#[tokio::test]
async fn a_principal_without_a_cookie_is_not_logged_in() {
    let (clock, store) = (ManualClock::at(START), ProbedStore::over(MemoryStore::new()));
    let key = SigningKey::secret(Algorithm::HS256, &SECRET).unwrap();
    let machines: Sessions<Machine> = sessions(&clock, &store).signing_key(key).build().unwrap();
    let served = router(GuardedRouter::new().route("/log-in", post(log_in_machine)), machines);
    let answer = Visitor::of(&served).post("/log-in").await;
    assert_eq!((answer.status, answer.error().as_deref()), (500, Some("NoCookie")));
    assert_eq!((answer.header("set-cookie"), store.writes()), (None, 0));
}

// RFC 8725 3.12: one issuer, audience and key; the realm keeps them apart.
#[tokio::test]
async fn the_token_of_one_realm_is_nothing_in_another() {
    let (clock, store) = (ManualClock::at(START), ProbedStore::over(MemoryStore::new()));
    let key = SigningKey::secret(Algorithm::HS256, &SECRET).unwrap();
    let state = Machines {
        partners: sessions(&clock, &store).signing_key(key.clone()).build().unwrap(),
        machines: sessions(&clock, &store).signing_key(key).build().unwrap(),
    };
    let routes = GuardedRouter::new().route("/partner", get(plain)).route("/machine", get(machine));
    let site = router(routes, state.clone());
    let of_partner = state.partners.issue_token(&partner(7), minutes(5)).unwrap();
    let of_machine = state.machines.issue_token(&Machine { id: 7 }, minutes(10)).unwrap();
    for (path, token, expected) in [
        ("GET /partner", &of_partner, 200),
        ("GET /machine", &of_machine, 200),
        ("GET /partner", &of_machine, 401),
        ("GET /machine", &of_partner, 401),
    ] {
        let header = format!("Bearer {token}");
        let answer = Visitor::of(&site).ask(path, &[("authorization", &header)]).await;
        assert_eq!(answer.status, expected, "{path}");
    }
}

#[tokio::test]
async fn a_token_is_issued_for_as_long_as_its_principal_allows() {
    let (clock, store) = (ManualClock::at(START), ProbedStore::over(MemoryStore::new()));
    let key = SigningKey::secret(Algorithm::HS256, &SECRET).unwrap();
    let machines: Sessions<Machine> = sessions(&clock, &store).signing_key(key.clone()).build().unwrap();
    let issue = |lifetime| machines.issue_token(&Machine { id: 7 }, lifetime).map(|_| ());
    assert_eq!(issue(Duration::from_millis(999)), Err(IssueError::NoLifetime));
    assert_eq!(issue(seconds(1)), Ok(()));
    assert_eq!(issue(minutes(10)), Ok(()));
    assert_eq!(issue(minutes(10) + seconds(1)), Err(IssueError::LifetimeTooLong));
    let only_verifies: Sessions<Machine> = sessions(&clock, &store).verifying_key(key.verifying_key()).build().unwrap();
    let refused = only_verifies.issue_token(&Machine { id: 7 }, minutes(1));
    assert_eq!(refused, Err(IssueError::NoSigningKey));
}
