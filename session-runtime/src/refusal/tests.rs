use axum::extract::OriginalUri;
use axum::response::{Html, IntoResponse};
use http::{HeaderValue, Request};
use http_body_util::BodyExt;

use super::*;

const CONTEXT: RefusalContext = RefusalContext {
    realm: "__Host-id",
    accepts_bearer: true,
    login: Some("/login"),
    reauthenticate: Some("/reauthenticate"),
};
const NOWHERE_TO_GO: RefusalContext = RefusalContext { login: None, reauthenticate: None, ..CONTEXT };

const NAVIGATION: [(&str, &str); 2] = [("sec-fetch-mode", "navigate"), ("sec-fetch-dest", "document")];

fn request(method: &str, uri: &str, fields: &[(&str, &str)]) -> Parts {
    let builder = Request::builder().method(method).uri(uri);
    let builder = fields.iter().fold(builder, |builder, (name, value)| builder.header(*name, *value));
    builder.body(()).unwrap().into_parts().0
}

fn to_api_client(refusal: Refusal) -> Response {
    respond(refusal, &CONTEXT, &request("GET", "/orders?page=2", &[("accept", "application/json")]), None)
}

fn to_navigation(refusal: Refusal, context: &RefusalContext) -> Response {
    respond(refusal, context, &request("GET", "/orders?page=2", &NAVIGATION), None)
}

fn header<'r>(response: &'r Response, name: &str) -> Option<&'r str> {
    let mut values = response.headers().get_all(name).iter();
    let value = values.next()?.to_str().unwrap();
    assert_eq!(values.next(), None, "{name} is there twice");
    Some(value)
}

async fn body(response: Response) -> String {
    String::from_utf8(response.into_body().collect().await.unwrap().to_bytes().to_vec()).unwrap()
}

