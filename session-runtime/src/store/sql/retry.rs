//! When a statement that was certainly not done is sent again.

use std::time::Duration;

use super::engine::{Diagnosis, Dialect};
use super::failure::Failure;

/// The number of times that a statement is sent again after the engine undid it because it met another.
const UNDONE: u32 = 12;
/// The longest pause before the first of them. It doubles up to [`LONGEST_PAUSE`].
const FIRST_PAUSE: Duration = Duration::from_millis(4);
const LONGEST_PAUSE: Duration = Duration::from_millis(256);

/// The attempts that are left.
#[derive(Debug)]
pub(super) struct Retry {
    undone: u32,
    elsewhere: u32,
    broken: u32,
}

impl Retry {
    /// For a statement on one of `idle` connections or on a new one. Only a query may be sent again when its connection
    /// broke: a write may have been done.
    pub(super) fn new(idle: usize, is_query: bool) -> Self {
        Self {
            undone: 0,
            elsewhere: u32::try_from(idle).unwrap_or(u32::MAX).saturating_add(1),
            broken: u32::from(is_query),
        }
    }

    /// Returns how long to wait before the next attempt, or `None` when there is none.
    pub(super) fn pause<DB: Dialect>(&mut self, failure: &Failure) -> Option<Duration> {
        let left = match failure.diagnose::<DB>() {
            Diagnosis::Undone if self.undone < UNDONE => {
                let longest = FIRST_PAUSE.saturating_mul(1 << self.undone).min(LONGEST_PAUSE);
                self.undone += 1;
                return Some(random_part(longest));
            }
            Diagnosis::NotHere => &mut self.elsewhere,
            Diagnosis::Broken => &mut self.broken,
            Diagnosis::Undone | Diagnosis::Other => return None,
        };
        *left = left.checked_sub(1)?;
        Some(Duration::ZERO)
    }
}

/// Anything up to `longest`: statements that met each other do not meet again at the same instant.
fn random_part(longest: Duration) -> Duration {
    let part = getrandom::u32().unwrap_or(u32::MAX / 2);
    longest.mul_f64(f64::from(part) / f64::from(u32::MAX))
}
