//! Every credential of one principal, shown to every kind of router of the other, over every store.

use std::time::Duration;

use session_runtime::{GrantErrorKind, ManualClock, MemoryStore, Store as _, TokenOptions};
use tests::{ProbedStore, START, Visitor, every_store, index_key, sealing_key};

use crate::principals::{stateless, stored};

/// A customer's credential is worth nothing to the admins' routers.
macro_rules! is_not_an_admin {
    ($routers:expr, $cookie:expr, $bearer:expr, $name:expr) => {
        let [(_, customers), admins @ ..] = $routers;
        for headers in [("cookie", format!("__Host-id={}", $cookie)), ("authorization", format!("Bearer {}", $bearer))]
        {
            let headers = [(headers.0, headers.1.as_str())];
            let own = Visitor::of(&customers).ask("GET /", &headers).await;
            assert_eq!((own.status, own.body.as_str()), (200, "customer 1, admin None"), "{}", $name);
            for (router_name, router) in &admins {
                let mut visitor = Visitor::of(router);
                assert_eq!(visitor.ask("GET /", &headers).await.status, 401, "{} {router_name}", $name);
                let maybe = visitor.ask("GET /maybe", &headers).await;
                // A token that does not count is an error on an optional route, too.
                let is_bearer = headers[0].0 == "authorization";
                assert_eq!(maybe.status, if is_bearer { 401 } else { 200 }, "{} {router_name}", $name);
                assert!(is_bearer || maybe.body == "admin None", "{} {router_name}: {}", $name, maybe.body);
            }
        }
    };
}

#[tokio::test]
async fn a_customer_is_never_an_admin_over_any_store() {
    for some in every_store().await {
        let clock = ManualClock::at(START);
        let app = stored::app(&clock, &some.store, |builder| builder, |builder| builder);
        let routers = stored::routers(&app);
        let mut visitor = Visitor::of(&routers[0].1);
        assert!(visitor.post("/log-in").await.is_ok());
        let cookie = visitor.cookie("__Host-id").unwrap().to_owned();
        let token = app.customers.issue_token(&stored::Customer { id: 1 }, Duration::from_secs(300)).unwrap();
        is_not_an_admin!(routers, cookie, token, some.name);
    }
}

// The sealing key is all that the two have in common.
#[tokio::test]
async fn a_stateless_cookie_of_a_customer_is_never_an_admins() {
    let clock = ManualClock::at(START);
    let nothing = ProbedStore::over(MemoryStore::new());
    let app = stateless::app(
        &clock,
        &nothing,
        |builder| builder.sealing_key(sealing_key()).index_key(index_key()),
        |builder| builder.sealing_key(sealing_key()).index_key(index_key()),
    );
    let routers = stateless::routers(&app);
    let mut visitor = Visitor::of(&routers[0].1);
    assert!(visitor.post("/log-in").await.is_ok());
    let cookie = visitor.cookie("__Host-id").unwrap().to_owned();
    let token = app.customers.issue_token(&stateless::Customer { id: 1 }, Duration::from_secs(300)).unwrap();
    is_not_an_admin!(routers, cookie, token, "stateless");
}

#[tokio::test]
async fn a_refresh_token_counts_in_its_realm_alone() {
    for some in every_store().await {
        let clock = ManualClock::at(START);
        let app = stored::app(&clock, &some.store, |builder| builder, |builder| builder);
        let options = TokenOptions::lasting(Duration::from_secs(300));
        let pair = app.customers.issue_pair(&stored::Customer { id: 1 }, &options).await.unwrap();
        let refused = app.admins.refresh(pair.refresh_token()).await.unwrap_err();
        assert_eq!(refused.kind(), GrantErrorKind::InvalidGrant, "{}", some.name);
        app.admins.revoke(pair.refresh_token()).await.unwrap();
        app.customers.refresh(pair.refresh_token()).await.unwrap();
    }
}

// `end_all` of the other realm's subject with the same id reaches nothing here.
#[tokio::test]
async fn ending_an_admins_sessions_leaves_the_customers() {
    for some in every_store().await.into_iter().filter(|some| some.store.promises().subject_index) {
        let clock = ManualClock::at(START);
        let app = stored::app(&clock, &some.store, |builder| builder, |builder| builder);
        let [(_, customers), ..] = stored::routers(&app);
        let mut visitor = Visitor::of(&customers);
        assert!(visitor.post("/log-in").await.is_ok());
        app.admins.end_all(&1).await.unwrap();
        assert_eq!(visitor.get("/").await.status, 200, "{}", some.name);
        app.customers.end_all(&1).await.unwrap();
        assert_eq!(visitor.get("/").await.status, 401, "{}", some.name);
    }
}
