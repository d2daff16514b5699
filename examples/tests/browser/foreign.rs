//! What pages of other sites can do with a visitor's browser.

use crate::chromium::Chromium;
use crate::town::{COOKIE, Question, Town};

const REFUSED: &str = "The request came from another site";

#[tokio::test(flavor = "multi_thread")]
async fn forms_of_others_do_nothing() {
    let Some(browser) = Chromium::open().await else { return };
    let town = Town::open().await;
    town.log_in(&browser, "carol").await;
    let form = |path: &str, fields: &str| {
        format!("<form method=post action='{}'>{fields}<button>Win</button></form>", town.shop(path))
    };
    for html in [
        form("/logout", ""),
        form("/treasury/transfer", "<input name=to value=safe><input name=amount value=1>"),
        form("/treasury/confirm", "<input name=from value=till><input name=to value=safe><input name=amount value=1>"),
        form("/login", "<input name=username value=alice><input name=password value='correct horse battery'>"),
        form("/basket", "<input name=article value=Horse>"),
    ] {
        // With a form of a stranger, the browser sends no `SameSite=Lax` cookie: a page that demands one asks who that is.
        browser.go(&town.stranger(&html)).await;
        browser.press("Win").await;
        browser.arrives_under(&[REFUSED, "Log in"]).await;
        // With one of a sibling it does. A sibling is as foreign as a stranger: it may be somebody else's.
        browser.go(&town.sibling(&html)).await;
        browser.press("Win").await;
        browser.arrives_under(&[REFUSED]).await;
    }
    browser.go(&town.shop("/account")).await;
    assert!(browser.text().await.contains("Hello, carol."), "she is logged in still, and as herself");
    browser.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_from_elsewhere_finds_the_visitor_logged_in() {
    let Some(browser) = Chromium::open().await else { return };
    let town = Town::open().await;
    town.log_in(&browser, "alice").await;
    // `SameSite=Lax`: with a link that is followed, and with nothing else.
    browser.go(&town.stranger(&format!("<a href='{}'>Shop</a>", town.shop("/account")))).await;
    browser.follow("Shop").await;
    browser.arrives_at("/account").await;
    assert!(browser.text().await.contains("Hello, alice."));
    browser.close().await;
}

// `SameSite=Lax`: an image of a stranger is asked for without the cookie, and that of a sibling is none.
#[tokio::test(flavor = "multi_thread")]
async fn an_image_elsewhere_shows_and_changes_nothing() {
    let Some(browser) = Chromium::open().await else { return };
    let town = Town::open().await;
    town.log_in(&browser, "alice").await;
    let before = browser.cookie(COOKIE).await.unwrap().value;
    town.take_asked();
    let image = |path: &str| format!("<img src='{}'>", town.shop(path));
    for (page, with_cookie, account) in
        [(town.stranger(&image("/account")), false, 401), (town.sibling(&image("/account")), true, 200)]
    {
        browser.go(&page).await;
        let asked = Question { path: "/account".to_owned(), with_cookie, status: account };
        assert_eq!(town.take_asked(), [asked]);
        let drawn = browser.driver.execute("return document.images[0].naturalWidth", vec![]).await.unwrap();
        assert_eq!(drawn.json().as_u64(), Some(0));
    }
    // What does something is no `GET`.
    for path in ["/logout", "/sessions/end-all", "/basket/remove", "/staff/account"] {
        for page in [town.stranger(&image(path)), town.sibling(&image(path))] {
            browser.go(&page).await;
            assert_eq!(town.take_asked()[..].first().unwrap().status, 405, "{path}");
        }
    }
    browser.go(&town.shop("/account")).await;
    assert!(browser.text().await.contains("Hello, alice."));
    assert_eq!(browser.cookie(COOKIE).await.unwrap().value, before);
    browser.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_of_the_shop_is_shown_inside_of_others() {
    let Some(browser) = Chromium::open().await else { return };
    let town = Town::open().await;
    town.log_in(&browser, "alice").await;
    let frame = format!("<iframe src='{}'></iframe>", town.shop("/account"));
    for page in [town.stranger(&frame), town.sibling(&frame)] {
        browser.go(&page).await;
        browser.driver.enter_frame(0).await.unwrap();
        assert!(!browser.text().await.contains("alice"), "{}", browser.text().await);
        browser.driver.enter_default_frame().await.unwrap();
    }
    browser.close().await;
}

// RFC 6265bis 4.1.3.2: a cookie with this prefix is set by the host itself or by nobody.
#[tokio::test(flavor = "multi_thread")]
async fn a_sibling_cannot_plant_the_sessions_cookie() {
    let Some(browser) = Chromium::open().await else { return };
    let town = Town::open().await;
    browser.go(&town.sibling("")).await;
    for attributes in ["; Domain=shop.localhost; Path=/; Secure", "; Domain=shop.localhost; Path=/", "; Path=/; Secure"]
    {
        let script =
            format!("document.cookie = '{COOKIE}=planted{attributes}'; document.cookie = 'other=1{attributes}'");
        browser.driver.execute(script, vec![]).await.unwrap();
    }
    assert_eq!(browser.cookie(COOKIE).await.map(|cookie| cookie.value).as_deref(), Some("planted"), "on itself it may");
    browser.go(&town.shop("/")).await;
    assert!(browser.cookie(COOKIE).await.is_none());
    assert!(browser.cookie("other").await.is_some(), "without the prefix it could");
    browser.close().await;
}
