//! Clients that send the whole body before they read, and are rejected: over a real socket.

#![allow(clippy::indexing_slicing, clippy::unwrap_used, reason = "a test fails by panicking")]

use std::future::IntoFuture as _;
use std::net::{Ipv4Addr, SocketAddr};

use http::StatusCode;
use serde::{Deserialize, Serialize};
use session_runtime::routing::post;
use session_runtime::{AuthSession, GuardedRouter, MemoryStore, Principal, SessionError, Sessions, session};
use tests::router;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

/// More than the buffers of a socket on this machine hold.
const LENGTH: usize = 16 << 20;

#[derive(Clone, Serialize, Deserialize, Principal)]
#[principal(realm = "rejected-bodies-user")]
struct User {
    #[principal(id)]
    id: u64,
}

async fn never() -> Result<(), StatusCode> {
    Err(StatusCode::FORBIDDEN)
}

#[session(required, principal(User))]
async fn upload(_: String) {}
#[session(required, principal(User), check(never))]
async fn checked(_: String) {}
#[session(optional)]
async fn log_in(mut auth: AuthSession<User>) -> Result<(), SessionError> {
    auth.log_in(User { id: 7 }).await.map(drop)
}

async fn serve(drained: usize) -> SocketAddr {
    let sessions: Sessions<User> =
        Sessions::builder().store(MemoryStore::new()).drain_rejected_bodies(drained as u64).build().unwrap();
    let routes = GuardedRouter::new()
        .route("/upload", post(upload))
        .route("/checked", post(checked))
        .route("/log-in", post(log_in));
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let address = listener.local_addr().unwrap();
    let serving = axum::serve(listener, router(routes, sessions)).into_future();
    tokio::spawn(async move {
        let _ = serving.await;
    });
    address
}

/// The start of the response, if the whole body could be sent before.
async fn send(stream: &mut TcpStream, path: &str, header: &str, body: &[u8]) -> Option<String> {
    let head = format!("POST {path} HTTP/1.1\r\nhost: shop.example\r\n{header}\r\n\r\n");
    stream.write_all(head.as_bytes()).await.ok()?;
    stream.write_all(body).await.ok()?;
    receive(stream).await
}

async fn receive(stream: &mut TcpStream) -> Option<String> {
    let mut bytes = vec![0; 4096];
    let length = stream.read(&mut bytes).await.ok()?;
    let text = String::from_utf8_lossy(bytes.get(..length)?).into_owned();
    Some(text.lines().next()?.to_owned())
}

async fn upload_to(address: SocketAddr, path: &str, length: usize) -> Option<String> {
    upload_as(address, path, "", length).await
}

async fn upload_as(address: SocketAddr, path: &str, cookie: &str, length: usize) -> Option<String> {
    let mut stream = TcpStream::connect(address).await.unwrap();
    let header = format!("content-length: {length}{cookie}");
    send(&mut stream, path, &header, &vec![b'x'; length]).await
}

/// The header with the cookie of a visitor who has logged in.
async fn cookie(address: SocketAddr) -> String {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(b"POST /log-in HTTP/1.1\r\nhost: shop.example\r\ncontent-length: 0\r\n\r\n").await.unwrap();
    let mut bytes = vec![0; 4096];
    let length = stream.read(&mut bytes).await.unwrap();
    let text = String::from_utf8_lossy(&bytes[..length]).into_owned();
    let line = text.lines().find_map(|line| line.strip_prefix("set-cookie: ")).unwrap();
    format!("\r\ncookie: {}", line.split(';').next().unwrap())
}

#[tokio::test]
async fn a_rejected_body_within_the_limit_is_read() {
    let address = serve(LENGTH).await;
    let member = cookie(address).await;
    for (path, cookie, status) in
        [("/upload", "", "HTTP/1.1 401 Unauthorized"), ("/checked", &*member, "HTTP/1.1 403 Forbidden")]
    {
        for length in [0, 1, LENGTH - 1, LENGTH] {
            assert_eq!(upload_as(address, path, cookie, length).await.as_deref(), Some(status), "{path} {length}");
        }
    }
}

#[tokio::test]
async fn a_rejected_body_beyond_the_limit_is_not_read() {
    for (drained, length) in [(LENGTH, LENGTH + 1), (0, LENGTH)] {
        assert_eq!(upload_to(serve(drained).await, "/upload", length).await, None, "{drained}");
    }
}

#[tokio::test]
async fn the_connection_is_good_for_another_request() {
    let mut stream = TcpStream::connect(serve(LENGTH).await).await.unwrap();
    let header = format!("content-length: {LENGTH}");
    for _ in 0..2 {
        let answer = send(&mut stream, "/upload", &header, &vec![b'x'; LENGTH]).await;
        assert_eq!(answer.as_deref(), Some("HTTP/1.1 401 Unauthorized"));
    }
    let answer = send(&mut stream, "/log-in", "content-length: 0", b"").await;
    assert_eq!(answer.as_deref(), Some("HTTP/1.1 200 OK"));
}

#[tokio::test]
async fn a_client_that_waits_to_continue_is_rejected_at_once() {
    let mut stream = TcpStream::connect(serve(LENGTH).await).await.unwrap();
    let answer = send(&mut stream, "/upload", "content-length: 5\r\nexpect: 100-continue", b"").await;
    assert_eq!(answer.as_deref(), Some("HTTP/1.1 401 Unauthorized"));
}

// Tokio's time runs by itself while everything waits.
#[tokio::test(start_paused = true)]
async fn a_body_that_does_not_come_is_not_waited_for() {
    let mut stream = TcpStream::connect(serve(LENGTH).await).await.unwrap();
    let before = tokio::time::Instant::now();
    let answer = send(&mut stream, "/upload", "content-length: 5", b"x").await;
    assert_eq!(answer.as_deref(), Some("HTTP/1.1 401 Unauthorized"));
    assert!(before.elapsed() >= tests::seconds(5));
}
