//! Which credential of a request counts, and for whom.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use axum::extract::FromRef;
use serde::{Deserialize, Serialize};
use session_runtime::routing::{get, post};
use session_runtime::{
    AuthSession, ConfigErrorKind, GuardedRouter, ManualClock, MemoryStore, Principal, Session, Sessions, session,
};
use tests::{
    App, Failed, Operation, Partner, ProbedStore, START, Site, User, Visitor, minutes, partner, router, sessions, user,
};

const NAME: &str = "__Host-partner";

#[session(required)]
async fn either(session: Session<Partner>) -> String {
    format!("{} {:?}", session.id, session.credential())
}
#[session(required, cookie)]
async fn cookie_only(session: Session<Partner>) -> String {
    format!("{} {:?}", session.id, session.credential())
}
#[session(required, bearer)]
async fn bearer_only(session: Session<Partner>) -> String {
    format!("{} {:?}", session.id, session.credential())
}
#[session(optional)]
async fn optional(session: Option<Session<Partner>>) -> String {
    session.map_or_else(|| "nobody".to_owned(), |session| session.id.to_string())
}
#[session(public)]
async fn public() -> &'static str {
    "hello"
}
#[session(optional)]
async fn visitor_of_two_realms(user: Option<Session<User>>, partner: Option<Session<Partner>>) -> String {
    format!("{:?} {:?}", user.map(|user| user.id), partner.map(|partner| partner.id))
}
#[session(required, principal(User))]
async fn update_the_other(partner: Option<Session<Partner>>) -> Result<(), Failed> {
    Ok(partner.unwrap().update(|partner| partner.scopes.push("more".to_owned())).await?)
}

fn routes() -> GuardedRouter<App> {
    GuardedRouter::new()
        .route("/either", get(either))
        .route("/cookie-only", get(cookie_only))
        .route("/bearer-only", get(bearer_only))
        .route("/optional", get(optional))
        .route("/public", get(public))
        .route("/two-realms", get(visitor_of_two_realms))
        .route("/update-the-other", post(update_the_other))
}

/// A partner with a cookie as 1, and the header of a token as 2.
async fn partner_with_both(site: &Site) -> (Visitor, String) {
    let mut visitor = site.visitor();
    assert!(visitor.post_json("/partners/log-in", &partner(1)).await.is_ok());
    let token = site.app.partners.issue_token(&partner(2), minutes(60)).unwrap();
    (visitor, format!("Bearer {token}"))
}

#[tokio::test]
async fn a_bearer_token_wins_over_a_cookie() {
    let site = Site::of(routes());
    let (mut visitor, token) = partner_with_both(&site).await;
    assert_eq!(visitor.get("/either").await.body, "1 Cookie");
    let loads = site.store.asked(Operation::Load);
    assert_eq!(visitor.ask("GET /either", &[("authorization", &token)]).await.body, "2 Bearer");
    assert_eq!(visitor.ask("GET /optional", &[("authorization", &token)]).await.body, "2");
    assert_eq!(site.store.asked(Operation::Load), loads, "the cookie is not even looked at");
}

// Nobody chooses by a broken header how a request is judged.
#[tokio::test]
async fn a_bad_bearer_token_does_not_fall_back_to_the_cookie() {
    let site = Site::of(routes());
    let (mut visitor, token) = partner_with_both(&site).await;
    let forged = format!("{}x", &token[..token.len() - 1]);
    for (header, expected) in [("Bearer nonsense", 401), (forged.as_str(), 401), ("Bearer", 400), ("bearer  ", 400)] {
        for request in ["GET /either", "GET /optional", "GET /bearer-only"] {
            let answer = visitor.ask(request, &[("authorization", header)]).await;
            assert_eq!(answer.status, expected, "{request} {header}");
        }
    }
}

#[tokio::test]
async fn a_header_is_not_read_where_only_the_cookie_is_accepted() {
    let site = Site::of(routes());
    let (mut visitor, token) = partner_with_both(&site).await;
    for header in [token.as_str(), "Bearer nonsense", "Bearer"] {
        assert_eq!(visitor.ask("GET /cookie-only", &[("authorization", header)]).await.body, "1 Cookie");
        let answer = site.visitor().ask("GET /cookie-only", &[("authorization", header)]).await;
        assert_eq!(answer.status, 401);
        assert!(answer.header("www-authenticate").unwrap().starts_with("Cookie "));
        assert_eq!(answer.all("vary"), ["cookie"]);
    }
    let answer = visitor.get("/bearer-only").await;
    assert_eq!((answer.status, answer.all("vary")), (401, vec!["authorization".to_owned()]));
}

