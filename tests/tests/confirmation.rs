//! `confirm = ".."`: what is done once, as it was shown, and in the session that it was shown to.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use axum::body::Body;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::{Form, Json};
use serde::{Deserialize, Serialize};
use session_runtime::routing::post;
use session_runtime::{
    AuthSession, Confirmed, GuardedRouter, MemoryStore, RefusalKind, Session, SessionError, policy, session,
};
use tests::{
    Answer, App, Failed, Operation, Partner, ProbedStore, Role, Site, User, Visitor, at_and_beside, every_store, hours,
    minutes, seconds, user,
};

session_runtime::default_principal!(User);

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Transfer {
    to: String,
    cents: u64,
}

impl Transfer {
    fn of(cents: u64) -> Self {
        Self { to: "Grace & Sons".to_owned(), cents }
    }
}

#[session(required)]
async fn token(session: Session<User>, Path(purpose): Path<String>) -> Result<String, Failed> {
    Ok(session.confirmation(&purpose).await?.to_string())
}
#[session(required)]
async fn token_for(session: Session<User>, Path(seconds): Path<u64>) -> Result<String, Failed> {
    Ok(session.confirmation("transfer").lasting(tests::seconds(seconds)).await?.to_string())
}
#[session(required)]
async fn token_of(session: Session<User>, Json(transfer): Json<Transfer>) -> Result<String, Failed> {
    Ok(session.confirmation("transfer").of(&transfer).await?.to_string())
}
#[session(required, principal(Partner))]
async fn token_of_partner(session: Session<Partner>) -> Result<String, Failed> {
    Ok(session.confirmation("transfer").await?.to_string())
}

#[session(required, confirm = "transfer")]
async fn transfer(_session: Session<User>) {}
#[session(required, confirm = "transfer")]
async fn by_form(_session: Session<User>, Confirmed(Form(transfer)): Confirmed<Form<Transfer>>) -> String {
    format!("{} to {}", transfer.cents, transfer.to)
}
#[session(required, confirm = "transfer")]
async fn by_json(_session: Session<User>, Confirmed(Json(transfer)): Confirmed<Json<Transfer>>) -> String {
    format!("{} to {}", transfer.cents, transfer.to)
}
/// Reads the same and looks at no token in it.
#[session(required, confirm = "transfer")]
async fn by_plain_json(_session: Session<User>, Json(_): Json<Transfer>) {}
#[session(required, confirm = "refund")]
async fn refund(_session: Session<User>) {}
#[session(required, confirm = "transfer")]
async fn fails(_session: Session<User>) -> StatusCode {
    StatusCode::INTERNAL_SERVER_ERROR
}

#[allow(clippy::unused_async, reason = "a check is")]
async fn closed() -> Result<(), StatusCode> {
    Err(StatusCode::CONFLICT)
}
#[session(required, confirm = "transfer", check(closed))]
async fn checked(_session: Session<User>) {}
#[session(required, confirm = "transfer", role(Role::Admin))]
async fn for_admins(_session: Session<User>) {}
#[session(required, confirm = "transfer", fresh = "1m")]
async fn fresh(_session: Session<User>) {}

/// Money moves.
#[policy(principal(User), confirm = "transfer")]
struct Treasury;
#[session(policy(Treasury))]
async fn by_policy(Confirmed(Form(_)): Confirmed<Form<Transfer>>) {}
#[session(policy(Treasury), fresh = "1h", confirm = "transfer")]
async fn by_both() {}

/// A name that the macro cannot see through.
type Renamed = Confirmed<Json<Transfer>>;
#[session(required)]
async fn nothing_to_confirm(_session: Session<User>, Confirmed(Json(_)): Renamed) {}

/// Confirms, and then ends the session that confirmed.
#[session(required, confirm = "transfer")]
async fn and_log_out(mut auth: AuthSession<User>) -> Result<(), SessionError> {
    auth.log_out().await
}

fn routes() -> GuardedRouter<App> {
    GuardedRouter::new()
        .route("/token/{purpose}", post(token))
        .route("/token-for/{seconds}", post(token_for))
        .route("/token-of", post(token_of))
        .route("/token-of-partner", post(token_of_partner))
        .route("/transfer", post(transfer))
        .route("/by-form", post(by_form))
        .route("/by-json", post(by_json))
        .route("/by-plain-json", post(by_plain_json))
        .route("/refund", post(refund))
        .route("/fails", post(fails))
        .route("/checked", post(checked))
        .route("/for-admins", post(for_admins))
        .route("/fresh", post(fresh))
        .route("/by-policy", post(by_policy))
        .route("/by-both", post(by_both))
        .route("/nothing-to-confirm", post(nothing_to_confirm))
        .route("/and-log-out", post(and_log_out))
}

