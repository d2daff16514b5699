//! Web sockets, which no rule of browsers keeps from crossing sites.

use std::time::{Duration, Instant};

use crate::chromium::Chromium;
use crate::town::{Question, Town};

const SOCKET: &str = "/account/watch/socket";

/// Opens a web socket from the page that is shown, and answers with the first thing that happens to it.
async fn open(browser: &Chromium, address: &str) -> String {
    let script = "const [address, done] = arguments;
        const socket = new WebSocket(address);
        socket.onmessage = () => done('opened');
        socket.onclose = (close) => done(`closed by ${close.code}`);";
    let answer = browser.driver.execute_async(script, vec![address.into()]).await.unwrap();
    answer.json().as_str().unwrap().to_owned()
}

// ASVS 4.4.2
#[tokio::test(flavor = "multi_thread")]
async fn pages_of_others_open_none() {
    let Some(browser) = Chromium::open().await else { return };
    let town = Town::open().await;
    town.log_in(&browser, "alice").await;
    town.take_asked();
    let asked = |with_cookie, status| [Question { path: SOCKET.to_owned(), with_cookie, status }];
    // Of a stranger, `SameSite=Lax` keeps the cookie back; of a sibling, which gets it, the forgery check keeps the door shut.
    for (page, expected) in [(town.stranger(""), asked(false, 401)), (town.sibling(""), asked(true, 403))] {
        browser.go(&page).await;
        assert_eq!(open(&browser, &town.socket(SOCKET)).await, "closed by 1006");
        assert_eq!(town.take_asked(), expected);
    }
    browser.go(&town.shop("/account/watch")).await;
    town.take_asked();
    assert_eq!(open(&browser, &town.socket(SOCKET)).await, "opened");
    assert!(town.take_asked().contains(&asked(true, 101)[0]));
    browser.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_says_that_the_session_was_ended_in_another_tab() {
    let Some(browser) = Chromium::open().await else { return };
    let town = Town::open().await;
    town.log_in(&browser, "alice").await;
    browser.go(&town.shop("/account/watch")).await;
    browser.says("state", "Open until ").await;
    browser.press("I am still here").await;
    browser.keep_picture("watch").await;
    let watching = browser.driver.window().await.unwrap();
    let other = browser.driver.new_tab().await.unwrap();
    browser.driver.switch_to_window(other).await.unwrap();
    browser.go(&town.shop("/sessions")).await;
    browser.press("End all, this one included").await;
    browser.arrives_at("/").await;
    let ended = Instant::now();
    browser.driver.switch_to_window(watching).await.unwrap();
    browser.says("state", "Your session has ended. ").await;
    let took = ended.elapsed();
    println!("the page has said so after {took:?}");
    // Ten seconds between two looks, and what a browser and those who look at it take.
    assert!(took <= Duration::from_secs(12), "{took:?}");
    browser.keep_picture("watch-ended").await;
    browser.follow("Log in").await;
    browser.arrives_at("/login").await;
    browser.close().await;
}
