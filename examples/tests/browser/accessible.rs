//! What everybody can read and reach: with a keyboard, on a phone, in the dark, and without a script.

use thirtyfour::prelude::*;

use crate::chromium::Chromium;
use crate::town::Town;

/// Everything that is wrong with the page that is shown, in words (WCAG 2.2: 1.3.1, 1.4.3, 1.4.10, 1.4.11, 2.4.2, 3.1.1, 4.1.2).
const MISTAKES: &str = r#"
    const mistakes = [];
    const shown = (element) => element.getClientRects().length > 0;
    const name = (element) => (element.getAttribute("aria-label") || element.textContent).trim();
    const channels = (color) => color.match(/[\d.]+/g).map(Number);
    const luminance = (color) => {
        const [r, g, b] = channels(color).map((c) => c / 255).map((c) => c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
        return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    const contrast = (one, other) => {
        const [dark, light] = [luminance(one), luminance(other)].sort((a, b) => a - b);
        return (light + 0.05) / (dark + 0.05);
    };
    const behind = (element) => {
        for (let at = element; at; at = at.parentElement) {
            const color = getComputedStyle(at).backgroundColor;
            if (channels(color)[3] !== 0) return color;
        }
        return "rgb(255, 255, 255)";
    };
    if (!document.documentElement.lang) mistakes.push("no language");
    if (document.title.length < 8) mistakes.push("no title");
    if (document.querySelectorAll("h1").length !== 1) mistakes.push("not one heading");
    if (document.scripts.length > 0) mistakes.push("a script");
    for (const field of document.querySelectorAll("input:not([type=hidden]), select")) {
        if (!field.labels.length || !name(field.labels[0])) mistakes.push(`no label: ${field.name}`);
    }
    for (const element of document.querySelectorAll("a, button, th, caption")) {
        if (!name(element)) mistakes.push(`no name: ${element.outerHTML}`);
    }
    if (document.scrollingElement.scrollWidth > innerWidth) mistakes.push(`wider than ${innerWidth}`);
    for (const scheme of ["light", "dark"]) {
        document.documentElement.style.colorScheme = scheme;
        for (const element of document.body.querySelectorAll("*")) {
            const style = getComputedStyle(element);
            const text = [...element.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.data.trim());
            if (text && shown(element) && contrast(style.color, behind(element)) < 4.5) {
                mistakes.push(`${scheme}: cannot be read: ${element.outerHTML}`);
            }
            if (element.matches("input:not([type=hidden], [type=checkbox]), select") &&
                contrast(style.borderTopColor, behind(element.parentElement)) < 3) {
                mistakes.push(`${scheme}: cannot be seen: ${element.name}`);
            }
        }
    }
    document.documentElement.style.colorScheme = "";
    return mistakes;
"#;

async fn assert_no_mistakes(browser: &Chromium) {
    let mistakes = browser.driver.execute(MISTAKES, vec![]).await.unwrap();
    let mistakes: Vec<String> = mistakes.convert().unwrap();
    assert!(mistakes.is_empty(), "{}: {mistakes:#?}", browser.place().await);
}

async fn look_at(browser: &Chromium, town: &Town, paths: &[&str]) {
    for path in paths {
        browser.go(&town.shop(path)).await;
        assert_no_mistakes(browser).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_page_can_be_read_and_needs_no_script() {
    let Some(browser) = Chromium::open().await else { return };
    let town = Town::open().await;
    browser.driver.set_window_rect(0, 0, 390, 800).await.unwrap();
    // 401 where no page helps, 404.
    look_at(&browser, &town, &["/", "/basket", "/login", "/policies", "/heartbeat", "/nowhere"]).await;
    browser.arrives_under(&["Not Found"]).await;
    browser.go(&town.shop("/")).await;
    browser.press("Add").await;
    browser.arrives_at("/basket").await;
    assert_no_mistakes(&browser).await;
    browser.go(&town.shop("/login")).await;
    browser.fill("username", "alice").await;
    browser.fill("password", "wrong").await;
    browser.driver.find(By::Css("main button")).await.unwrap().click().await.unwrap();
    browser.driver.query(By::Css("[role=alert]")).first().await.unwrap();
    assert_no_mistakes(&browser).await;

    // 403.
    town.log_in(&browser, "alice").await;
    look_at(&browser, &town, &["/staff"]).await;
    browser.arrives_under(&["This is for other roles"]).await;
    town.log_in(&browser, "carol").await;
    let pages = ["/account", "/sessions", "/staff", "/treasury/transfer", "/reauthenticate", "/login"];
    look_at(&browser, &town, &pages).await;
    browser.go(&town.shop("/treasury/transfer")).await;
    browser.fill("amount", "1").await;
    browser.press("Go on").await;
    browser.arrives_at("/treasury/confirm?from=till").await;
    assert_no_mistakes(&browser).await;
    browser.close().await;
}

// WCAG 2.4.1, 2.4.7.
#[tokio::test(flavor = "multi_thread")]
async fn a_keyboard_reaches_everything_and_sees_where_it_is() {
    let Some(browser) = Chromium::open().await else { return };
    let town = Town::open().await;
    browser.go(&town.shop("/login")).await;
    let where_it_is = "const here = document.activeElement;
        const style = getComputedStyle(here);
        return [here.name || here.textContent.trim(), style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2];";
    let mut reached = Vec::new();
    for _ in 0..11 {
        browser.driver.action_chain().send_keys(Key::Tab).perform().await.unwrap();
        let (name, seen): (String, bool) =
            browser.driver.execute(where_it_is, vec![]).await.unwrap().convert().unwrap();
        assert!(seen, "{name}");
        reached.push(name);
    }
    let expected = ["To the content", "Shop", "Basket", "Account", "Staff", "Treasury", "Policies"];
    assert_eq!(reached, [&expected[..], &["username", "password", "remember", "Log in"]].concat());
    // Somebody who has no mouse logs in.
    browser.fill("username", "alice").await;
    browser.fill("password", "correct horse battery").await;
    browser.driver.action_chain().send_keys(Key::Enter).perform().await.unwrap();
    browser.arrives_at("/").await;
    browser.close().await;
}
