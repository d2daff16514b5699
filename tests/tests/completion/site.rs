//! A site whose handlers say when they run, over a store that can be slow.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::{FromRef, State};
use serde::{Deserialize, Serialize};
use session_runtime::routing::{get, post};
use session_runtime::{
    Algorithm, AuthSession, GuardedRouter, ManualClock, MemoryStore, Principal, Session, Sessions, SigningKey,
    SqliteStore, session,
};
use tests::{Gate, ProbedStore, SECRET, START, Visitor, sessions};
use tokio::io::AsyncWriteExt as _;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::time::{sleep, timeout};

pub(crate) const LATENCY: Duration = Duration::from_millis(20);
const NAME: &str = "__Host-client";

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Principal)]
#[principal(
    cookie(name = "__Host-client"),
    bearer(alg("HS256"), issuer = "https://shop.example", audience = "shop", max_age = "1h", revocable),
    max_sessions = 2,
    realm = "completion-client"
)]
pub(crate) struct Client {
    #[principal(id)]
    pub(crate) id: u64,
}

#[derive(Clone, FromRef)]
pub(crate) struct App {
    pub(crate) sessions: Sessions<Client>,
    pub(crate) requests: Requests,
    pub(crate) gate: Gate,
}

/// The number of handlers that run or wait.
#[derive(Clone)]
pub(crate) struct Requests(watch::Sender<usize>);

pub(crate) struct Handling(Requests);

impl Requests {
    fn begin(&self) -> Handling {
        self.0.send_modify(|running| *running += 1);
        Handling(self.clone())
    }

    /// Waits until a handler runs.
    pub(crate) async fn begun(&self) {
        let _ = timeout(Duration::from_secs(10), self.0.subscribe().wait_for(|running| *running > 0)).await.unwrap();
    }

    /// Waits until each handler has answered or was dropped.
    pub(crate) async fn over(&self) {
        let _ = timeout(Duration::from_secs(10), self.0.subscribe().wait_for(|running| *running == 0)).await.unwrap();
    }
}

impl Drop for Handling {
    fn drop(&mut self) {
        self.0.0.send_modify(|running| *running -= 1);
    }
}

type Outcome = Result<(), tests::Failed>;

#[session(required)]
async fn me(session: Session<Client>) -> String {
    session.id.to_string()
}

#[session(optional)]
async fn log_in(mut auth: AuthSession<Client>, State(requests): State<Requests>) -> Outcome {
    let _handling = requests.begin();
    auth.log_in(Client { id: 7 }).await?;
    Ok(())
}

/// The session stands; its response does not come.
#[session(optional)]
async fn log_in_and_wait(mut auth: AuthSession<Client>, State(app): State<App>) -> Outcome {
    let _handling = app.requests.begin();
    auth.log_in(Client { id: 7 }).await?;
    app.gate.pass().await;
    Ok(())
}

#[session(optional)]
async fn log_in_rotate_and_wait(mut auth: AuthSession<Client>, State(app): State<App>) -> Outcome {
    let _handling = app.requests.begin();
    let mut session = auth.log_in(Client { id: 7 }).await?.clone();
    session.rotate().await?;
    app.gate.pass().await;
    Ok(())
}

#[session(required)]
async fn log_out(mut auth: AuthSession<Client>, State(requests): State<Requests>) -> Outcome {
    let _handling = requests.begin();
    Ok(auth.log_out().await?)
}

#[session(required)]
async fn rotate(mut session: Session<Client>, State(requests): State<Requests>) -> Outcome {
    let _handling = requests.begin();
    Ok(session.rotate().await?)
}

#[session(required)]
async fn reauthenticate(mut auth: AuthSession<Client>, State(requests): State<Requests>) -> Outcome {
    let _handling = requests.begin();
    auth.reauthenticate(Client { id: 7 }).await?;
    Ok(())
}

#[session(required)]
async fn end_all(session: Session<Client>, State(app): State<App>) -> Outcome {
    let _handling = app.requests.begin();
    app.sessions.end_all(&session.id).await?;
    Ok(())
}

#[session(required, cookie)]
async fn end_others(session: Session<Client>, State(app): State<App>) -> Outcome {
    let _handling = app.requests.begin();
    app.sessions.end_others(&session).await?;
    Ok(())
}

#[session(required)]
async fn end_listed(session: Session<Client>, State(app): State<App>) -> Outcome {
    let _handling = app.requests.begin();
    for listed in app.sessions.of(&session.id).await?.iter().filter(|listed| !listed.is(&session)) {
        app.sessions.end(&session.id, listed.handle()).await?;
    }
    Ok(())
}

