//! Somebody shops.

use thirtyfour::SameSite;

use crate::chromium::Chromium;
use crate::town::{COOKIE, Town};

#[tokio::test(flavor = "multi_thread")]
async fn a_visitor_fills_a_basket_logs_in_and_leaves() {
    let Some(browser) = Chromium::open().await else { return };
    let town = Town::open().await;

    browser.go(&town.shop("/")).await;
    assert!(browser.cookie(COOKIE).await.is_none(), "nobody gets a cookie by looking around");
    browser.keep_picture("home").await;
    browser.driver.set_window_rect(0, 0, 390, 800).await.unwrap();
    browser.keep_picture("home-on-a-phone").await;
    browser.driver.set_window_rect(0, 0, 1000, 800).await.unwrap();
    browser.press("Add").await;
    browser.arrives_at("/basket").await;
    assert!(browser.text().await.contains("Correct is in your basket."));
    let before = browser.cookie(COOKIE).await.unwrap();
    assert_eq!((before.secure, before.http_only, before.path.as_deref()), (Some(true), Some(true), Some("/")));
    assert!(matches!(before.same_site, Some(SameSite::Lax)));
    assert_eq!(before.expiry, None);
    browser.keep_picture("basket").await;

    browser.follow("Account").await;
    browser.arrives_at("/login?next=%2Faccount").await;
    browser.keep_picture("login").await;
    town.give_password(&browser, "alice").await;
    browser.arrives_at("/account").await;
    assert!(browser.text().await.contains("Hello, alice."));
    assert_ne!(browser.cookie(COOKIE).await.unwrap().value, before.value, "a new id");
    browser.keep_picture("account").await;
    browser.follow("Basket").await;
    browser.arrives_at("/basket").await;
    assert!(browser.text().await.contains("Correct"), "what was in it is taken along");
    browser.follow("Account").await;
    browser.arrives_at("/account").await;
    browser.follow("Where you are logged in").await;
    browser.arrives_at("/sessions").await;
    assert!(browser.text().await.contains("This one"));
    browser.keep_picture("sessions").await;

    browser.press("Log out").await;
    browser.arrives_at("/").await;
    assert!(browser.cookie(COOKIE).await.is_none(), "the browser has forgotten it");
    // The button that goes back finds nothing that was kept.
    for _ in 0..2 {
        browser.driver.back().await.unwrap();
        browser.arrives_under(&["Log in"]).await;
        assert!(!browser.text().await.contains("alice"));
    }
    browser.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn money_moves_after_the_password_was_given_again() {
    let Some(browser) = Chromium::open().await else { return };
    let town = Town::open().await;
    town.log_in(&browser, "carol").await;
    town.pass(6);
    browser.follow("Treasury").await;
    browser.arrives_at("/reauthenticate?next=%2Ftreasury%2Ftransfer").await;
    browser.keep_picture("reauthenticate").await;
    let before = browser.cookie(COOKIE).await.unwrap();
    browser.fill("password", "correct horse battery").await;
    browser.press("Confirm").await;
    browser.arrives_at("/treasury/transfer").await;
    assert_ne!(browser.cookie(COOKIE).await.unwrap().value, before.value, "a new id");
    browser.keep_picture("treasury").await;

    // A form that took long to fill in is there when the password has been given, and nothing is done by giving it.
    browser.fill("amount", "14.15").await;
    town.pass(20);
    browser.press("Go on").await;
    browser.arrives_at("/reauthenticate?next=%2Ftreasury%2Fconfirm%3Ffrom%3Dtill").await;
    browser.fill("password", "correct horse battery").await;
    browser.press("Confirm").await;
    browser.arrives_at("/treasury/confirm?from=till").await;
    assert!(browser.text().await.contains("Move 14.15 from till to payroll?"));
    browser.keep_picture("confirm").await;
    browser.follow("Change it").await;
    browser.arrives_at("/treasury/transfer?from=till").await;
    assert!(browser.text().await.contains("314.15"), "nothing has moved");
    browser.press("Go on").await;
    browser.arrives_at("/treasury/confirm?from=till").await;
    // And once more, with the finger on the button.
    town.pass(6);
    browser.press("Move").await;
    browser.arrives_at("/reauthenticate?next=/treasury/confirm").await;
    browser.fill("password", "correct horse battery").await;
    browser.press("Confirm").await;
    browser.arrives_at("/treasury/confirm").await;
    browser.press("Move").await;
    browser.arrives_at("/treasury/transfer?from=till").await;
    let page = browser.text().await;
    assert!(page.contains("14.15 moved from till to payroll.") && page.contains("300.00"), "{page}");
    browser.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_wants_to_be_remembered_is() {
    let Some(browser) = Chromium::open().await else { return };
    let town = Town::open().await;
    browser.go(&town.shop("/login?next=/account")).await;
    browser.driver.find(thirtyfour::By::Name("remember")).await.unwrap().click().await.unwrap();
    town.give_password(&browser, "alice").await;
    browser.arrives_at("/account").await;
    let cookie = browser.cookie(COOKIE).await.unwrap();
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs();
    let lasts = u64::try_from(cookie.expiry.unwrap()).unwrap() - now;
    assert!((30 * 86_400 - 120..=30 * 86_400).contains(&lasts), "{lasts}");
    browser.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn refusals_have_pages() {
    let Some(browser) = Chromium::open().await else { return };
    let town = Town::open().await;
    browser.go(&town.shop("/nowhere")).await;
    browser.arrives_under(&["Not Found"]).await;
    town.log_in(&browser, "alice").await;
    browser.follow("Staff").await;
    browser.arrives_under(&["This is for other roles"]).await;
    browser.keep_picture("refused").await;
    browser.close().await;
}
