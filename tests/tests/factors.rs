//! With what a visitor proved who they are: what `factors(..)` demands, and what becomes of whoever lacks it.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use axum::extract::Path;
use session_runtime::routing::{any, get, post};
use session_runtime::{AuthSession, GuardedRouter, RefusalKind, Session, Timestamp, TokenOptions, policy, session};
use tests::{
    Answer, App, Failed, Partner, Role, START, Site, User, Visitor, at_and_beside, every_store, minutes, partner,
    seconds, user,
};

session_runtime::default_principal!(User);

#[session(required, factors("otp"), reauthenticate = "/again")]
async fn otp() {}
#[session(required, factors("otp", "hwk"), reauthenticate = "/again?from=guard")]
async fn both() {}
#[session(required, factors("otp"), factors("hwk"))]
async fn one_by_one() {}
#[session(required, any(factors("otp"), factors("hwk")))]
async fn either() {}
#[session(required, any(role(Role::Admin), factors("otp")))]
async fn admin_or_otp() {}
#[session(required, role(Role::Admin), factors("otp"))]
async fn admin_and_otp() {}
#[session(required, all(scope("till"), factors("otp")))]
async fn scope_and_otp() {}
#[session(required, factors("otp"), fresh = "5m", reauthenticate = "/again")]
async fn fresh_otp() {}

/// Whoever builds on it gave a code.
#[policy(principal(User), factors("otp"), reauthenticate = "/again")]
struct Strong;
#[session(policy(Strong), factors("hwk"))]
async fn stronger() {}

#[session(required, principal(Partner), factors("otp"))]
async fn partner_with_otp() {}
#[session(required, principal(Partner), factors("otp"), fresh = "5m")]
async fn partner_with_fresh_otp() {}

/// The factors in a path, as in `pwd+otp`.
fn named(factors: &str) -> impl Iterator<Item = &str> {
    factors.split('+')
}

#[session(optional)]
async fn log_in(mut auth: AuthSession<User>, Path((id, factors)): Path<(u64, String)>) -> Result<(), Failed> {
    auth.log_in(user(id).with_roles(if id == 1 { &[Role::Admin] } else { &[] })).factors(named(&factors)).await?;
    Ok(())
}

#[session(required)]
async fn prove(mut auth: AuthSession<User>, Path(factors): Path<String>) -> Result<(), Failed> {
    auth.reauthenticate(user(7)).factors(named(&factors)).await?;
    Ok(())
}

#[session(required)]
async fn prove_nothing_new(mut auth: AuthSession<User>) -> Result<(), Failed> {
    auth.reauthenticate(user(7)).await?;
    Ok(())
}

#[session(required)]
async fn given(session: Session<User>) -> String {
    assert!(session.factors().all(|(name, _)| session.has_factor(name)) && !session.has_factor("sms"));
    let since = |given_at: Option<Timestamp>| given_at.unwrap().since(START).as_secs();
    let mut factors: Vec<String> =
        session.factors().map(|(name, given_at)| format!("{name} {}", since(given_at))).collect();
    factors.sort();
    factors.join(", ")
}

fn routes() -> GuardedRouter<App> {
    GuardedRouter::new()
        .route("/otp", any(otp))
        .route("/both", get(both))
        .route("/one-by-one", get(one_by_one))
        .route("/either", get(either))
        .route("/admin-or-otp", get(admin_or_otp))
        .route("/admin-and-otp", get(admin_and_otp))
        .route("/scope-and-otp", get(scope_and_otp))
        .route("/fresh-otp", any(fresh_otp))
        .route("/stronger", get(stronger))
        .route("/partner-with-otp", get(partner_with_otp))
        .route("/partner-with-fresh-otp", get(partner_with_fresh_otp))
        .route("/log-in/{id}/{factors}", post(log_in))
        .route("/prove/{factors}", post(prove))
        .route("/prove", post(prove_nothing_new))
        .route("/given", get(given))
}

async fn member(site: &Site, factors: &str) -> Visitor {
    let mut visitor = site.visitor();
    assert!(visitor.post(&format!("/log-in/7/{factors}")).await.is_ok());
    visitor
}

