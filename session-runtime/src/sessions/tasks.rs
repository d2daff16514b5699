//! Operations that run to their end, whatever becomes of the request that began them.
//!
//! axum drops the future of a request when its client hangs up, when a layer's time-out fires, and when the handler panics.
//! An operation that takes several calls of the store would stop between two of them: a log-out with the session still there,
//! a rotation with two sessions, an end of all sessions with refresh tokens left. So each of them is a task, which the request
//! awaits and which survives the request.

use std::fmt;
use std::panic::resume_unwind;
use std::pin::Pin;
use std::sync::Arc;

use tokio::runtime::Handle;
use tokio::sync::watch;
use tracing::Instrument as _;
use tracing::instrument::WithSubscriber as _;

use super::{SessionErrorKind, Sessions};
use crate::principal::Principal;

/// Runs and counts the operations of one [`Sessions`] that must not stop half-way.
#[derive(Clone)]
pub(crate) struct Tasks(Arc<watch::Sender<usize>>);

/// One operation, from its beginning until its outcome was received or dropped.
struct Running(Tasks);

/// Undoes an operation when it is dropped, unless it is [cancelled](Self::cancel).
pub(crate) struct Rollback {
    tasks: Tasks,
    /// Where it runs; the place that drops it may be outside of every runtime.
    runtime: Option<Handle>,
    undo: Option<Pin<Box<dyn Future<Output = ()> + Send>>>,
}

impl Tasks {
    pub(super) fn new() -> Self {
        Self(Arc::new(watch::Sender::new(0)))
    }

    /// Runs `operation` in a task of its own, within the current span. Without a Tokio runtime, it runs in place.
    ///
    /// # Errors
    ///
    /// Those of `operation`, and [`Unavailable`](SessionErrorKind::Unavailable) when the runtime shuts down.
    pub(crate) async fn run<T, E>(&self, operation: impl Future<Output = Result<T, E>> + Send + 'static) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<SessionErrorKind> + Send + 'static,
    {
        let Ok(runtime) = Handle::try_current() else { return operation.await };
        let running = self.begin();
        // The outcome before the count: a rollback in an outcome that is dropped is counted before this ends.
        let task = async move { (operation.await, running) };
        match runtime.spawn(task.in_current_span().with_current_subscriber()).await {
            Ok((outcome, _running)) => outcome,
            Err(error) => match error.try_into_panic() {
                Ok(panic) => resume_unwind(panic),
                Err(_) => Err(SessionErrorKind::Unavailable.into()),
            },
        }
    }

    /// Undoes something by `undo`, in a task, unless it is cancelled before it is dropped.
    pub(crate) fn rollback(&self, undo: impl Future<Output = ()> + Send + 'static) -> Rollback {
        let undo = undo.in_current_span().with_current_subscriber();
        Rollback { tasks: self.clone(), runtime: Handle::try_current().ok(), undo: Some(Box::pin(undo)) }
    }

    async fn drained(&self) {
        let mut running = self.0.subscribe();
        // Fails when the sender is gone, and this is one.
        let _ = running.wait_for(|running| *running == 0).await;
    }

    fn begin(&self) -> Running {
        self.0.send_modify(|running| *running = running.saturating_add(1));
        Running(self.clone())
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.0.0.send_modify(|running| *running = running.saturating_sub(1));
    }
}

impl Rollback {
    /// Keeps what was done.
    pub(crate) fn cancel(mut self) {
        self.undo = None;
    }
}

impl Drop for Rollback {
    fn drop(&mut self) {
        if let (Some(undo), Some(runtime)) = (self.undo.take(), &self.runtime) {
            let running = self.tasks.begin();
            runtime.spawn(async move {
                undo.await;
                drop(running);
            });
        }
    }
}

impl fmt::Debug for Rollback {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Rollback").finish_non_exhaustive()
    }
}

impl<P: Principal> Sessions<P> {
    /// Resolves when no operation of these sessions is under way, of this handle or a clone of it.
    ///
    /// Log-ins, log-outs, rotations, revocations and refreshes are tasks of the Tokio runtime: they run to their end even if
    /// the client hangs up, a time-out fires or the handler panics. A runtime that shuts down stops them, so await this after
    /// the server has stopped:
    ///
    /// ```
    /// # use serde::{Deserialize, Serialize};
    /// # use session_runtime::{Principal, Sessions};
    /// # #[derive(Clone, Serialize, Deserialize, Principal)]
    /// # struct User { #[principal(id)] id: u64 }
    /// # async fn serve(server: impl Future<Output = std::io::Result<()>>, sessions: Sessions<User>) -> std::io::Result<()> {
    /// // axum::serve(listener, router).with_graceful_shutdown(signal)
    /// server.await?;
    /// sessions.drained().await;
    /// # Ok(())
    /// # }
    /// ```
    pub async fn drained(&self) {
        self.tasks().drained().await;
    }

    pub(crate) fn tasks(&self) -> &Tasks {
        &self.0.tasks
    }
}
