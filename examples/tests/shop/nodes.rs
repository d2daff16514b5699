//! Several shops on one Redis, one visitor.

use std::process::Command;
use std::time::Duration;

use tests::servers::Server;
use tests::servers::redis::{REMEMBERING, redis};
use tests::{HttpAnswer, HttpProgram};

use crate::site::PASSWORD;

const KEY: &str = "q83vEjRWeJASNFZ4kBI0VniQEjRWeJASNFZ4kBI0Vng=";

fn shop(place: &str, key: &str) -> HttpProgram {
    HttpProgram::start(
        Command::new(env!("CARGO_BIN_EXE_shop"))
            .env("PORT", "0")
            .env("SHOP_STORE", place)
            .env("SHOP_KEY", key)
            .env("SHOP_INDEX_KEY", KEY),
    )
}

fn place(server: &Server) -> String {
    format!("redis://{}", server.address())
}

/// Logs in, and answers with the cookie.
fn log_in(shop: &HttpProgram, username: &str) -> String {
    cookie_of(&ask_to_log_in(shop, username))
}

/// The same where the store writes to the disk before it answers: while others write there, that may take longer than the shop
/// waits for it.
fn log_in_where_the_disk_is_slow(shop: &HttpProgram, username: &str) -> String {
    let mut answer = ask_to_log_in(shop, username);
    for _ in 0..20 {
        if answer.status != 503 {
            break;
        }
        answer = ask_to_log_in(shop, username);
    }
    cookie_of(&answer)
}

fn ask_to_log_in(shop: &HttpProgram, username: &str) -> HttpAnswer {
    send(shop, "POST", "/login", "", &format!("username={username}&password={PASSWORD}"))
}

fn cookie_of(answer: &HttpAnswer) -> String {
    assert_eq!(answer.status, 303, "{answer:?}");
    answer.header("set-cookie").unwrap().split(';').next().unwrap().to_owned()
}

fn send(shop: &HttpProgram, method: &str, path: &str, cookie: &str, form: &str) -> HttpAnswer {
    let headers =
        [("Cookie", cookie), ("Content-Type", "application/x-www-form-urlencoded"), ("Sec-Fetch-Site", "same-origin")];
    shop.ask(method, path, if cookie.is_empty() { &headers[1..] } else { &headers }, form).unwrap()
}

fn account(shop: &HttpProgram, cookie: &str) -> u16 {
    send(shop, "GET", "/account", cookie, "").status
}

