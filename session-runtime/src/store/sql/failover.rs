//! Connections that lead to a server which does not write any more.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// The shortest time between two replacements of a pool's connections, while the address leads to a server that does not write.
const PAUSE: Duration = Duration::from_secs(1);

/// The last instant at which a server said that it does not write.
///
/// The connections that were opened before are not used again: those that read would see what that server has, which
/// knows nothing of later log-outs.
#[derive(Clone, Debug, Default)]
pub(super) struct Failover(Arc<Mutex<Option<Instant>>>);

impl Failover {
    pub(super) fn happened(&self) {
        let mut last = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if last.is_none_or(|last| last.elapsed() >= PAUSE) {
            *last = Some(Instant::now());
        }
    }

    /// Returns true if a connection of this age was opened before.
    #[cfg(any(feature = "postgres", feature = "mysql"))]
    pub(super) fn outdates(&self, age: Duration) -> bool {
        let last = *self.0.lock().unwrap_or_else(PoisonError::into_inner);
        last.is_some_and(|last| age > last.elapsed())
    }
}