#[track_caller]
fn assert_challenged(answer: &Answer, parameters: &str) {
    assert_eq!((answer.status, answer.refusal), (401, Some(RefusalKind::MissingFactor)), "{answer:?}");
    let expected = format!(r#"Cookie realm="user", error="insufficient_user_authentication", {parameters}"#);
    assert_eq!(answer.header("www-authenticate").unwrap(), expected);
    assert_eq!(answer.header("set-cookie"), None);
}

// ASVS 7.5.1, RFC 9470 3.
#[tokio::test]
async fn whoever_lacks_a_factor_is_told_which() {
    let site = Site::of(routes());
    let mut visitor = member(&site, "pwd").await;
    for (path, missing) in [
        ("/otp", "otp"),
        ("/both", "otp hwk"),
        ("/one-by-one", "otp hwk"),
        ("/either", "otp hwk"),
        ("/admin-or-otp", "otp"),
        ("/stronger", "hwk otp"),
    ] {
        assert_challenged(&visitor.get(path).await, &format!(r#"acr_values="{missing}""#));
    }
    assert!(visitor.post("/prove/otp").await.is_ok());
    for path in ["/otp", "/either", "/admin-or-otp"] {
        assert!(visitor.get(path).await.is_ok(), "{path}");
    }
    for path in ["/both", "/one-by-one", "/stronger"] {
        assert_challenged(&visitor.get(path).await, r#"acr_values="hwk""#);
    }
    assert!(visitor.post("/prove/hwk").await.is_ok());
    for path in ["/both", "/one-by-one", "/stronger"] {
        assert!(visitor.get(path).await.is_ok(), "{path}");
    }
}

#[tokio::test]
async fn nobody_is_asked_for_a_factor_in_order_to_be_refused() {
    let site = Site::of(routes());
    let mut visitor = member(&site, "pwd").await;
    assert_eq!(visitor.get("/admin-and-otp").await.refusal, Some(RefusalKind::Role));
    assert_eq!(visitor.get("/scope-and-otp").await.refusal, Some(RefusalKind::Role));
    let mut admin = site.visitor();
    assert!(admin.post("/log-in/1/pwd").await.is_ok());
    assert!(admin.get("/admin-or-otp").await.is_ok());
    assert_challenged(&admin.get("/admin-and-otp").await, r#"acr_values="otp""#);
}

#[tokio::test]
async fn a_browser_is_sent_to_give_it_and_comes_back() {
    let site = Site::of(routes());
    let mut visitor = member(&site, "pwd").await;
    for (path, expected) in [
        ("/otp?page=2", "/again?next=%2Fotp%3Fpage%3D2&factors=otp"),
        ("/both", "/again?from=guard&next=%2Fboth&factors=otp+hwk"),
        ("/stronger", "/again?next=%2Fstronger&factors=hwk+otp"),
    ] {
        let answer = visitor.navigate(path).await;
        assert_eq!((answer.status, answer.header("location")), (303, Some(expected.to_owned())), "{path}");
    }
    // A form that was posted cannot be gone back to.
    let navigation =
        [("sec-fetch-mode", "navigate"), ("sec-fetch-dest", "document"), ("sec-fetch-site", "same-origin")];
    let answer = visitor.ask("POST /otp", &navigation).await;
    assert_eq!((answer.status, answer.header("location")), (303, Some("/again?factors=otp".to_owned())));
    // Where nothing says where to go, a browser is told like everybody else.
    assert_challenged(&visitor.navigate("/either").await, r#"acr_values="otp hwk""#);
}

#[tokio::test]
async fn fresh_is_about_each_factor() {
    let site = Site::of(routes());
    for (rest, expected) in at_and_beside(minutes(5)).into_iter().zip([200, 200, 401]) {
        let mut visitor = member(&site, "pwd+otp").await;
        site.clock.advance(rest);
        assert_eq!(visitor.get("/fresh-otp").await.status, expected, "{rest:?}");
    }
    let mut visitor = member(&site, "pwd+otp").await;
    site.clock.advance(minutes(6));
    assert!(visitor.post("/prove/pwd").await.is_ok());
    // The password is fresh, and the code is not.
    assert_challenged(&visitor.get("/fresh-otp").await, r#"max_age="300", acr_values="otp""#);
    assert!(visitor.get("/otp").await.is_ok(), "without `fresh`, once is enough");
    let answer = visitor.navigate("/fresh-otp").await;
    assert_eq!(answer.header("location").unwrap(), "/again?next=%2Ffresh-otp&factors=otp");
    assert!(visitor.post("/prove/otp").await.is_ok());
    assert!(visitor.get("/fresh-otp").await.is_ok());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_factor_keeps_its_own_instant_over_every_store() {
    for kept in every_store().await {
        let site = Site::over(routes(), kept.store.clone(), |builder| builder);
        each_factor_keeps_its_own_instant(&site, kept.name).await;
    }
}

async fn each_factor_keeps_its_own_instant(site: &Site, store: &str) {
    let mut visitor = member(site, "pwd").await;
    assert_eq!(visitor.get("/given").await.body, "pwd 0", "{store}");
    site.clock.advance(seconds(10));
    assert!(visitor.post("/prove/otp").await.is_ok());
    site.clock.advance(seconds(10));
    assert!(visitor.post("/prove/pwd+hwk").await.is_ok());
    site.clock.advance(seconds(10));
    assert!(visitor.post("/prove").await.is_ok());
    let expected = "hwk 20, otp 10, pwd 20";
    assert_eq!(visitor.get("/given").await.body, expected, "{store}");
    for path in ["/rotate", "/rename/Grace", "/visit"] {
        assert!(visitor.post(path).await.is_ok(), "{store} {path}");
        assert_eq!(visitor.get("/given").await.body, expected, "{store} {path}");
    }
    // A log-in begins from nothing.
    assert!(visitor.post("/log-in/7/otp").await.is_ok());
    assert_eq!(visitor.get("/given").await.body, "otp 30", "{store}");
}

// The id that was replaced keeps the strength that it had.
#[tokio::test]
async fn an_id_that_was_replaced_gains_no_factor() {
    let site = Site::of(routes());
    let mut visitor = member(&site, "pwd").await;
    let mut slow = visitor.clone();
    assert!(visitor.post("/prove/otp").await.is_ok());
    assert!(visitor.get("/otp").await.is_ok());
    assert_challenged(&slow.get("/otp").await, r#"acr_values="otp""#);
}

#[tokio::test]
async fn nobody_proves_a_factor_of_somebody_else() {
    let site = Site::of(routes());
    let mut visitor = site.visitor();
    assert!(visitor.post("/log-in/1/pwd").await.is_ok());
    let answer = visitor.post("/prove/otp").await;
    assert_eq!((answer.status, answer.error()), (403, Some("OtherSubject".to_owned())));
    assert_eq!(visitor.get("/otp").await.status, 401);
}

/// The answer to a partner with a token of these factors, whose log-in was so long ago.
async fn with_token(site: &Site, path: &str, factors: &[&str], seconds_ago: u64) -> Answer {
    let options = TokenOptions::lasting(minutes(10)).authenticated_at(START.minus(seconds(seconds_ago)));
    let token = site.app.partners.issue(&partner(7), &options.factors(factors.iter().copied())).unwrap();
    let header = format!("Bearer {}", token.token());
    site.visitor().ask(&format!("GET {path}"), &[("authorization", &header)]).await
}

// `amr` (RFC 8176), as of `auth_time`.
#[tokio::test]
async fn a_token_brings_its_factors_along() {
    let site = Site::of(routes());
    let challenge = |answer: &Answer| answer.header("www-authenticate").unwrap();
    assert!(with_token(&site, "/partner-with-otp", &["pwd", "otp"], 3600).await.is_ok());
    for factors in [&[][..], &["pwd"], &["otpx"], &["OTP"], &["otp hwk"]] {
        let answer = with_token(&site, "/partner-with-otp", factors, 0).await;
        assert_eq!(answer.status, 401, "{factors:?}");
        assert_eq!(
            challenge(&answer),
            r#"Bearer error="insufficient_user_authentication", acr_values="otp""#,
            "{factors:?}"
        );
    }
    for (ago, expected) in [(299, 200), (300, 200), (301, 401)] {
        assert_eq!(with_token(&site, "/partner-with-fresh-otp", &["otp"], ago).await.status, expected, "{ago}");
    }
    let answer = with_token(&site, "/partner-with-fresh-otp", &["otp"], 301).await;
    assert_eq!(
        challenge(&answer),
        r#"Bearer error="insufficient_user_authentication", max_age="300", acr_values="otp""#
    );
}

#[tokio::test]
async fn the_table_of_policies_shows_them() {
    let table = routes().policies();
    let text = table.to_string();
    for demand in [r#"factors("otp", "hwk")"#, r#"any(role(Role::Admin), factors("otp"))"#] {
        assert!(text.contains(demand), "{demand} is not in\n{text}");
    }
}

#[tokio::test]
async fn a_log_in_without_factors_has_none() {
    let site = Site::of(routes());
    let mut visitor = site.member(&user(7)).await;
    assert_eq!(visitor.get("/given").await.body, "");
    assert_eq!(visitor.get("/otp").await.status, 401);
}
