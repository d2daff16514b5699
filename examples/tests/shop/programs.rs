//! Programs with a token.

use axum::body::Body;
use axum::http::header::{AUTHORIZATION, CACHE_CONTROL, CONTENT_TYPE, COOKIE, RETRY_AFTER, WWW_AUTHENTICATE};
use axum::http::{Request, StatusCode};
use serde_json::{Value, json};

use crate::site::{Answer, Site};

const ALICE: (&str, &str) = ("alice", "correct horse battery");

async fn ask_for_token(site: &Site, body: &Value) -> Answer {
    let request = Request::post("/api/token").header(CONTENT_TYPE, "application/json");
    site.send(request.body(Body::from(body.to_string())).unwrap()).await
}

async fn token(site: &Site, body: &Value) -> String {
    let answer = ask_for_token(site, body).await;
    assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
    answer.json()["access_token"].as_str().unwrap().to_owned()
}

async fn get(site: &Site, path: &str, token: &str) -> Answer {
    let request = Request::get(path).header(AUTHORIZATION, format!("Bearer {token}"));
    site.send(request.body(Body::empty()).unwrap()).await
}

// RFC 6749 5.1
#[tokio::test]
async fn a_token_is_issued_for_a_password() {
    let site = Site::open();
    let answer = ask_for_token(&site, &json!({"username": ALICE.0, "password": ALICE.1})).await;
    assert_eq!(answer.header(CACHE_CONTROL), Some("no-store"));
    let body = answer.json();
    assert_eq!((&body["token_type"], &body["expires_in"]), (&json!("Bearer"), &json!(300)));

    let token = body["access_token"].as_str().unwrap();
    let me = get(&site, "/api/me", token).await.json();
    assert_eq!(
        me,
        json!({"username": "alice", "roles": ["customer"], "scope": "profile orders:read", "via": "bearer"})
    );
    assert_eq!(get(&site, "/api/orders", token).await.json()[0]["customer"], "alice");
    assert_eq!(get(&site, "/api/either", token).await.json()["via"], "bearer");
}

#[tokio::test]
async fn whoever_guesses_a_password_for_a_token_has_to_wait() {
    let site = Site::open();
    let guess = json!({"username": ALICE.0, "password": "guess"});
    for _ in 0..20 {
        assert_eq!(ask_for_token(&site, &guess).await.status, StatusCode::BAD_REQUEST);
    }
    let answer = ask_for_token(&site, &json!({"username": ALICE.0, "password": ALICE.1})).await;
    assert_eq!((answer.status, answer.header(RETRY_AFTER)), (StatusCode::TOO_MANY_REQUESTS, Some("31")));
    assert_eq!(answer.json(), json!({"error": "temporarily_unavailable"}));
}

// RFC 6749 5.2
#[tokio::test]
async fn who_gets_no_token_is_told_as_oauth_has_it() {
    let site = Site::open();
    for (body, error) in [
        (json!({"username": ALICE.0, "password": "wrong"}), "invalid_grant"),
        (json!({"username": "mallory", "password": ALICE.1}), "invalid_grant"),
        (json!({"username": ALICE.0}), "invalid_request"),
        (json!([]), "invalid_request"),
        (json!({"username": ALICE.0, "password": ALICE.1, "scope": "orders:write"}), "invalid_scope"),
        (json!({"username": ALICE.0, "password": ALICE.1, "scope": ""}), "invalid_scope"),
    ] {
        let answer = ask_for_token(&site, &body).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{body}");
        assert_eq!(answer.json(), json!({ "error": error }), "{body}");
        assert_eq!(answer.header(CACHE_CONTROL), Some("no-store"));
    }
}