/// Every refusal that there is, with the status and challenge that an API client gets.
fn every_refusal() -> [(Refusal, u16, Option<&'static str>); 11] {
    let of = Refusal::of;
    let insufficient = r#"Bearer error="insufficient_user_authentication", max_age="300""#;
    let factor = r#"Bearer error="insufficient_user_authentication", acr_values="otp""#;
    let scope = r#"Bearer error="insufficient_scope", scope="orders:read""#;
    [
        (of(RefusalKind::NoCredential), 401, Some("Bearer")),
        (of(RefusalKind::InvalidCredential), 401, Some(r#"Bearer error="invalid_token""#)),
        (of(RefusalKind::MalformedCredential), 400, Some(r#"Bearer error="invalid_request""#)),
        (Refusal::not_fresh(Duration::from_mins(5)), 401, Some(insufficient)),
        (Refusal::missing_factors(["otp"], None), 401, Some(factor)),
        (of(RefusalKind::Role), 403, None),
        (Refusal::scopes(["orders:read"]), 403, Some(scope)),
        (of(RefusalKind::Forgery), 403, None),
        (of(RefusalKind::Confirmation), 403, None),
        (of(RefusalKind::Check), 403, None),
        (of(RefusalKind::Unavailable), 503, None),
    ]
}

// The table of refusals, its column of API clients; RFC 9110 15.5.2: 401 always carries WWW-Authenticate.
#[tokio::test]
async fn an_api_client_gets_status_challenge_and_problem() {
    for (refusal, status, challenge) in every_refusal() {
        let response = to_api_client(refusal.clone());
        assert_eq!(response.status(), status);
        assert_eq!(header(&response, "www-authenticate"), challenge);
        assert_eq!(header(&response, "retry-after"), (status == 503).then_some("5"));
        assert_eq!(header(&response, "location"), None);
        assert_eq!(header(&response, "content-type"), Some("application/problem+json"));
        assert_eq!(response.extensions().get::<Refusal>(), Some(&refusal));
        let document: serde_json::Value = serde_json::from_str(&body(response).await).unwrap();
        assert_eq!(document.get("status"), Some(&status.into()));
    }
}

// The table of refusals, its column of navigations.
#[test]
fn a_navigation_is_sent_where_it_can_be_helped() {
    for (refusal, status, challenge) in every_refusal() {
        let page = match refusal.kind() {
            RefusalKind::NoCredential | RefusalKind::InvalidCredential => Some("/login?next=%2Forders%3Fpage%3D2"),
            RefusalKind::NotFresh => Some("/reauthenticate?next=%2Forders%3Fpage%3D2"),
            RefusalKind::MissingFactor => Some("/reauthenticate?next=%2Forders%3Fpage%3D2&factors=otp"),
            _ => None,
        };
        let response = to_navigation(refusal.clone(), &CONTEXT);
        assert_eq!(response.status().as_u16(), if page.is_some() { 303 } else { status }, "{refusal:?}");
        assert_eq!(header(&response, "location"), page);
        assert_eq!(header(&response, "www-authenticate"), if page.is_some() { None } else { challenge });
        assert_eq!(response.extensions().get::<Refusal>(), Some(&refusal));

        let stays = to_navigation(refusal, &NOWHERE_TO_GO);
        assert_eq!(stays.status().as_u16(), status);
        assert_eq!(header(&stays, "www-authenticate"), challenge);
    }
}

// Not fresh is answered by re-authenticating, never by logging in.
#[test]
fn without_reauthenticate_not_fresh_stays_401() {
    let context = RefusalContext { reauthenticate: None, ..CONTEXT };
    assert_eq!(to_navigation(Refusal::not_fresh(Duration::from_mins(1)), &context).status(), 401);
}

// ASVS 14.3.2: nobody keeps a refusal.
#[test]
fn no_refusal_is_stored() {
    for (refusal, ..) in every_refusal() {
        assert_eq!(header(&to_api_client(refusal.clone()), "cache-control"), Some("no-store"));
        assert_eq!(header(&to_navigation(refusal, &CONTEXT), "cache-control"), Some("no-store"));
    }
}

// RFC 9110 12.5.5: `Vary` names what was looked at, for the redirect and for the 401 alike.
#[test]
fn vary_names_what_was_looked_at() {
    let looked_at = Some("Sec-Fetch-Mode, Sec-Fetch-Dest, Accept, HX-Request, X-Requested-With");
    let refusal = Refusal::of(RefusalKind::NoCredential);
    assert_eq!(header(&to_api_client(refusal.clone()), "vary"), looked_at);
    assert_eq!(header(&to_navigation(refusal.clone(), &CONTEXT), "vary"), looked_at);
    assert_eq!(header(&to_navigation(refusal, &NOWHERE_TO_GO), "vary"), None);
    assert_eq!(header(&to_api_client(Refusal::of(RefusalKind::Role)), "vary"), None);
}

#[test]
fn the_guard_never_redirects_to_the_page_it_serves() {
    let refusal = Refusal::of(RefusalKind::NoCredential);
    for (login, served) in [("/login", "/login"), ("/login", "/login?next=%2F"), ("/login?a=b#c", "/login")] {
        let context = RefusalContext { login: Some(login), ..CONTEXT };
        let response = respond(refusal.clone(), &context, &request("GET", served, &NAVIGATION), None);
        assert_eq!(response.status(), 401, "{login} {served}");
        assert_eq!(header(&response, "www-authenticate"), Some("Bearer"));
    }
}

// Nested routers strip the path; the visitor returns to what they asked for.
#[test]
fn next_is_the_original_path_and_query() {
    let mut parts = request("GET", "/orders", &NAVIGATION);
    parts.extensions.insert(OriginalUri("https://shop.example/staff/orders?page=2".parse().unwrap()));
    let response = respond(Refusal::of(RefusalKind::NoCredential), &CONTEXT, &parts, None);
    assert_eq!(header(&response, "location"), Some("/login?next=%2Fstaff%2Forders%3Fpage%3D2"));
    parts.extensions.insert(OriginalUri("/login".parse().unwrap()));
    assert_eq!(respond(Refusal::of(RefusalKind::NoCredential), &CONTEXT, &parts, None).status(), 401);
}

#[test]
fn a_posted_form_goes_to_the_login_page_without_next() {
    let parts = request("POST", "/orders", &NAVIGATION);
    let response = respond(Refusal::of(RefusalKind::NoCredential), &CONTEXT, &parts, None);
    assert_eq!(response.status(), 303);
    assert_eq!(header(&response, "location"), Some("/login"));
}

// ASVS 16.5.1: the same body for every reason that a credential failed.
#[tokio::test]
async fn two_cookies_look_like_any_bad_credential() {
    let two_cookies = to_api_client(CredentialError::TwoCookies.into());
    let expired = to_api_client(Refusal::of(RefusalKind::InvalidCredential));
    assert_eq!(two_cookies.headers(), expired.headers());
    assert_eq!(body(two_cookies).await, body(expired).await);
    assert_eq!(Refusal::from(CredentialError::TwoAuthorizations).status(), 400);
}

/// A hook that would turn every refusal into a page that admits.
fn admitting() -> OnRefusal {
    Arc::new(|_, _, _| {
        let headers = [
            ("www-authenticate", "Basic"),
            ("location", "https://evil.example"),
            ("cache-control", "public, max-age=600"),
            ("x-own", "kept"),
        ];
        (headers, Html("own page")).into_response()
    })
}

#[tokio::test]
async fn a_hook_changes_the_representation_and_nothing_else() {
    for (refusal, ..) in every_refusal() {
        for fields in [NAVIGATION.as_slice(), &[]] {
            let parts = request("GET", "/orders", fields);
            let own = respond(refusal.clone(), &CONTEXT, &parts, Some(&admitting()));
            let plain = respond(refusal.clone(), &CONTEXT, &parts, None);
            assert_eq!(own.status(), plain.status());
            for name in ["www-authenticate", "location", "cache-control", "retry-after"] {
                assert_eq!(header(&own, name), header(&plain, name), "{name}");
            }
            assert_eq!(header(&own, "x-own"), Some("kept"));
            assert_eq!(header(&own, "content-type"), Some("text/html; charset=utf-8"));
            assert!(header(&own, "vary").unwrap().contains("Accept"));
            assert_eq!(own.extensions().get::<Refusal>(), Some(&refusal));
            assert_eq!(body(own).await, "own page");
        }
    }
}

#[tokio::test]
async fn a_hook_that_changes_nothing_changes_nothing() {
    let identity: OnRefusal = Arc::new(|_, _, response| response);
    let parts = request("GET", "/orders", &[]);
    let refusal = Refusal::of(RefusalKind::NoCredential);
    let own = respond(refusal.clone(), &CONTEXT, &parts, Some(&identity));
    let plain = respond(refusal, &CONTEXT, &parts, None);
    assert_eq!(own.headers(), plain.headers());
    assert_eq!(body(own).await, body(plain).await);
}

#[test]
fn a_hook_sees_the_refusal_and_the_request() {
    let on_refusal: OnRefusal = Arc::new(|refusal, request, mut response| {
        let seen = format!("{:?} {} {} {}", refusal.kind(), request.method(), request.uri(), request.accepts_html());
        response.headers_mut().insert("x-seen", HeaderValue::try_from(seen).unwrap());
        response
    });
    let parts = request("PUT", "/orders", &[("accept", "text/html")]);
    let response = respond(Refusal::of(RefusalKind::Role), &CONTEXT, &parts, Some(&on_refusal));
    assert_eq!(header(&response, "x-seen"), Some("Role PUT /orders true"));
}

// `Err(())` and `Err("no")` are 200 in axum; a check that refuses admits nobody.
#[test]
fn a_check_that_refuses_is_never_a_success() {
    for (status, expected) in [(200, 403), (204, 403), (299, 403), (303, 303), (404, 404), (500, 500), (401, 401)] {
        let response = (StatusCode::from_u16(status).unwrap(), "no").into_response();
        let response = refused_by_check(response, &CONTEXT, &request("GET", "/orders", &[]), None);
        assert_eq!(response.status(), expected);
        assert_eq!(header(&response, "www-authenticate"), (expected == 401).then_some("Bearer"));
        assert_eq!(header(&response, "cache-control"), Some("no-store"));
        assert_eq!(response.extensions().get::<Refusal>().map(Refusal::kind), Some(RefusalKind::Check));
    }
}

// What a check has no words for is said in ours; and it is presented as the application presents refusals.
#[tokio::test]
async fn a_check_that_answers_below_300_is_presented_like_every_refusal() {
    let seen: OnRefusal = Arc::new(|refusal, _, mut response| {
        assert_eq!((refusal.kind(), response.status()), (RefusalKind::Check, StatusCode::FORBIDDEN));
        response.headers_mut().insert("x-seen", HeaderValue::from_static("yes"));
        *response.status_mut() = StatusCode::OK;
        response
    });
    let parts = request("GET", "/orders", &[]);
    for (answer, words) in
        [((StatusCode::OK, "").into_response(), None), ("not yours".into_response(), Some("not yours"))]
    {
        let response = refused_by_check(answer, &CONTEXT, &parts, Some(&seen));
        assert_eq!((response.status(), header(&response, "x-seen")), (StatusCode::FORBIDDEN, Some("yes")));
        assert!(header(&response, "vary").unwrap().contains("Accept"));
        assert_eq!(header(&response, "cache-control"), Some("no-store"));
        assert_eq!(response.extensions().get::<Refusal>().map(Refusal::kind), Some(RefusalKind::Check));
        let body = body(response).await;
        assert!(words.map_or(body.contains("urn:problem:session:check"), |words| body == words), "{body}");
    }
    let own = (StatusCode::NOT_FOUND, "no such account").into_response();
    let response = refused_by_check(own, &CONTEXT, &parts, Some(&seen));
    assert_eq!((response.status(), header(&response, "x-seen")), (StatusCode::NOT_FOUND, None));
}
