//! Two tabs of one browser.

use crate::chromium::Chromium;
use crate::town::Town;

#[tokio::test(flavor = "multi_thread")]
async fn logging_out_in_one_tab_is_logging_out_in_all() {
    let Some(browser) = Chromium::open().await else { return };
    let town = Town::open().await;
    town.log_in(&browser, "alice").await;
    let first = browser.driver.window().await.unwrap();
    let second = browser.driver.new_tab().await.unwrap();
    browser.driver.switch_to_window(second.clone()).await.unwrap();
    browser.go(&town.shop("/account")).await;
    assert!(browser.text().await.contains("Hello, alice."));

    browser.driver.switch_to_window(first).await.unwrap();
    browser.press("Log out").await;
    browser.arrives_at("/").await;
    browser.driver.switch_to_window(second).await.unwrap();
    browser.driver.refresh().await.unwrap();
    browser.arrives_at("/login?next=%2Faccount").await;
    browser.close().await;
}
