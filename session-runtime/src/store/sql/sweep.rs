//! What has expired is removed in the background, in batches that hold nobody up.

use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::task::AbortHandle;

use super::connections::Connections;
use super::engine::SqlEngine;
use super::row::instant;
use super::statements::Statements;
use crate::clock::Timestamp;
use crate::store::StoreError;

/// How many records the engines remove at a time, as their statements say.
pub(super) const BATCH: u64 = 1000;

/// What a store in a database removed because it had expired.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct SqlStoreStatistics {
    /// How many records were removed because they had expired.
    pub expired: u64,
    /// How often the task that removes them failed. It tries again after its interval.
    pub failed_sweeps: u64,
}

#[derive(Default)]
pub(super) struct Counters {
    expired: AtomicU64,
    failed_sweeps: AtomicU64,
}

impl Counters {
    pub(super) fn statistics(&self) -> SqlStoreStatistics {
        SqlStoreStatistics {
            expired: self.expired.load(Ordering::Relaxed),
            failed_sweeps: self.failed_sweeps.load(Ordering::Relaxed),
        }
    }
}

/// The task that sweeps, if there is one. It ends with this.
#[derive(Default)]
pub(super) struct Sweeping {
    pub(super) counters: Arc<Counters>,
    task: Mutex<Option<AbortHandle>>,
}

impl Sweeping {
    /// Begins, in the place of a task that is there already.
    pub(super) fn begin<F>(&self, interval: Duration, sweep: impl Fn(Arc<Counters>) -> F + Send + 'static)
    where
        F: Future<Output = Result<u64, StoreError>> + Send,
    {
        let counters = Arc::clone(&self.counters);
        let interval = interval.max(Duration::from_millis(1));
        let task = tokio::spawn(async move {
            loop {
                tokio::time::sleep(interval).await;
                if let Err(error) = sweep(Arc::clone(&counters)).await {
                    counters.failed_sweeps.fetch_add(1, Ordering::Relaxed);
                    tracing::warn!(target: "session", reason = error.reason(), "session.sweep_failed");
                }
            }
        });
        self.replace(Some(task.abort_handle()));
    }

    fn replace(&self, task: Option<AbortHandle>) {
        let former = std::mem::replace(&mut *self.task.lock().unwrap_or_else(PoisonError::into_inner), task);
        if let Some(former) = former {
            former.abort();
        }
    }
}

impl Drop for Sweeping {
    fn drop(&mut self) {
        self.replace(None);
    }
}

impl fmt::Debug for Sweeping {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.counters.statistics().fmt(formatter)
    }
}

pub(super) async fn sweep<DB: SqlEngine>(
    connections: &Connections<DB>,
    statements: &Statements,
    counters: &Counters,
    now: Timestamp,
) -> Result<u64, StoreError> {
    let mut removed = 0;
    loop {
        let batch = connections.write(&statements.sweep, &[instant(now)]).await?;
        counters.expired.fetch_add(batch, Ordering::Relaxed);
        removed += batch;
        if batch < BATCH {
            return Ok(removed);
        }
    }
}
