//! The shop while nobody knows who is logged in.

use std::process::Command;

use tests::HttpProgram;
use tests::servers::redis::{REMEMBERING, redis};

use crate::chromium::Chromium;
use crate::town::COOKIE;

#[tokio::test(flavor = "multi_thread")]
async fn while_the_store_is_away_the_shop_says_so_in_its_own_look() {
    let Some(browser) = Chromium::open().await else { return };
    let Some(mut server) = redis(&REMEMBERING) else { return };
    let mut command = Command::new(env!("CARGO_BIN_EXE_shop"));
    command.env("PORT", "0").env("SHOP_STORE", format!("redis://{}", server.address()));
    let shop = HttpProgram::start(command.env("SHOP_KEY", "q83vEjRWeJASNFZ4kBI0VniQEjRWeJASNFZ4kBI0Vng="));
    let at = |path: &str| format!("http://{}{path}", shop.address());
    browser.go(&at("/login?next=/account")).await;
    browser.fill("username", "alice").await;
    browser.fill("password", "correct horse battery").await;
    browser.driver.find(thirtyfour::By::Css("main button")).await.unwrap().click().await.unwrap();
    browser.arrives_at("/account").await;
    let before = browser.cookie(COOKIE).await.unwrap().value;

    server.stop();
    for path in ["/account", "/basket", "/sessions", "/staff"] {
        browser.go(&at(path)).await;
        browser.arrives_under(&["Sessions cannot be looked up right now"]).await;
        let text = browser.text().await;
        assert!(text.contains("Policies") && text.contains("This is our fault and will pass."), "{path}: {text}");
        assert!(!text.contains("alice"));
    }
    browser.keep_picture("unavailable").await;
    assert_eq!(browser.cookie(COOKIE).await.unwrap().value, before, "nobody is logged out by it");

    server.start_again();
    for _ in 0..200 {
        browser.go(&at("/account")).await;
        if browser.text().await.contains("Hello, alice.") {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    assert!(browser.text().await.contains("Hello, alice."));
    browser.close().await;
}