/// Asks until the answer is this; only a server that starts again needs more than one question.
fn becomes(shop: &HttpProgram, cookie: &str, expected: u16) {
    let mut status = 0;
    for _ in 0..500 {
        status = account(shop, cookie);
        assert!(matches!(status, 503) || status == expected, "{status}");
        if status == expected {
            return;
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    panic!("still {status}, never {expected}");
}

#[test]
fn a_visitor_moves_between_shops_and_is_out_on_both_at_once() {
    let Some(server) = redis(&[]) else { return };
    let [one, other] = [(); 2].map(|()| shop(&place(&server), KEY));
    let cookie = log_in(&one, "alice");
    for _ in 0..20 {
        assert_eq!(account(&one, &cookie), 200);
        assert_eq!(account(&other, &cookie), 200);
    }
    assert_eq!(send(&other, "POST", "/logout", &cookie, "").status, 303);
    assert_eq!(account(&one, &cookie), 401);
    assert_eq!(account(&other, &cookie), 401);
}

#[test]
fn a_token_of_one_shop_opens_the_other() {
    let Some(server) = redis(&[]) else { return };
    let [one, other] = [(); 2].map(|()| shop(&place(&server), KEY));
    let request = r#"{"username":"alice","password":"correct horse battery"}"#;
    let granted = one.ask("POST", "/api/token", &[("Content-Type", "application/json")], request).unwrap();
    let granted: serde_json::Value = serde_json::from_str(&granted.body).unwrap();
    let authorization = format!("Bearer {}", granted["access_token"].as_str().unwrap());
    for shop in [&one, &other] {
        assert_eq!(shop.ask("GET", "/api/me", &[("Authorization", &authorization)], "").unwrap().status, 200);
    }
    assert_eq!(one.get("/jwks.json").body, other.get("/jwks.json").body);
}

#[test]
fn nobody_notices_that_a_shop_is_killed() {
    let Some(server) = redis(&[]) else { return };
    let [mut one, other] = [(); 2].map(|()| shop(&place(&server), KEY));
    let cookies = ["alice", "bob", "carol"].map(|username| log_in(&one, username));
    one.kill();
    for cookie in &cookies {
        assert_eq!(account(&other, cookie), 200);
    }
    let third = shop(&place(&server), KEY);
    for cookie in &cookies {
        assert_eq!(account(&third, cookie), 200);
    }
}

#[test]
fn while_redis_is_away_nobody_is_admitted_and_afterwards_sessions_go_on() {
    let Some(mut server) = redis(&REMEMBERING) else { return };
    let [one, other] = [(); 2].map(|()| shop(&place(&server), KEY));
    let cookie = log_in_where_the_disk_is_slow(&one, "alice");
    assert_eq!(account(&other, &cookie), 200);

    server.stop();
    for shop in [&one, &other] {
        for _ in 0..5 {
            let refused = send(shop, "GET", "/account", &cookie, "");
            assert_eq!(refused.status, 503);
            assert_eq!(refused.header("set-cookie"), None, "the cookie is not removed");
            assert!(refused.header("retry-after").is_some());
        }
        assert_eq!(shop.get("/").status, 200, "what needs no session is there");
        assert_eq!(ask_to_log_in(shop, "bob").status, 503);
    }

    server.start_again();
    becomes(&one, &cookie, 200);
    becomes(&other, &cookie, 200);
    log_in_where_the_disk_is_slow(&other, "bob");
}

#[test]
fn a_new_key_takes_over_and_sessions_under_the_old_one_go_on() {
    let Some(server) = redis(&[]) else { return };
    let old = shop(&place(&server), KEY);
    let cookie = log_in(&old, "alice");
    let new = "EjRWeJASNFZ4kBI0VniQq83vEjRWeJASNFZ4kBI0Vng=";
    let both = shop(&place(&server), &format!("{new},{KEY}"));
    assert_eq!(account(&both, &cookie), 200);
    let foreign = shop(&place(&server), new);
    let refused = send(&foreign, "GET", "/account", &cookie, "");
    assert_eq!((refused.status, refused.header("set-cookie")), (401, None), "left alone: it may be another release's");
    assert_eq!(account(&old, &cookie), 200);
}

#[test]
fn every_store_keeps_sessions_when_the_shop_is_started_again() {
    let folder = tempfile::tempdir().unwrap();
    let sqlite = format!("sqlite:{}", folder.path().join("shop.db").display());
    survives_a_restart(&sqlite);
    if let Some(server) = redis(&[]) {
        survives_a_restart(&place(&server));
    }
    if let Some(server) = tests::servers::memcached::memcached(&[], |_| {}) {
        survives_a_restart(&format!("memcache://{}", server.address()));
    }
    if let Some(server) = tests::servers::postgres() {
        survives_a_restart(&tests::servers::postgres_url(&server));
    }
    if let Some(server) = tests::servers::mariadb() {
        survives_a_restart(&tests::servers::mariadb_url(&server));
    }
}

fn survives_a_restart(place: &str) {
    let first = shop(place, KEY);
    let cookie = log_in(&first, "alice");
    assert_eq!(account(&first, &cookie), 200, "{place}");
    drop(first);
    let second = shop(place, KEY);
    assert_eq!(account(&second, &cookie), 200, "{place}");
    let page = send(&second, "GET", "/sessions", &cookie, "");
    assert!(page.body.contains("This one"), "{place}: {page:?}");
    assert_eq!(send(&second, "POST", "/logout", &cookie, "").status, 303);
    assert_eq!(account(&second, &cookie), 401, "{place}");
}

#[test]
fn what_the_environment_says_wrongly_is_said() {
    for (variables, expected) in [
        (&[("SHOP_STORE", "redis://127.0.0.1:1")][..], "`SHOP_STORE` needs `SHOP_KEY`"),
        (&[("SHOP_STORE", "carrier-pigeon://loft"), ("SHOP_KEY", KEY)], "is no store; write `memory`"),
        (&[("SHOP_KEY", "secret!")], "`SHOP_KEY` is not base64"),
        (&[("SHOP_KEY", "c2hvcnQ=")], "`SHOP_KEY`: "),
        (&[("SHOP_KEY", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=")], "`SHOP_KEY`: "),
        (
            &[("SHOP_STORE", "redis://127.0.0.1:1"), ("SHOP_KEY", KEY)],
            "the session store does not answer: Redis: Connection refused",
        ),
    ] {
        let mut command = Command::new(env!("CARGO_BIN_EXE_shop"));
        let output = command.env("PORT", "0").envs(variables.iter().copied()).output().unwrap();
        assert!(!output.status.success(), "{variables:?}");
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(said.contains(expected) && !said.contains("panicked"), "{variables:?}: {said}");
    }
}
