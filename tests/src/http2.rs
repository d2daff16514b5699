//! A server and a client that speak HTTP/2 over a socket, for requests that their client takes back.

use std::future::IntoFuture as _;
use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use axum::Router;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use h2::client::{SendRequest, handshake};
use http::{Request, StatusCode, header};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::{JoinHandle, JoinSet};

/// A router that listens on a socket until this is dropped.
#[derive(Debug)]
pub struct Http2Server {
    address: SocketAddr,
    task: JoinHandle<()>,
}

impl Http2Server {
    /// Serves `router` on a free port of 127.0.0.1.
    pub async fn start(router: Router) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let address = listener.local_addr().unwrap();
        let serving = axum::serve(listener, router).into_future();
        let task = tokio::spawn(async move {
            let _ = serving.await;
        });
        Self { address, task }
    }

    /// The address that it listens on.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Sends a request and returns the status of the response.
    pub async fn ask(&self, request: Request<()>) -> StatusCode {
        let (client, driver) = connect(self.address).await;
        let (response, _) = client.ready().await.unwrap().send_request(request, true).unwrap();
        let status = response.await.unwrap().status();
        driver.abort();
        status
    }

    /// Sends `count` requests and resets the stream of each after `patience`, if it is still open.
    ///
    /// As many requests are under way at once as the server allows (200 for hyper). A connection that the server closes
    /// is replaced.
    pub async fn ask_and_reset(&self, count: usize, patience: Duration, request: impl Fn() -> Request<()>) {
        let mut sent = 0;
        while sent < count {
            let (mut client, driver) = connect(self.address).await;
            let mut streams = JoinSet::new();
            while sent < count {
                let Ok(ready) = client.clone().ready().await else { break };
                client = ready;
                let Ok((response, mut stream)) = client.send_request(request(), true) else { break };
                sent += 1;
                streams.spawn(async move {
                    if tokio::time::timeout(patience, response).await.is_err() {
                        stream.send_reset(h2::Reason::CANCEL);
                    }
                });
                // Let the connection send it: otherwise a reset may overtake its request.
                tokio::task::yield_now().await;
            }
            streams.join_all().await;
            // The resets are written by the connection, which ends after the last handle.
            drop(client);
            let _ = tokio::time::timeout(Duration::from_secs(5), driver).await;
        }
    }
}

impl Drop for Http2Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// A request with a session cookie as the library writes it, with random bytes.
pub fn request_with_made_up_cookie(path: &str) -> Request<()> {
    let mut cookie = [1; 33];
    getrandom::fill(&mut cookie[1..]).unwrap();
    let cookie = format!("__Host-id={}", URL_SAFE_NO_PAD.encode(cookie));
    let uri = format!("http://shop.example{path}");
    Request::builder().uri(uri).header(header::COOKIE, cookie).body(()).unwrap()
}

async fn connect(address: SocketAddr) -> (SendRequest<axum::body::Bytes>, JoinHandle<()>) {
    let socket = TcpStream::connect(address).await.unwrap();
    socket.set_nodelay(true).unwrap();
    let (client, connection) = handshake(socket).await.unwrap();
    let driver = tokio::spawn(async move {
        let _ = connection.await;
    });
    (client, driver)
}
