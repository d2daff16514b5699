//! What a visitor takes along, and what a page says once.

use axum::http::StatusCode;

use crate::site::{PASSWORD, Site};

#[tokio::test]
async fn a_basket_is_filled_by_nobody_and_kept_at_the_log_in() {
    let site = Site::open();
    let mut visitor = site.browser();
    assert_eq!(visitor.post("/basket", "article=Horse").await.destination(), Some("/basket"));
    let before = visitor.cookie.clone();
    assert!(before.is_some(), "from the first article on");
    assert_eq!(visitor.post("/basket", "article=Horse").await.destination(), Some("/basket"));
    let page = visitor.get("/basket").await.body;
    assert!(page.contains("<th scope=\"row\">Horse</th><td>2</td><td>1960.00</td>"), "{page}");
    assert!(page.contains("Horse is in your basket."));
    assert!(!visitor.get("/basket").await.body.contains("is in your basket"), "it is said once");

    visitor.log_in("alice").await;
    assert_ne!(visitor.cookie, before, "a new id");
    assert!(visitor.get("/basket").await.body.contains("<td>2</td>"));
    assert_eq!(visitor.post("/basket/remove", "article=Horse").await.destination(), Some("/basket"));
    assert!(visitor.get("/basket").await.body.contains("There is nothing in it."));
}

#[tokio::test]
async fn a_basket_goes_with_its_owner() {
    let site = Site::open();
    let mut visitor = site.browser();
    visitor.log_in("alice").await;
    visitor.post("/basket", "article=Staple").await;
    // Whoever comes next on this device does not see it.
    visitor.log_in("bob").await;
    assert!(visitor.get("/basket").await.body.contains("There is nothing in it."));
    visitor.post("/basket", "article=Battery").await;
    visitor.post("/logout", "").await;
    assert!(visitor.get("/basket").await.body.contains("There is nothing in it."));
}

#[tokio::test]
async fn what_is_not_sold_is_not_put_into_a_basket() {
    let site = Site::open();
    let mut visitor = site.browser();
    for form in ["article=Moon", "article=%3Cb%3E"] {
        assert_eq!(visitor.post("/basket", form).await.destination(), Some("/basket"));
    }
    assert_eq!(visitor.post("/basket", "x=y").await.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(visitor.cookie, None);
    assert_eq!(visitor.forged_post("/basket", "article=Horse").await.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn who_is_remembered_stays_for_thirty_days() {
    let site = Site::open();
    let login = format!("username=alice&password={PASSWORD}&next=/sessions");
    let (mut remembered, mut other) = (site.browser(), site.browser());
    let answer = remembered.post("/login", &format!("{login}&remember=on")).await;
    assert!(answer.header("set-cookie").unwrap().contains("; Max-Age=2592000"));
    assert!(!other.post("/login", &login).await.header("set-cookie").unwrap().contains("Max-Age"));
    site.pass(13 * 60);
    assert_eq!(remembered.get("/sessions").await.status, StatusCode::OK);
    assert_eq!(other.get("/sessions").await.destination(), Some("/login?next=%2Fsessions"));
    // It says nothing of who sits there now.
    assert_eq!(remembered.get("/account").await.destination(), Some("/login?next=%2Faccount"));
    site.pass(30 * 24 * 60 - 13 * 60);
    assert_eq!(remembered.get("/sessions").await.destination(), Some("/login?next=%2Fsessions"));
}

#[tokio::test]
async fn whoever_guesses_has_to_wait() {
    let site = Site::open();
    let mut visitor = site.browser();
    for name in ["alice", "nobody"] {
        for attempt in 0..20 {
            let answer = visitor.post("/login", &format!("username={name}&password=guess{attempt}")).await;
            assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{attempt}");
        }
        let answer = visitor.post("/login", &format!("username={name}&password={PASSWORD}")).await;
        assert_eq!((answer.status, answer.header("retry-after")), (StatusCode::TOO_MANY_REQUESTS, Some("31")));
    }
    // Somebody else is not held up by it.
    visitor.log_in("bob").await;
    site.pass(1);
    visitor.log_in("alice").await;
}
