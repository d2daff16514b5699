//! A pool whose callers may go away at any time.

use std::sync::Arc;
use std::time::Duration;

use sqlx::Pool;
use sqlx::pool::PoolConnection;
use tokio::sync::{Semaphore, oneshot};
use tokio::time::{Instant, timeout_at};
use tracing::Instrument as _;

use super::deadline::Deadline;
use super::engine::{Answer, Diagnosis, Request, SqlEngine};
use super::failure::Failure;

/// The time that a connection is waited for after the server should have ended its statement.
const GRACE: Duration = Duration::from_secs(1);

/// A pool of connections, and a queue in front of it.
///
/// A caller who goes away leaves the queue at once. All that touches a connection (opening it, testing it, a statement)
/// runs in a task of its own to the end, and the connection goes back to the pool. Otherwise each request that a client
/// takes back would cost a connection, and the server the work of a new one.
pub(super) struct StatementQueue<DB: SqlEngine> {
    pool: Pool<DB>,
    places: Arc<Semaphore>,
    /// The longest wait of its statements for others, if the store itself has set it.
    waiting: Option<Duration>,
}

impl<DB: SqlEngine> Clone for StatementQueue<DB> {
    fn clone(&self) -> Self {
        Self { pool: self.pool.clone(), places: Arc::clone(&self.places), waiting: self.waiting }
    }
}

/// Sends a request: [`SqlEngine::execute`] or [`SqlEngine::query`].
pub(super) type Send<DB, T> = for<'c> fn(&'c mut <DB as sqlx::Database>::Connection, Request<DB>) -> Answer<'c, T>;

impl<DB: SqlEngine> StatementQueue<DB> {
    pub(super) fn new(pool: Pool<DB>) -> Self {
        let places = pool.options().get_max_connections();
        Self {
            pool,
            places: Arc::new(Semaphore::new(usize::try_from(places).unwrap_or(Semaphore::MAX_PERMITS))),
            waiting: None,
        }
    }

    /// The statements of this pool wait for others at most so long anyway.
    #[cfg(feature = "sqlite")]
    pub(super) fn waiting_at_most(self, waiting: Duration) -> Self {
        Self { waiting: Some(waiting), ..self }
    }

    /// The connections that wait for a statement.
    pub(super) fn idle(&self) -> usize {
        self.pool.num_idle()
    }

    /// A connection for more than one statement.
    pub(super) async fn acquire(&self, deadline: Deadline) -> Result<PoolConnection<DB>, Failure> {
        Ok(timeout_at(deadline.at(), self.pool.acquire()).await??)
    }

    /// Sends a request on the next free connection, and waits for the answer until `deadline`.
    pub(super) async fn run<T: std::marker::Send + 'static>(
        &self,
        request: Request<DB>,
        send: Send<DB, T>,
        is_query: bool,
        deadline: Deadline,
    ) -> Result<T, Failure> {
        let queueing = Arc::clone(&self.places).acquire_owned();
        let Ok(place) = timeout_at(deadline.at(), queueing).await? else { return Err(Failure::late()) };
        let (caller, answer) = oneshot::channel();
        // A query that goes on after its caller does no harm.
        let waiting = if is_query { Some(Duration::ZERO) } else { self.waiting };
        let pool = self.pool.clone();
        let task = async move {
            let answer = run_to_the_end(&pool, waiting, request, send, deadline, &caller).await;
            drop(place);
            // The caller may be gone.
            let _ = caller.send(answer);
        };
        tokio::spawn(task.in_current_span());
        match timeout_at(deadline.at(), answer).await {
            Ok(Ok(answer)) => answer,
            Ok(Err(_)) | Err(_) => Err(Failure::late()),
        }
    }
}

async fn run_to_the_end<DB: SqlEngine, T>(
    pool: &Pool<DB>,
    waiting: Option<Duration>,
    request: Request<DB>,
    send: Send<DB, T>,
    deadline: Deadline,
    caller: &oneshot::Sender<Result<T, Failure>>,
) -> Result<T, Failure> {
    let mut connection = timeout_at(deadline.at(), pool.acquire()).await??;
    let now = Instant::now();
    let Some(limit) = deadline.limit(now).filter(|_| !caller.is_closed()) else { return Err(Failure::late()) };
    let sending = send_limited::<DB, T>(&mut *connection, waiting, request, send, limit);
    let answer = match timeout_at(now + limit + GRACE, sending).await {
        Ok(answer) => answer.map_err(Failure::from),
        Err(elapsed) => Err(elapsed.into()),
    };
    if DB::REMOTE && answer.as_ref().is_err_and(leaves_it_unusable::<DB>) {
        connection.close_on_drop();
    }
    answer
}

async fn send_limited<DB: SqlEngine, T>(
    connection: &mut DB::Connection,
    waiting: Option<Duration>,
    request: Request<DB>,
    send: Send<DB, T>,
    limit: Duration,
) -> Result<T, sqlx::Error> {
    // SQLite adds up its pauses instead of the time: on a busy machine it waits for longer. What it gives up is tried again.
    let longest = limit / 2;
    let mut former = None;
    if waiting.is_none_or(|waiting| waiting > longest)
        && let Some(limiting) = DB::limit_waiting(connection, longest)
    {
        former = limiting.await?;
    }
    let answer = send(connection, request.limited(limit)).await;
    if let Some(restoring) = former.and_then(|former| DB::wait_for(connection, former)) {
        // The answer counts, whatever becomes of the setting.
        let _ = restoring.await;
    }
    answer
}

/// Returns true if a connection is closed after this. What the engine itself says mostly leaves it as it was.
fn leaves_it_unusable<DB: SqlEngine>(failure: &Failure) -> bool {
    !failure.is_answer() || matches!(failure.diagnose::<DB>(), Diagnosis::NotHere | Diagnosis::Broken)
}
