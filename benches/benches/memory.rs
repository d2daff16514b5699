//! `cargo bench -p benches --bench memory` prints what an idle session takes of the in-process store, from one million of
//! them, each of somebody else whose principal takes 200 bytes.

#![allow(
    clippy::expect_used,
    clippy::cast_precision_loss,
    reason = "a benchmark fails by panicking, and counts are small"
)]

use std::num::NonZeroUsize;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use axum::Router;
use axum::extract::State;
use axum::routing::post;
use benches::Row;
use http::{HeaderMap, HeaderValue};
use serde::{Deserialize, Serialize};
use session_runtime::{AuthSession, MemoryStore, Principal, SessionError, Sessions, session};

const SESSIONS: usize = 1_000_000;
const PROJECTED: usize = 10_000_000;

/// 32 bytes here and 168 elsewhere.
#[derive(Clone, Serialize, Deserialize, Principal)]
#[principal(realm = "bench-user")]
struct User {
    #[principal(id)]
    id: u64,
    about: String,
}

const ABOUT: usize = 200 - size_of::<User>();

#[derive(Clone, axum::extract::FromRef)]
struct App {
    sessions: Sessions<User>,
    next: Arc<AtomicU64>,
}

#[session(optional)]
async fn log_in(mut auth: AuthSession<User>, State(next): State<Arc<AtomicU64>>) -> Result<(), SessionError> {
    let id = next.fetch_add(1, Ordering::Relaxed);
    auth.log_in(User { id, about: "7".repeat(ABOUT) }).await.map(drop)
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    // Twice as many as there will be, so that no shard is full before the others.
    let store = Arc::new(MemoryStore::with_capacity(NonZeroUsize::new(2 * SESSIONS).expect("some")));
    let sessions = Sessions::builder().store(Arc::clone(&store)).build().expect("a configuration");
    let next = Arc::new(AtomicU64::new(1_000_000_000));
    let router = Router::new().route("/", post(log_in)).with_state(App { sessions, next });
    let browser = "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0";
    let headers = HeaderMap::from_iter([(http::header::USER_AGENT, HeaderValue::from_static(browser))]);
    let row = Row::new("log-ins", router, headers).method(http::Method::POST);
    row.run(1_000).await;

    let before = resident();
    row.run(SESSIONS as u64).await;
    let (taken, held) = (resident() - before, store.statistics().sessions);
    assert_eq!(held, SESSIONS + 1_000);
    let each = taken as f64 / SESSIONS as f64;
    println!("{held} sessions: {each:.0} bytes each, the principal's {} included", size_of::<User>() + ABOUT);
    println!("{PROJECTED} would take {:.1} GB", each * PROJECTED as f64 / 1e9);
}

/// How many bytes of this process are in memory, as proc(5) tells.
fn resident() -> usize {
    let status = std::fs::read_to_string("/proc/self/status").expect("Linux");
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).expect("a size");
    let kilobytes: usize = line.trim().trim_end_matches(" kB").parse().expect("a number");
    kilobytes * 1024
}