// RFC 6750 2.2, 2.3: tokens end up in logs and histories from there.
#[tokio::test]
async fn a_token_in_the_query_is_not_read() {
    let site = Site::of(routes());
    let token = site.app.partners.issue_token(&partner(2), minutes(60)).unwrap();
    assert_eq!(site.visitor().get(&format!("/either?access_token={token}")).await.status, 401);
}

#[tokio::test]
async fn other_schemes_are_somebody_elses() {
    let site = Site::of(routes());
    let (mut visitor, token) = partner_with_both(&site).await;
    assert_eq!(visitor.ask("GET /either", &[("authorization", "Basic dTpw")]).await.body, "1 Cookie");
    let both = [("authorization", "Basic dTpw"), ("authorization", token.as_str())];
    assert_eq!(visitor.ask("GET /either", &both).await.body, "2 Bearer");
    let upper = token.replace("Bearer", "BEARER");
    assert_eq!(visitor.ask("GET /either", &[("authorization", &upper)]).await.body, "2 Bearer");
}

// RFC 6265bis 4.2.1 and 4.2.2, 8.6.
#[tokio::test]
async fn several_cookie_headers_are_one_list_and_two_ids_are_refused() {
    let site = Site::of(routes());
    let (mut visitor, _) = partner_with_both(&site).await;
    let good = format!("{NAME}={}", visitor.cookie(NAME).unwrap());
    let other = format!("{NAME}=chosen");
    let mut ask = async |cookies: &[&str], path: &str| {
        let headers: Vec<_> = cookies.iter().map(|cookie| ("cookie", *cookie)).collect();
        let answer = visitor.ask(&format!("GET {path}"), &headers).await;
        (answer.status, answer.body)
    };
    for list in [vec!["a=b", good.as_str(), "c=d"], vec![good.as_str(), good.as_str()]] {
        assert_eq!(ask(&list, "/cookie-only").await.1, "1 Cookie", "{list:?}");
    }
    for list in [vec![good.as_str(), other.as_str()], vec![other.as_str(), good.as_str()]] {
        assert_eq!(ask(&list, "/cookie-only").await.0, 401);
        assert_eq!(ask(&list, "/optional").await, (200, "nobody".to_owned()));
    }
    let one_line = format!("{good}; {other}");
    assert_eq!(ask(&[&one_line], "/cookie-only").await.0, 401);
    let quoted = format!("{NAME}=\"{}\"", good.split_once('=').unwrap().1);
    assert_eq!(ask(&[&quoted], "/cookie-only").await.0, 401);
}

#[tokio::test]
async fn to_an_optional_route_a_visitor_without_a_session_is_nobody() {
    let site = Site::of(routes());
    let mut dead = partner_with_both(&site).await.0;
    site.clock.advance(minutes(120));
    let mut unknown = site.visitor();
    unknown.set_cookie(NAME, "chosen");
    for visitor in [&mut dead, &mut unknown, &mut site.visitor()] {
        let answer = visitor.navigate("/optional").await;
        assert_eq!((answer.status, answer.body.as_str()), (200, "nobody"));
        assert_eq!(answer.header("set-cookie"), None);
    }
}

#[tokio::test]
async fn a_public_route_reads_no_credential_and_adds_no_header() {
    let site = Site::of(routes());
    let (mut visitor, _) = partner_with_both(&site).await;
    let asked = site.store.asked(Operation::Load);
    site.store.go_down();
    for authorization in ["Bearer", "Bearer nonsense", "Basic x"] {
        let answer = visitor.ask("GET /public", &[("authorization", authorization)]).await;
        assert_eq!(answer.body, "hello");
        for header in ["cache-control", "vary", "set-cookie", "www-authenticate"] {
            assert!(answer.all(header).is_empty(), "{header}");
        }
    }
    assert_eq!(site.store.asked(Operation::Load), asked);
}

// A realm enters the store's key: the cookie's bytes of one are nothing in another.
#[tokio::test]
async fn the_cookie_of_one_realm_is_nothing_in_another() {
    let site = Site::of(routes());
    let (partner, _) = partner_with_both(&site).await;
    let mut thief = site.visitor();
    thief.set_cookie("__Host-id", partner.cookie(NAME).unwrap());
    let answer = thief.navigate("/me").await;
    assert_eq!(answer.status, 401);
    assert!(answer.header("set-cookie").unwrap().contains("Max-Age=0"), "unknown there, not merely unreadable");
    thief.set_cookie("__Host-id", partner.cookie(NAME).unwrap());
    let user = site.member(&user(3)).await;
    thief.set_cookie(NAME, user.cookie("__Host-id").unwrap());
    assert_eq!(thief.get("/cookie-only").await.status, 401);
    assert_eq!(thief.get("/two-realms").await.body, "None None");
}

