//! Money moves after a look at what was filled in, and what was filled in outlasts the question for the password.

use axum::http::StatusCode;

use crate::site::{Answer, Browser, PASSWORD, Site};

const FORM: &str = "/treasury/transfer?from=safe";
const CONFIRM: &str = "/treasury/confirm?from=safe";

async fn carol(site: &Site) -> Browser<'_> {
    let mut carol = site.browser();
    carol.log_in("carol").await;
    carol
}

/// What is to be confirmed on a page, as its form sends it.
fn form_of(page: &str) -> String {
    let value = |name: &str| {
        let (_, rest) = page.split_once(&format!(r#"name="{name}" value=""#)).unwrap();
        rest.split('"').next().unwrap()
    };
    ["_confirm", "from", "to", "amount"].map(|name| format!("{name}={}", value(name))).join("&")
}

async fn prepared(carol: &mut Browser<'_>, form: &str) -> Answer {
    assert_eq!(carol.post(FORM, form).await.destination(), Some(CONFIRM));
    carol.get(CONFIRM).await
}

async fn gives_password(carol: &mut Browser<'_>, next: &str) -> Answer {
    carol.post("/reauthenticate", &format!("password={PASSWORD}&next={next}")).await
}

#[tokio::test]
async fn money_moves_only_just_after_the_password() {
    let site = Site::open();
    let mut carol = carol(&site).await;
    assert!(carol.get("/treasury/transfer").await.body.contains("314.15"));

    site.pass(6);
    let asked = carol.get(FORM).await;
    assert_eq!(asked.destination(), Some("/reauthenticate?next=%2Ftreasury%2Ftransfer%3Ffrom%3Dsafe"));
    assert_eq!(carol.get("/staff").await.status, StatusCode::OK, "staff need no fresh password");

    let next = "next=%2Ftreasury%2Ftransfer%3Ffrom%3Dsafe";
    let wrong = carol.post("/reauthenticate", &format!("password=wrong&{next}")).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    let before = carol.cookie.clone();
    let right = carol.post("/reauthenticate", &format!("password={PASSWORD}&{next}")).await;
    assert_eq!(right.destination(), Some(FORM));
    assert_ne!(carol.cookie, before, "a new id");

    let unasked = carol.post(CONFIRM, "from=safe&to=till&amount=0.85").await;
    assert_eq!(unasked.status, StatusCode::FORBIDDEN, "not from the page that shows what will be done");
    let page = prepared(&mut carol, "to=till&amount=0.85").await;
    assert!(page.body.contains("Move <strong>0.85</strong> from <strong>safe</strong> to <strong>till</strong>?"));
    let form = form_of(&page.body);
    assert_eq!(carol.post(CONFIRM, &form).await.destination(), Some(FORM));
    let again = carol.post(CONFIRM, &form).await;
    assert_eq!(again.status, StatusCode::FORBIDDEN, "a form is sent once");
    assert!(again.body.contains("<h1>This needs to be confirmed</h1>"), "{}", again.body);
    let after = carol.get(FORM).await.body;
    assert!(after.contains("0.85 moved from safe to till."), "{after}");
    assert!(after.contains("315.00") && after.contains("2499.15") && !after.contains(r#"value="0.85""#), "{after}");
    assert_eq!(carol.get(CONFIRM).await.destination(), Some(FORM), "there is nothing left to confirm");
}

#[tokio::test]
async fn a_form_outlasts_the_question_for_the_password() {
    let site = Site::open();
    let mut carol = carol(&site).await;
    assert!(carol.get(FORM).await.body.contains("<h2>From safe</h2>"));
    site.pass(20);
    // Filling it in took long: it is kept, and the password is asked for before it is shown again.
    assert_eq!(carol.post(FORM, "to=till&amount=0.85").await.destination(), Some(CONFIRM));
    let asked = carol.get(CONFIRM).await;
    assert_eq!(asked.destination(), Some("/reauthenticate?next=%2Ftreasury%2Fconfirm%3Ffrom%3Dsafe"));
    let next = gives_password(&mut carol, "%2Ftreasury%2Fconfirm%3Ffrom%3Dsafe").await;
    assert_eq!(next.destination(), Some(CONFIRM));
    let page = carol.get(CONFIRM).await.body;
    assert!(page.contains("<strong>0.85</strong>"), "{page}");
    assert!(carol.get(FORM).await.body.contains("2500.00"), "nothing has moved by that");

    // And once more before the button is pressed.
    site.pass(6);
    let interrupted = carol.post(CONFIRM, &form_of(&page)).await;
    assert_eq!(interrupted.destination(), Some("/reauthenticate?next=/treasury/confirm"));
    let next = gives_password(&mut carol, "/treasury/confirm").await;
    assert_eq!(next.destination(), Some("/treasury/confirm"));
    assert_eq!(carol.get("/treasury/confirm").await.destination(), Some(CONFIRM), "the fund that it is about");
    let page = carol.get(CONFIRM).await.body;
    let prefilled = carol.get(FORM).await.body;
    assert!(prefilled.contains(r#"value="0.85""#) && prefilled.contains("<option selected>till"), "{prefilled}");
    assert!(prefilled.contains("2500.00"), "nothing was sent a second time");
    assert_eq!(carol.post(CONFIRM, &form_of(&page)).await.destination(), Some(FORM));
    assert!(carol.get(FORM).await.body.contains("2499.15"));
}

#[tokio::test]
async fn what_is_confirmed_is_what_was_shown() {
    let site = Site::open();
    let mut carol = carol(&site).await;
    let form = form_of(&prepared(&mut carol, "to=till&amount=1").await.body);
    for (shown, sent) in [("amount=1.00", "amount=100.00"), ("to=till", "to=payroll"), ("from=safe", "from=till")] {
        assert!(form.contains(shown), "{form}");
        let refused = carol.post(CONFIRM, &form.replace(shown, sent)).await;
        assert_eq!(refused.status, StatusCode::FORBIDDEN, "{sent}");
    }
    let elsewhere = carol.post("/treasury/confirm?from=till", &form).await;
    assert_eq!(elsewhere.status, StatusCode::UNPROCESSABLE_ENTITY, "the token was used for another address");
    // Another tab fills in something else meanwhile: the button does what stands beside it.
    let form = form_of(&prepared(&mut carol, "to=till&amount=1").await.body);
    prepared(&mut carol, "to=payroll&amount=1000").await;
    assert_eq!(carol.post(CONFIRM, &form).await.destination(), Some(FORM));
    assert!(carol.get(FORM).await.body.contains("2499.00"));
}

#[tokio::test]
async fn a_form_is_kept_for_its_own_visitor_alone() {
    let site = Site::open();
    let mut carol = carol(&site).await;
    prepared(&mut carol, "to=till&amount=0.85").await;
    let elsewhere = {
        let mut elsewhere = site.browser();
        elsewhere.log_in("carol").await;
        elsewhere.get(CONFIRM).await
    };
    assert_eq!(elsewhere.destination(), Some(FORM), "not in another session of hers, either");
    // Whoever comes next in this browser, even if it is she.
    carol.log_in("bob").await;
    assert_eq!(carol.get(CONFIRM).await.status, StatusCode::FORBIDDEN);
    carol.log_in("carol").await;
    assert_eq!(carol.get(CONFIRM).await.destination(), Some(FORM));
    prepared(&mut carol, "to=till&amount=0.85").await;
    carol.post("/logout", "").await;
    carol.log_in("carol").await;
    assert_eq!(carol.get(CONFIRM).await.destination(), Some(FORM));
    assert!(!carol.get(FORM).await.body.contains("0.85"));
}

#[tokio::test]
async fn what_cannot_be_done_is_shown_again_and_not_kept() {
    let site = Site::open();
    let mut carol = carol(&site).await;
    for (form, advice) in [
        ("to=till&amount=1e9", "Write an amount"),
        ("to=till&amount=%22%3E%3Cb%3E", "Write an amount"),
        ("to=moon&amount=1", "Choose the fund"),
        ("to=safe&amount=1", "Choose another fund"),
        ("to=till&amount=2500.01", "There is not that much"),
        ("", "Write an amount"),
    ] {
        let again = carol.post(FORM, form).await;
        // Without a content type it is no form at all.
        let expected =
            if form.is_empty() { StatusCode::UNSUPPORTED_MEDIA_TYPE } else { StatusCode::UNPROCESSABLE_ENTITY };
        assert_eq!(again.status, expected, "{form}");
        assert!(form.is_empty() || again.body.contains(advice), "{form}: {}", again.body);
        assert!(!again.body.contains("<b>"));
        assert_eq!(carol.get(CONFIRM).await.destination(), Some(FORM), "{form}");
    }
    // It could be done when it was filled in, and cannot any more.
    let form = form_of(&prepared(&mut carol, "to=till&amount=2500").await.body);
    let less = form_of(&prepared(&mut carol, "to=till&amount=1").await.body);
    assert_eq!(carol.post(CONFIRM, &less).await.destination(), Some(FORM));
    let again = carol.post(CONFIRM, &form).await;
    assert_eq!(again.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        again.body.contains("There is not that much") && again.body.contains(r#"value="2500.00""#),
        "{}",
        again.body
    );
}
