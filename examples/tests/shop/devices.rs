//! Where a visitor is logged in, and what becomes of accounts.

use axum::http::StatusCode;

use crate::site::Site;

/// The handles that the page offers to end, in its order.
fn handles(page: &str) -> Vec<&str> {
    page.split(r#"name="session" value=""#).skip(1).map(|rest| rest.split_once('"').unwrap().0).collect()
}

#[tokio::test]
async fn a_visitor_sees_where_they_are_logged_in_and_ends_it_there() {
    let site = Site::open();
    let [mut phone, mut laptop, mut kiosk] = [(); 3].map(|()| site.browser());
    phone.user_agent = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Safari/604.1";
    laptop.user_agent = "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0";
    for browser in [&mut phone, &mut laptop, &mut kiosk] {
        browser.log_in("alice").await;
        site.pass(1);
    }
    let page = laptop.get("/sessions").await.body;
    for expected in ["Safari on iPhone", "Firefox on Linux", "Unknown device", "This one"] {
        assert_eq!(
            page.matches(&format!("\">{expected}<")).count() + page.matches(&format!("<td>{expected}<")).count(),
            1,
            "{expected}: {page}"
        );
    }
    let [_, of_phone] = handles(&page)[..] else { panic!("the newest first: {page}") };

    let ended = laptop.post("/sessions/end", &format!("session={of_phone}")).await;
    assert_eq!(ended.destination(), Some("/sessions"));
    assert_eq!(phone.get("/account").await.destination(), Some("/login?next=%2Faccount"));
    assert_eq!(kiosk.get("/account").await.status, StatusCode::OK);

    assert_eq!(laptop.post("/sessions/end-others", "").await.destination(), Some("/sessions"));
    assert_eq!(kiosk.get("/account").await.destination(), Some("/login?next=%2Faccount"));
    assert!(handles(&laptop.get("/sessions").await.body).is_empty());

    phone.log_in("alice").await;
    assert_eq!(laptop.post("/sessions/end-all", "").await.destination(), Some("/"));
    assert_eq!(laptop.cookie, None);
    assert_eq!(phone.get("/account").await.destination(), Some("/login?next=%2Faccount"));
}

#[tokio::test]
async fn nobody_ends_the_sessions_of_somebody_else() {
    let site = Site::open();
    let [mut alice, mut other, mut bob] = [(); 3].map(|()| site.browser());
    alice.log_in("alice").await;
    other.log_in("alice").await;
    bob.log_in("bob").await;
    let page = alice.get("/sessions").await.body;
    let stolen = format!("session={}", handles(&page)[0]);
    assert_eq!(bob.post("/sessions/end", &stolen).await.destination(), Some("/sessions"));
    assert_eq!(other.get("/account").await.status, StatusCode::OK);
    for hostile in ["session=", "session=%00", "session=x", ""] {
        assert!(bob.post("/sessions/end", hostile).await.status.is_client_error(), "{hostile}");
    }
}

#[tokio::test]
async fn a_password_of_some_time_ago_ends_no_sessions() {
    let site = Site::open();
    let mut alice = site.browser();
    alice.log_in("alice").await;
    site.pass(14);
    assert_eq!(alice.get("/account").await.status, StatusCode::OK);
    site.pass(2);
    assert_eq!(alice.get("/sessions").await.status, StatusCode::OK);
    for path in ["/sessions/end-others", "/sessions/end-all"] {
        assert_eq!(alice.post(path, "").await.destination(), Some("/reauthenticate?next=/sessions"));
    }
}

#[tokio::test]
async fn a_role_that_is_taken_away_is_gone_a_minute_later() {
    let site = Site::open();
    let [mut bob, mut carol] = [(); 2].map(|()| site.browser());
    bob.log_in("bob").await;
    carol.log_in("carol").await;
    assert!(carol.get("/staff").await.body.contains("Make bob a customer"));
    assert_eq!(bob.post("/staff/account", "username=carol&change=close").await.status, StatusCode::FORBIDDEN);
    assert_eq!(carol.post("/staff/account", "username=bob&change=customer").await.destination(), Some("/staff"));
    assert_eq!(bob.get("/staff").await.status, StatusCode::OK, "what was known counts for a minute");
    site.pass(1);
    assert_eq!(bob.get("/staff").await.status, StatusCode::FORBIDDEN);
    assert_eq!(bob.get("/account").await.status, StatusCode::OK);
}

#[tokio::test]
async fn the_session_of_a_closed_account_ends() {
    let site = Site::open();
    let [mut alice, mut carol] = [(); 2].map(|()| site.browser());
    alice.log_in("alice").await;
    carol.log_in("carol").await;
    assert_eq!(carol.post("/staff/account", "username=alice&change=close").await.destination(), Some("/staff"));
    site.pass(1);
    assert_eq!(alice.get("/account").await.destination(), Some("/login?next=%2Faccount"));
    assert!(!carol.get("/staff").await.body.contains("alice"));
}
