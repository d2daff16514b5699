//! People in front of a browser.

use axum::http::StatusCode;

use crate::site::{PASSWORD, Site};

#[tokio::test]
async fn a_visitor_logs_in_on_the_way_and_arrives() {
    let site = Site::open();
    let mut alice = site.browser();
    let sent = alice.get("/account?tab=orders").await;
    assert_eq!(sent.destination(), Some("/login?next=%2Faccount%3Ftab%3Dorders"));
    let form = alice.get(sent.destination().unwrap()).await;
    assert!(form.body.contains(r#"name="next" value="/account?tab=orders""#), "{}", form.body);

    let login = format!("username=alice&password={PASSWORD}&next=%2Faccount%3Ftab%3Dorders");
    assert_eq!(alice.post("/login", &login).await.destination(), Some("/account?tab=orders"));
    assert!(alice.get("/account").await.body.contains("Hello, alice."));

    let cookie = alice.cookie.clone();
    assert_eq!(alice.post("/logout", "").await.destination(), Some("/"));
    assert_eq!(alice.cookie, None);
    alice.cookie = cookie;
    assert_eq!(alice.get("/account").await.destination(), Some("/login?next=%2Faccount"));
}

#[tokio::test]
async fn a_wrong_password_shows_the_form_again() {
    let site = Site::open();
    let mut visitor = site.browser();
    for login in ["username=alice&password=wrong&next=/staff", "username=alice", "username=%22%3E%3Cb%3E&password=x"] {
        let again = visitor.post("/login", login).await;
        assert_eq!(again.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(again.body.contains("do not go together"));
        assert!(!again.body.contains("<b>"));
        assert_eq!(visitor.cookie, None);
    }
    let again = visitor.post("/login", "username=alice&password=wrong&next=/staff").await;
    assert!(again.body.contains(r#"value="/staff""#) && again.body.contains(r#"value="alice""#));
}

#[tokio::test]
async fn nobody_is_sent_to_another_site() {
    let site = Site::open();
    let mut alice = site.browser();
    let login = format!("username=alice&password={PASSWORD}&next=//evil.example");
    assert_eq!(alice.post("/login", &login).await.destination(), Some("/"));
}

#[tokio::test]
async fn a_visit_extends_the_account_and_a_heartbeat_does_not() {
    let site = Site::open();
    let mut alice = site.browser();
    alice.log_in("alice").await;
    for _ in 0..3 {
        site.pass(14);
        assert_eq!(alice.get("/account").await.status, StatusCode::OK);
    }
    site.pass(14);
    assert_eq!(alice.get("/heartbeat").await.status, StatusCode::OK);
    site.pass(2);
    assert_eq!(alice.get("/account").await.destination(), Some("/login?next=%2Faccount"));
    assert_eq!(alice.get("/heartbeat").await.json()["username"], "alice", "the session itself is good");
}

#[tokio::test]
async fn the_back_room_is_for_staff() {
    let site = Site::open();
    let mut visitor = site.browser();
    assert_eq!(visitor.get("/staff").await.destination(), Some("/login?next=%2Fstaff"));
    visitor.log_in("alice").await;
    let refused = visitor.get("/staff").await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    assert!(refused.body.contains("<h1>This is for other roles</h1>"));
    visitor.log_in("bob").await;
    assert!(visitor.get("/staff").await.body.contains("bob"));
    assert_eq!(visitor.get("/treasury/transfer").await.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn a_fund_is_moved_by_who_keeps_it() {
    let site = Site::open();
    let mut carol = site.browser();
    carol.log_in("carol").await;
    for (path, fund) in
        ["/treasury/transfer", "/treasury/confirm"].map(|path| ["payroll", "moon"].map(|fund| (path, fund))).concat()
    {
        let refused = carol.post(&format!("{path}?from={fund}"), "to=till&amount=1").await;
        assert_eq!(refused.status, StatusCode::FORBIDDEN, "{path} {fund}");
        assert!(refused.body.contains("Not your fund"));
    }
}

#[tokio::test]
async fn another_site_posts_no_forms_here() {
    let site = Site::open();
    let mut carol = site.browser();
    carol.log_in("carol").await;
    let posts = [
        ("/logout", String::new()),
        ("/login", format!("username=alice&password={PASSWORD}")),
        ("/reauthenticate", format!("password={PASSWORD}")),
        ("/treasury/transfer", "to=safe&amount=1".to_owned()),
        ("/treasury/confirm", "from=till&to=safe&amount=1".to_owned()),
    ];
    for (path, form) in posts {
        let refused = carol.forged_post(path, &form).await;
        assert_eq!(refused.status, StatusCode::FORBIDDEN, "{path}");
        assert!(refused.body.contains("<h1>The request came from another site</h1>"), "{path}");
    }
    assert!(carol.get("/treasury/transfer").await.body.contains("314.15"));
    assert_eq!(
        carol.get("/treasury/confirm").await.destination(),
        Some("/treasury/transfer?from=till"),
        "nothing is kept"
    );
}

#[tokio::test]
async fn everybody_may_look_around() {
    let site = Site::open();
    let mut visitor = site.browser();
    for path in ["/", "/basket", "/login", "/policies"] {
        assert_eq!(visitor.get(path).await.status, StatusCode::OK, "{path}");
    }
    assert_eq!(visitor.get("/nowhere").await.status, StatusCode::NOT_FOUND);
    assert_eq!(visitor.get("/logout").await.status, StatusCode::METHOD_NOT_ALLOWED);
    let table = visitor.get("/policies").await.body;
    for line in examples::shop::policies().to_string().lines() {
        let line = line.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;");
        assert!(table.contains(&line.replace('\'', "&#39;")), "{line}");
    }
    assert_eq!(visitor.cookie, None, "nobody gets a session by looking around");
}