fn site() -> Site {
    Site::of(routes())
}

async fn member_with_token(site: &Site) -> (Visitor, String) {
    let mut visitor = site.member(&user(7)).await;
    let token = visitor.post("/token/transfer").await.body;
    assert_eq!(token.len(), 44);
    (visitor, token)
}

async fn show(visitor: &mut Visitor, path: &str, token: &str) -> Answer {
    visitor.ask(&format!("POST {path}"), &[("confirm-token", token)]).await
}

async fn post_form(visitor: &mut Visitor, path: &str, form: &str, more: &[(&str, &str)]) -> Answer {
    let headers = [&[("content-type", "application/x-www-form-urlencoded; charset=utf-8")], more].concat();
    visitor.send(&format!("POST {path}"), &headers, Body::from(form.to_owned())).await
}

async fn post_json(visitor: &mut Visitor, path: &str, body: &str, token: &str) -> Answer {
    let headers = [("content-type", "application/json"), ("confirm-token", token)];
    visitor.send(&format!("POST {path}"), &headers, Body::from(body.to_owned())).await
}

#[track_caller]
fn assert_refused(answer: &Answer) {
    assert_eq!((answer.status, answer.refusal), (403, Some(RefusalKind::Confirmation)), "{answer:?}");
    assert_eq!((answer.header("www-authenticate"), answer.header("set-cookie")), (None, None));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_token_is_good_once_over_every_store() {
    for kept in every_store().await {
        let site = Site::over(routes(), kept.store.clone(), |builder| builder);
        let (mut visitor, token) = member_with_token(&site).await;
        assert_refused(&visitor.post("/transfer").await);
        assert!(show(&mut visitor, "/transfer", &token).await.is_ok(), "{}", kept.name);
        for _ in 0..2 {
            assert_refused(&show(&mut visitor, "/transfer", &token).await);
        }
    }
}

#[tokio::test]
async fn whatever_else_is_shown_confirms_nothing() {
    let site = site();
    let (mut visitor, token) = member_with_token(&site).await;
    let session = visitor.cookie("__Host-id").unwrap().to_owned();
    let (longer, shorter) = (format!("{token}A"), token[..43].to_owned());
    let swapped = token.to_ascii_uppercase();
    let padded = format!(" {token} x");
    for shown in
        ["", "null", "AA", &longer, &shorter, &swapped, &padded, &session, &"A".repeat(44), &"A".repeat(10_000)]
    {
        assert_refused(&show(&mut visitor, "/transfer", shown).await);
    }
    for twice in [[("confirm-token", token.as_str()); 2], [("confirm-token", token.as_str()), ("confirm-token", "")]] {
        assert_refused(&visitor.ask("POST /transfer", &twice).await);
    }
    let in_query = visitor.post(&format!("/transfer?_confirm={token}&confirm-token={token}")).await;
    assert_refused(&in_query);
    assert!(show(&mut visitor, "/transfer", &token).await.is_ok(), "none of it has used the token up");
}

#[tokio::test]
async fn a_token_is_for_one_purpose_and_one_session() {
    let site = site();
    let (mut visitor, token) = member_with_token(&site).await;
    assert_refused(&show(&mut visitor, "/refund", &token).await);
    let mut elsewhere = site.member(&user(7)).await;
    let mut somebody_else = site.member(&user(8)).await;
    for other in [&mut elsewhere, &mut somebody_else] {
        assert_refused(&show(other, "/transfer", &token).await);
    }
    assert_eq!(show(&mut site.visitor(), "/transfer", &token).await.status, 401);
    assert!(show(&mut visitor, "/transfer", &token).await.is_ok());
}

#[tokio::test]
async fn a_token_lasts_for_minutes() {
    for (path, lasts) in [
        ("/token/transfer", minutes(5)),
        ("/token-for/60", minutes(1)),
        ("/token-for/3600", hours(1)),
        ("/token-for/100000", hours(1)),
    ] {
        for (rest, expected) in at_and_beside(lasts).into_iter().zip([200, 403, 403]) {
            let site = site();
            let mut visitor = site.member(&user(7)).await;
            let token = visitor.post(path).await.body;
            site.clock.advance(rest);
            assert_eq!(show(&mut visitor, "/transfer", &token).await.status, expected, "{path} {rest:?}");
        }
    }
}

#[tokio::test]
async fn a_session_has_thirty_two_and_the_oldest_gives_way() {
    let site = site();
    let (mut visitor, first) = member_with_token(&site).await;
    let second = visitor.post("/token/transfer").await.body;
    for _ in 0..31 {
        assert!(visitor.post("/token/other").await.is_ok());
    }
    assert_refused(&show(&mut visitor, "/transfer", &first).await);
    assert!(show(&mut visitor, "/transfer", &second).await.is_ok());
}

// ---------------------------------------------------------------------------------------------------------------------
// Forms, and what they hold

#[tokio::test]
async fn a_form_brings_its_token_along() {
    let site = site();
    let mut visitor = site.member(&user(7)).await;
    for form in ["to=Grace+%26+Sons&cents=5&_confirm=TOKEN", "_confirm=TOKEN&cents=5&to=Grace+%26+Sons"] {
        let token = visitor.post("/token/transfer").await.body;
        let form = form.replace("TOKEN", &token);
        for path in ["/by-form", "/by-policy"] {
            let answer = post_form(&mut visitor, path, &form, &[]).await;
            match path {
                "/by-form" => assert_eq!((answer.status, answer.body.as_str()), (200, "5 to Grace & Sons")),
                _ => assert_refused(&answer),
            }
        }
    }
    // The header does for a form, too.
    let token = visitor.post("/token/transfer").await.body;
    let answer = post_form(&mut visitor, "/by-form", "to=x&cents=5", &[("confirm-token", &token)]).await;
    assert!(answer.is_ok(), "{answer:?}");
}

#[tokio::test]
async fn a_form_that_cannot_be_read_costs_no_token() {
    let site = site();
    let (mut visitor, token) = member_with_token(&site).await;
    let large = format!("_confirm={token}&to={}&cents=1", "x".repeat(3 << 20));
    for (form, expected) in [
        (format!("_confirm={token}"), 422),
        (format!("_confirm={token}&to=x&cents=much"), 422),
        (format!("_confirm={token}&to=x&cents=5&more=1"), 422),
        (format!("_confirm={token}&_confirm={token}&to=x&cents=5"), 403),
        (format!("_confirm={token}&_confirm=&to=x&cents=5"), 403),
        (format!("_confirm%00={token}&to=x&cents=5"), 422),
        (format!("_CONFIRM={token}&to=x&cents=5"), 422),
        (large, 413),
        ("to=x&cents=5".to_owned(), 403),
        ("to=x&cents=5&_confirm".to_owned(), 403),
    ] {
        let answer = post_form(&mut visitor, "/by-form", &form, &[]).await;
        assert_eq!(answer.status, expected, "{}", &form[..form.len().min(100)]);
    }
    let both = format!("_confirm={token}&to=x&cents=5");
    assert_refused(&post_form(&mut visitor, "/by-form", &both, &[("confirm-token", &token)]).await);
    // Percent-encoded, the name is the same.
    let encoded = format!("%5Fconfirm={token}&to=x&cents=5");
    assert!(post_form(&mut visitor, "/by-form", &encoded, &[]).await.is_ok());
}

#[tokio::test]
async fn a_token_for_a_content_is_good_for_that_one() {
    let site = site();
    let mut visitor = site.member(&user(7)).await;
    let token = visitor.post_json("/token-of", &Transfer::of(5)).await.body;
    for form in ["to=Grace+%26+Sons&cents=6", "to=Grace&cents=5", "to=Grace+%26+Sons+&cents=5"] {
        assert_refused(&post_form(&mut visitor, "/by-form", &format!("{form}&_confirm={token}"), &[]).await);
    }
    assert_refused(&post_json(&mut visitor, "/by-json", r#"{"to":"Grace & Sons","cents":50}"#, &token).await);
    // Where nobody compares what is read, a token that was made for something is none.
    assert_refused(&post_json(&mut visitor, "/by-plain-json", r#"{"to":"Grace & Sons","cents":5}"#, &token).await);
    assert_refused(&show(&mut visitor, "/transfer", &token).await);
    let same = r#"{"cents": 5, "to": "Grace \u0026 Sons"}"#;
    assert!(post_json(&mut visitor, "/by-json", same, &token).await.is_ok(), "written otherwise, it is the same");
    assert_refused(&post_json(&mut visitor, "/by-json", same, &token).await);

    let token = visitor.post_json("/token-of", &Transfer::of(5)).await.body;
    let form = format!("cents=5&to=Grace+%26+Sons&_confirm={token}");
    assert!(post_form(&mut visitor, "/by-form", &form, &[]).await.is_ok());
    // One that was made for nothing in particular is good for whatever is read.
    let token = visitor.post("/token/transfer").await.body;
    assert!(post_json(&mut visitor, "/by-plain-json", same, &token).await.is_ok());
}

// ---------------------------------------------------------------------------------------------------------------------
// Before it is used up, and after

#[tokio::test]
async fn whoever_is_refused_for_anything_else_keeps_the_token() {
    let site = site();
    let (mut visitor, token) = member_with_token(&site).await;
    let shown = ("confirm-token", token.as_str());
    assert_eq!(show(&mut visitor, "/checked", &token).await.status, 409);
    assert_eq!(show(&mut visitor, "/for-admins", &token).await.refusal, Some(RefusalKind::Role));
    let forged = visitor.ask("POST /transfer", &[shown, ("sec-fetch-site", "cross-site")]).await;
    assert_eq!(forged.refusal, Some(RefusalKind::Forgery));
    site.clock.advance(seconds(61));
    assert_eq!(show(&mut visitor, "/fresh", &token).await.refusal, Some(RefusalKind::NotFresh));
    assert!(visitor.post_json("/reauthenticate", &user(7)).await.is_ok());
    assert!(show(&mut visitor, "/fresh", &token).await.is_ok(), "a step-up between loses nothing");
}

#[tokio::test]
async fn what_the_handler_answers_gives_no_token_back() {
    let site = site();
    let (mut visitor, token) = member_with_token(&site).await;
    assert_eq!(show(&mut visitor, "/fails", &token).await.status, 500);
    assert_refused(&show(&mut visitor, "/transfer", &token).await);
}

#[tokio::test]
async fn a_policy_demands_it_of_those_that_build_on_it() {
    let site = site();
    let (mut visitor, token) = member_with_token(&site).await;
    assert_refused(&visitor.post("/by-both").await);
    assert!(show(&mut visitor, "/by-both", &token).await.is_ok());
    let text = routes().policies().to_string();
    assert!(text.contains(r#"confirm = "transfer""#), "{text}");
}

#[tokio::test]
async fn the_session_and_its_token_go_on_under_a_new_id_and_an_alias_confirms_nothing() {
    let site = site();
    let (mut visitor, token) = member_with_token(&site).await;
    let mut slow = visitor.clone();
    assert!(visitor.post("/rotate").await.is_ok());
    assert!(visitor.post("/visit").await.is_ok());
    assert_refused(&show(&mut slow, "/transfer", &token).await);
    assert_eq!(slow.post("/token/transfer").await.error(), Some("Superseded".to_owned()));
    assert!(show(&mut visitor, "/transfer", &token).await.is_ok());
}

#[tokio::test]
async fn a_token_ends_with_its_session() {
    for path in ["/log-in", "/log-out"] {
        let site = site();
        let (mut visitor, token) = member_with_token(&site).await;
        assert!(visitor.post_json(path, &user(7)).await.is_ok());
        let status = show(&mut visitor, "/transfer", &token).await.status;
        assert_eq!(status, if path == "/log-in" { 403 } else { 401 });
    }
    let site = site();
    let (mut visitor, token) = member_with_token(&site).await;
    let answer = show(&mut visitor, "/and-log-out", &token).await;
    assert!(answer.is_ok() && answer.header("set-cookie").unwrap().contains("Max-Age=0"), "{answer:?}");
}

// ASVS 16.5.3: a store that does not answer confirms nothing.
#[tokio::test]
async fn a_store_that_does_not_answer_lets_nothing_happen() {
    let site = Site::over(routes(), ProbedStore::over(MemoryStore::new()), |builder| builder);
    let (mut visitor, token) = member_with_token(&site).await;
    for failing in [Operation::Replace, Operation::Load] {
        // The guard's own look succeeds, and the next one fails.
        site.store.fail_after(failing, usize::from(failing == Operation::Load));
        let answer = show(&mut visitor, "/transfer", &token).await;
        assert_eq!((answer.status, answer.refusal), (503, Some(RefusalKind::Unavailable)), "{failing:?}");
        site.store.set_failing(failing, false);
    }
    assert!(show(&mut visitor, "/transfer", &token).await.is_ok());
}

#[tokio::test]
async fn the_session_of_a_token_confirms_nothing() {
    let site = site();
    let token = site.app.partners.issue_token(&tests::partner(7), minutes(5)).unwrap();
    let header = format!("Bearer {token}");
    let answer = site.visitor().ask("POST /token-of-partner", &[("authorization", &header)]).await;
    assert_eq!((answer.status, answer.error()), (403, Some("NotACookie".to_owned())));
}

#[tokio::test]
async fn an_argument_for_a_token_that_nobody_demands_is_the_programs_mistake() {
    let site = site();
    let mut visitor = site.member(&user(7)).await;
    assert_eq!(visitor.post_json("/nothing-to-confirm", &Transfer::of(5)).await.status, 500);
}
