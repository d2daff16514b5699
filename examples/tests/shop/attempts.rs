//! Many attempts to log in: a client that guesses waits, and others do not.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::header::{CONTENT_TYPE, RETRY_AFTER};
use axum::http::{Request, StatusCode};
use examples::shop::Settings;
use futures_util::future::join_all;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpSocket;

use crate::site::{Answer, PASSWORD, Site};

const FORM: &str = "application/x-www-form-urlencoded";

/// Logs in from this address.
async fn log_in(site: &Site, address: [u8; 4], forwarded: &str, form: String) -> Answer {
    let mut request = Request::post("/login").header("host", "127.0.0.1:3000").header(CONTENT_TYPE, FORM);
    request = request.header("x-forwarded-for", forwarded).header("sec-fetch-site", "same-origin");
    let mut request = request.body(Body::from(form)).unwrap();
    let address = SocketAddr::from((Ipv4Addr::from(address), 1));
    request.extensions_mut().insert(ConnectInfo(address));
    site.send(request).await
}

fn right() -> String {
    format!("username=alice&password={PASSWORD}")
}

fn wrong() -> String {
    "username=alice&password=guess".to_owned()
}

#[tokio::test]
async fn client_that_guesses_locks_out_no_other() {
    let site = Site::open();
    let (mallory, alice) = ([192, 0, 2, 66], [192, 0, 2, 7]);
    for attempt in 0..25 {
        // What a client says of itself makes no difference.
        let guess = log_in(&site, mallory, &format!("198.51.100.{attempt}"), wrong()).await;
        let expected = if attempt < 20 { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::TOO_MANY_REQUESTS };
        assert_eq!(guess.status, expected, "{attempt}");
    }
    assert_eq!(log_in(&site, mallory, "", right()).await.header(RETRY_AFTER), Some("31"));
    assert_eq!(log_in(&site, alice, "", right()).await.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn proxy_names_the_client_that_guesses() {
    let mut settings = Settings::in_process().unwrap();
    settings.behind_proxy = true;
    let site = Site::with(settings);
    let proxy = [127, 0, 0, 1];
    for attempt in 0..20 {
        let forwarded = format!("203.0.113.{attempt}, 192.0.2.66");
        let guess = log_in(&site, proxy, &forwarded, wrong()).await;
        assert_eq!(guess.status, StatusCode::UNPROCESSABLE_ENTITY, "{attempt}");
    }
    assert_eq!(log_in(&site, proxy, "192.0.2.66", right()).await.status, StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(log_in(&site, proxy, "192.0.2.7", right()).await.status, StatusCode::SEE_OTHER);
}

// Each would hold its password while it waits for the others' hashes.
#[tokio::test(flavor = "multi_thread")]
async fn flood_of_attempts_is_rejected_at_once() {
    let site = Site::open();
    let flood = (0..300_u16).map(|number| {
        let [high, low] = number.to_be_bytes();
        log_in(&site, [192, 0, 2, high], "", format!("username=user{low}&password=guess"))
    });
    let answers = join_all(flood).await;
    let of = |status| answers.iter().filter(|answer| answer.status == status).count();
    let (verified, busy) = (of(StatusCode::UNPROCESSABLE_ENTITY), of(StatusCode::SERVICE_UNAVAILABLE));
    assert_eq!((verified, busy), (16, 284), "eight of each client");
    let is_told =
        |answer: &&Answer| answer.status != StatusCode::SERVICE_UNAVAILABLE || answer.header(RETRY_AFTER) == Some("2");
    assert!(answers.iter().all(|answer| is_told(&answer)));
    assert_eq!(log_in(&site, [192, 0, 2, 0], "", right()).await.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn form_that_no_page_sends_is_not_read() {
    let site = Site::open();
    for (length, status) in [(16_000, StatusCode::UNPROCESSABLE_ENTITY), (17_000, StatusCode::PAYLOAD_TOO_LARGE)] {
        let form = format!("username=alice&password={}", "a".repeat(length));
        assert_eq!(log_in(&site, [192, 0, 2, 7], "", form).await.status, status, "{length}");
    }
}

/// The status of a log-in over a connection from this address.
async fn status_from(local: IpAddr, shop: SocketAddr, form: &str) -> String {
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind(SocketAddr::new(local, 0)).unwrap();
    let mut stream = socket.connect(shop).await.unwrap();
    let head = format!("POST /login HTTP/1.1\r\nHost: {shop}\r\nContent-Type: {FORM}\r\nConnection: close\r\n");
    let request = format!("{head}Content-Length: {}\r\n\r\n{form}", form.len());
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    answer.get(9..12).unwrap().to_owned()
}

// Linux has all of 127.0.0.0/8 on its loopback interface.
#[cfg(target_os = "linux")]
#[tokio::test]
async fn client_is_known_by_its_connection() {
    let site = Site::open();
    let shop = site.serve().await;
    let [mallory, alice] = [2, 3].map(|last| IpAddr::from([127, 0, 0, last]));
    for _ in 0..20 {
        assert_eq!(status_from(mallory, shop, &wrong()).await, "422");
    }
    assert_eq!(status_from(mallory, shop, &right()).await, "429");
    assert_eq!(status_from(alice, shop, &right()).await, "303");
}
