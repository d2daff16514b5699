//! A web socket that is open when its session ends, and who may open one. Over a real connection, in real time.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use axum::http::header::COOKIE;
use axum::http::{HeaderName, HeaderValue, StatusCode};
use futures_util::{SinkExt, StreamExt};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::protocol::CloseFrame;
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{WebSocketStream, client_async};

use crate::site::{Browser, Site};

/// The store is asked every ten seconds; the rest is this machine's.
const BOUND: Duration = Duration::from_secs(11);

type Socket = WebSocketStream<TcpStream>;

/// Opens one with these headers; what the shop answers instead, where it does not.
async fn opened(address: SocketAddr, headers: &[(HeaderName, &str)]) -> Result<Socket, StatusCode> {
    let mut request = format!("ws://{address}/account/watch/socket").into_client_request().unwrap();
    for (name, value) in headers {
        request.headers_mut().append(name, HeaderValue::from_str(value).unwrap());
    }
    match client_async(request, TcpStream::connect(address).await.unwrap()).await {
        Ok((socket, _)) => Ok(socket),
        Err(Error::Http(answer)) => Err(answer.status()),
        Err(error) => panic!("{error}"),
    }
}

async fn opened_by(address: SocketAddr, browser: &Browser<'_>) -> Socket {
    opened(address, &[(COOKIE, browser.cookie.as_deref().unwrap())]).await.unwrap()
}

async fn text(socket: &mut Socket) -> String {
    let Some(Ok(Message::Text(text))) = socket.next().await else { panic!("no message") };
    text.to_string()
}

/// Waits until it is closed, and says why.
async fn closed(socket: &mut Socket) -> Option<CloseFrame> {
    loop {
        match socket.next().await {
            Some(Ok(Message::Close(frame))) => return frame,
            Some(Ok(_)) => {}
            Some(Err(_)) | None => return None,
        }
    }
}

/// Waits until it is closed because its session has ended, and says how long that took from now.
async fn ends_in_time(mut socket: Socket, what: &str) {
    let begun = Instant::now();
    let why = closed(&mut socket).await.unwrap();
    let took = begun.elapsed();
    println!("{what}: closed after {took:?}");
    assert_eq!((u16::from(why.code), why.reason.as_str()), (1008, "the session has ended"), "{what}");
    assert!(took <= BOUND, "{what}: {took:?}");
}

// Right after they were opened, so that all of them wait for as long as there is to wait.
#[tokio::test(flavor = "multi_thread")]
async fn it_closes_within_ten_seconds_when_its_session_ends() {
    let site = Site::open();
    let address = site.serve().await;
    let [mut phone, mut laptop, mut bob, mut carol] = [(); 4].map(|()| site.browser());
    bob.log_in("bob").await;
    site.pass(100);
    for (browser, name) in [(&mut phone, "alice"), (&mut laptop, "alice"), (&mut carol, "carol")] {
        browser.log_in(name).await;
    }
    let mut sockets = Vec::new();
    for browser in [&phone, &laptop, &bob, &carol] {
        let mut socket = opened_by(address, browser).await;
        assert!(text(&mut socket).await.starts_with("Open until "));
        sockets.push(socket);
    }
    let [of_phone, of_laptop, of_bob, mut of_carol] = <[Socket; 4]>::try_from(sockets).unwrap();

    assert_eq!(laptop.post("/sessions/end-others", "").await.destination(), Some("/sessions"));
    assert_eq!(laptop.post("/logout", "").await.destination(), Some("/"));
    site.pass(20);
    tokio::join!(
        ends_in_time(of_phone, "ended on another device"),
        ends_in_time(of_laptop, "logged out in another tab"),
        ends_in_time(of_bob, "expired"),
    );
    of_carol.send(Message::text("here")).await.unwrap();
    assert!(text(&mut of_carol).await.starts_with("Open until "), "hers goes on");
}

// ASVS 4.4.2
#[tokio::test]
async fn only_the_shops_own_pages_open_one() {
    let site = Site::open();
    let address = site.serve().await;
    let mut alice = site.browser();
    alice.log_in("alice").await;
    let cookie = (COOKIE, alice.cookie.as_deref().unwrap());
    let (own, origin) = (format!("http://{address}"), HeaderName::from_static("origin"));
    assert!(opened(address, &[cookie.clone(), (origin.clone(), &own)]).await.is_ok());
    for foreign in ["https://evil.example", "http://127.0.0.1:1", "null"] {
        let refused = opened(address, &[cookie.clone(), (origin.clone(), foreign)]).await;
        assert_eq!(refused.map(drop), Err(StatusCode::FORBIDDEN), "{foreign}");
    }
    assert_eq!(opened(address, &[(origin, &own)]).await.map(drop), Err(StatusCode::UNAUTHORIZED));
}

#[tokio::test]
async fn being_there_is_a_visit_and_waiting_is_none() {
    let site = Site::open();
    let address = site.serve().await;
    let mut alice = site.browser();
    alice.log_in("alice").await;
    let mut socket = opened_by(address, &alice).await;
    let first = text(&mut socket).await;
    for _ in 0..3 {
        site.pass(60);
        socket.send(Message::text("here")).await.unwrap();
        let next = text(&mut socket).await;
        assert_ne!(next, first, "open for longer");
    }
    assert_eq!(alice.get("/sessions").await.status, StatusCode::OK, "three hours after the log-in");
}

#[tokio::test]
async fn what_the_page_does_not_say_closes_it() {
    let site = Site::open();
    let address = site.serve().await;
    let mut alice = site.browser();
    alice.log_in("alice").await;
    for hostile in [Message::text("there"), Message::text("h".repeat(1 << 20)), Message::binary(vec![0; 4])] {
        let mut socket = opened_by(address, &alice).await;
        text(&mut socket).await;
        // It may be closed while the rest is still on its way.
        let _ = socket.send(hostile).await;
        assert!(closed(&mut socket).await.is_none_or(|frame| u16::from(frame.code) != 1008));
    }
}