/// Gives the log-out up before it is done, and answers all the same.
#[session(required)]
async fn log_out_impatiently(mut auth: AuthSession<Client>, State(app): State<App>) {
    let _handling = app.requests.begin();
    // Polled once.
    assert!(timeout(Duration::ZERO, auth.log_out()).await.is_err());
    app.gate.pass().await;
}

#[session(required)]
async fn panic_while_logging_out(mut auth: AuthSession<Client>, State(app): State<App>) {
    let _ = tokio::join!(auth.log_out(), async {
        app.gate.pass().await;
        panic!("the handler");
    });
}

/// Logs in when the response has been sent.
#[session(optional)]
async fn log_in_later(mut auth: AuthSession<Client>, State(app): State<App>) {
    let handling = app.requests.begin();
    tokio::spawn(async move {
        app.gate.pass().await;
        assert!(auth.log_in(Client { id: 7 }).await.is_err());
        drop(handling);
    });
}

#[session(optional)]
async fn panic_after_log_in(mut auth: AuthSession<Client>) {
    auth.log_in(Client { id: 7 }).await.unwrap();
    panic!("the handler");
}

pub(crate) struct Site {
    pub(crate) app: App,
    pub(crate) store: ProbedStore,
    pub(crate) clock: ManualClock,
    pub(crate) router: Router,
}

impl Site {
    pub(crate) fn over(store: ProbedStore) -> Self {
        let key = SigningKey::secret(Algorithm::HS256, &SECRET).unwrap();
        let clock = ManualClock::at(START);
        let sessions = sessions(&clock, &store).signing_key(key).build().unwrap();
        let app = App { sessions, requests: Requests(watch::Sender::new(0)), gate: Gate::new() };
        let routes = GuardedRouter::new()
            .route("/me", get(me))
            .route("/log-in", post(log_in))
            .route("/log-in-and-wait", post(log_in_and_wait))
            .route("/log-in-rotate-and-wait", post(log_in_rotate_and_wait))
            .route("/log-out", post(log_out))
            .route("/log-out-impatiently", post(log_out_impatiently))
            .route("/rotate", post(rotate))
            .route("/reauthenticate", post(reauthenticate))
            .route("/end-all", post(end_all))
            .route("/end-others", post(end_others))
            .route("/end-listed", post(end_listed))
            .route("/panic-while-logging-out", post(panic_while_logging_out))
            .route("/panic-after-log-in", post(panic_after_log_in))
            .route("/log-in-later", post(log_in_later));
        Self { router: tests::router(routes, app.clone()), app, store, clock }
    }

    pub(crate) async fn member(&self) -> Visitor {
        let mut visitor = Visitor::of(&self.router);
        assert!(visitor.post("/log-in").await.is_ok());
        visitor
    }

    /// Sends a request over a socket, leaves after 30 ms, and waits until the server has nothing more to do.
    pub(crate) async fn ask_and_leave(&self, path: &str, visitor: &Visitor) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let server = tokio::spawn(axum::serve(listener, self.router.clone()).into_future());
        let mut client = TcpStream::connect(address).await.unwrap();
        self.store.answer_after(LATENCY);
        let cookie = visitor.cookie(NAME).map(|cookie| format!("Cookie: {NAME}={cookie}\r\n")).unwrap_or_default();
        let request = format!("POST {path} HTTP/1.1\r\nHost: shop.example\r\n{cookie}Content-Length: 0\r\n\r\n");
        client.write_all(request.as_bytes()).await.unwrap();
        // The guard has asked the store once: 20 ms. The client leaves after 30.
        self.app.requests.begun().await;
        sleep(LATENCY / 2).await;
        drop(client);
        self.settle().await;
        server.abort();
    }

    pub(crate) async fn settle(&self) {
        self.app.requests.over().await;
        timeout(Duration::from_secs(10), self.app.sessions.drained()).await.unwrap();
        self.store.answer_after(Duration::ZERO);
    }

    pub(crate) async fn listed(&self) -> usize {
        self.app.sessions.of(&7).await.unwrap().len()
    }
}

pub(crate) async fn is_in(visitor: &Visitor) -> bool {
    visitor.clone().get("/me").await.is_ok()
}

/// In the process, as sealed bytes, and in a database.
pub(crate) async fn sites() -> [Site; 3] {
    let keeping = || MemoryStore::new().keeping_until_expiry();
    let sqlite = SqliteStore::connect("sqlite::memory:").await.unwrap();
    sqlite.migrate().await.unwrap();
    [ProbedStore::over(keeping()), ProbedStore::outside(keeping()), ProbedStore::of(Arc::new(sqlite))].map(Site::over)
}