#[tokio::test]
async fn a_visitor_can_be_known_in_two_realms_and_changes_only_the_policys() {
    let site = Site::of(routes());
    let (partner, token) = partner_with_both(&site).await;
    let mut visitor = site.member(&user(3)).await;
    visitor.set_cookie(NAME, partner.cookie(NAME).unwrap());
    assert_eq!(visitor.get("/two-realms").await.body, "Some(3) Some(1)");
    let with_token = visitor.ask("GET /two-realms", &[("authorization", &token)]).await;
    assert_eq!(with_token.body, "Some(3) Some(1)", "users have no tokens, and a partner's cookie is read beside them");
    let answer = visitor.post("/update-the-other").await;
    assert_eq!(answer.error().as_deref(), Some("Superseded"));
}

#[derive(Clone, Serialize, Deserialize, Principal)]
#[principal(realm = "credentials-impostor")]
struct Impostor {
    #[principal(id)]
    id: u64,
}

#[derive(Clone, FromRef)]
struct TwoRealms {
    users: Sessions<User>,
    impostors: Sessions<Impostor>,
}

#[session(optional)]
async fn enter(mut auth: AuthSession<Impostor>) -> Result<(), Failed> {
    auth.log_in(Impostor { id: 7 }).await?;
    Ok(())
}

#[session(required, principal(User))]
async fn users() {}

// A log-in of one would overwrite the cookie of the other.
#[tokio::test]
async fn two_principals_with_one_cookie_do_not_start_on_one_router() {
    let refused = |routes: GuardedRouter<TwoRealms>| {
        let error = routes.into_router().unwrap_err();
        assert_eq!(error.kind(), ConfigErrorKind::Cookie);
        for word in ["`User`", "`Impostor`", "`__Host-id`", "cookie(name = "] {
            assert!(error.to_string().contains(word), "{error}");
        }
    };
    let inner = || GuardedRouter::new().route("/users", get(users));
    refused(inner().route("/enter", post(enter)));
    refused(GuardedRouter::new().nest("/a", inner()).merge(GuardedRouter::new().route("/enter", post(enter))));
    refused(inner().fallback(enter));
    refused(GuardedRouter::new().route("/enter", post(enter)).nest("/a", GuardedRouter::new().fallback(users)));
}

mod back_office {
    use serde::{Deserialize, Serialize};
    use session_runtime::{Principal, session};

    #[derive(Clone, Serialize, Deserialize, Principal)]
    #[principal(bearer(alg("HS256")), realm = "credentials-machine")]
    pub(super) struct Machine {
        #[principal(id)]
        id: u64,
    }

    #[session(required, principal(Machine))]
    pub(super) async fn orders() {}
}

mod warehouse {
    use serde::{Deserialize, Serialize};
    use session_runtime::{Principal, session};

    #[derive(Clone, Serialize, Deserialize, Principal)]
    #[principal(bearer(alg("HS256")), realm = "credentials-machine")]
    pub(super) struct Machine {
        #[principal(id)]
        id: u64,
    }

    #[session(required, principal(Machine))]
    pub(super) async fn shelves() {}
}

#[derive(Clone, FromRef)]
struct Machines {
    back_office: Sessions<back_office::Machine>,
    warehouse: Sessions<warehouse::Machine>,
}

#[test]
fn two_principals_of_one_realm_do_not_start_on_one_router() {
    let routes: GuardedRouter<Machines> =
        GuardedRouter::new().route("/orders", get(back_office::orders)).route("/shelves", get(warehouse::shelves));
    let error = routes.into_router().unwrap_err();
    assert_eq!(
        (error.kind(), error.to_string().as_str()),
        (
            ConfigErrorKind::Realm,
            "`Machine` and `Machine` share the realm \"credentials-machine\", so that each would accept what is issued for \
             the other; write another `#[principal(realm = \"..\")]` on one of them"
        )
    );
}

// Were they on two routers over one store, neither would be taken for the other.
#[tokio::test]
async fn two_principals_with_one_cookie_and_one_store_are_not_mixed_up() {
    let (clock, store) = (ManualClock::at(START), ProbedStore::over(MemoryStore::new()));
    let state = TwoRealms {
        users: sessions(&clock, &store).build().unwrap(),
        impostors: sessions(&clock, &store).build().unwrap(),
    };
    let entrance = router(GuardedRouter::new().route("/enter", post(enter)), state.clone());
    let users = router(GuardedRouter::new().route("/users", get(users)), state);
    let mut impostor = Visitor::of(&entrance);
    assert!(impostor.post("/enter").await.is_ok());
    let mut elsewhere = Visitor::of(&users);
    elsewhere.set_cookie("__Host-id", impostor.cookie("__Host-id").unwrap());
    assert_eq!(elsewhere.get("/users").await.status, 401);
}