#[tokio::test]
async fn a_token_opens_what_its_scope_says() {
    let site = Site::open();
    let narrow = token(&site, &json!({"username": ALICE.0, "password": ALICE.1, "scope": "profile"})).await;
    assert_eq!(get(&site, "/api/me", &narrow).await.status, StatusCode::OK);
    let refused = get(&site, "/api/orders", &narrow).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    let challenge = refused.header(WWW_AUTHENTICATE);
    assert_eq!(challenge, Some(r#"Bearer error="insufficient_scope", scope="orders:read""#));
}

#[tokio::test]
async fn a_token_is_good_for_five_minutes() {
    let site = Site::open();
    let token = token(&site, &json!({"username": ALICE.0, "password": ALICE.1})).await;
    site.pass(4);
    assert_eq!(get(&site, "/api/me", &token).await.status, StatusCode::OK);
    site.pass(2);
    let refused = get(&site, "/api/me", &token).await;
    assert_eq!(refused.status, StatusCode::UNAUTHORIZED);
    assert_eq!(refused.header(WWW_AUTHENTICATE), Some(r#"Bearer error="invalid_token""#));
}

async fn post_form(site: &Site, path: &str, form: &str) -> Answer {
    let request = Request::post(path).header(CONTENT_TYPE, "application/x-www-form-urlencoded");
    site.send(request.body(Body::from(form.to_owned())).unwrap()).await
}

/// What renews a token of Alice's.
async fn refresh_token(site: &Site) -> String {
    let answer = ask_for_token(site, &json!({"username": ALICE.0, "password": ALICE.1})).await;
    answer.json()["refresh_token"].as_str().unwrap().to_owned()
}

// RFC 6749 6
#[tokio::test]
async fn a_token_is_renewed_without_the_password() {
    let site = Site::open();
    let first = refresh_token(&site).await;
    site.pass(90);
    let form = format!("grant_type=refresh_token&refresh_token={first}&scope=profile");
    let answer = post_form(&site, "/api/refresh", &form).await;
    assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
    assert_eq!(answer.header(CACHE_CONTROL), Some("no-store"));
    assert_eq!(answer.header(CONTENT_TYPE), Some("application/json"));
    let body = answer.json();
    assert_eq!((&body["token_type"], &body["expires_in"]), (&json!("Bearer"), &json!(300)));
    assert_eq!(body["scope"], "profile");
    assert_eq!(get(&site, "/api/me", body["access_token"].as_str().unwrap()).await.status, StatusCode::OK);
    let second = body["refresh_token"].as_str().unwrap();
    assert_ne!(second, first);

    for (form, error) in [
        (format!("grant_type=refresh_token&refresh_token={second}&scope=orders:write"), "invalid_scope"),
        (format!("grant_type=password&refresh_token={second}"), "unsupported_grant_type"),
        (format!("refresh_token={second}"), "invalid_request"),
        (format!("grant_type=refresh_token&refresh_token={second}&refresh_token={second}"), "invalid_request"),
        ("grant_type=refresh_token&refresh_token=x".to_owned(), "invalid_grant"),
    ] {
        let answer = post_form(&site, "/api/refresh", &form).await;
        assert_eq!((answer.status, answer.json()), (StatusCode::BAD_REQUEST, json!({ "error": error })), "{form}");
        assert_eq!(answer.header(CACHE_CONTROL), Some("no-store"));
    }
    let answer = post_form(&site, "/api/refresh", &format!("grant_type=refresh_token&refresh_token={second}")).await;
    assert_eq!(answer.json()["scope"], "profile orders:read");
}

// RFC 7009 2.2
#[tokio::test]
async fn a_token_is_given_back() {
    let site = Site::open();
    let token = refresh_token(&site).await;
    for body in ["token=unknown", "token=unknown&token_type_hint=refresh_token", "token="] {
        assert_eq!(post_form(&site, "/api/revoke", body).await.status, StatusCode::OK, "{body}");
    }
    assert_eq!(post_form(&site, "/api/revoke", "x=y").await.json(), json!({"error": "invalid_request"}));
    let form = format!("token={token}&token_type_hint=refresh_token");
    assert_eq!(post_form(&site, "/api/revoke", &form).await.status, StatusCode::OK);
    assert_eq!(post_form(&site, "/api/revoke", &form).await.status, StatusCode::OK, "again");
    let answer = post_form(&site, "/api/refresh", &format!("grant_type=refresh_token&refresh_token={token}")).await;
    assert_eq!(answer.json(), json!({"error": "invalid_grant"}));
}

#[tokio::test]
async fn an_access_token_that_is_given_back_opens_nothing() {
    let site = Site::open();
    let body = json!({"username": ALICE.0, "password": ALICE.1});
    let (given_back, other) = (token(&site, &body).await, token(&site, &body).await);
    assert_eq!(get(&site, "/api/me", &given_back).await.status, StatusCode::OK);
    assert_eq!(post_form(&site, "/api/revoke", &format!("token={given_back}")).await.status, StatusCode::OK);
    assert_eq!(get(&site, "/api/me", &given_back).await.status, StatusCode::UNAUTHORIZED);
    assert_eq!(get(&site, "/api/me", &other).await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_cookie_opens_only_what_accepts_it() {
    let site = Site::open();
    let mut alice = site.browser();
    alice.log_in("alice").await;
    assert_eq!(alice.get("/api/either").await.json()["via"], "cookie");
    let request = Request::get("/api/me").header(COOKIE, alice.cookie.clone().unwrap());
    let refused = site.send(request.body(Body::empty()).unwrap()).await;
    assert_eq!(refused.status, StatusCode::UNAUTHORIZED);
    assert_eq!(refused.header(WWW_AUTHENTICATE), Some("Bearer"));
    assert_eq!(refused.header(CONTENT_TYPE), Some("application/problem+json"));
}
