//! How many requests looked forged.

use std::sync::atomic::{AtomicU64, Ordering};

/// Counts requests that look forged, since the program started.
#[derive(Debug, Default)]
pub(crate) struct Forgeries {
    refused: AtomicU64,
    reported: AtomicU64,
}

/// How many requests looked forged.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct ForgeryCounts {
    /// Those that were refused.
    pub refused: u64,
    /// Those that were admitted because their route only reports: under `csrf(report)`, what would have been refused.
    pub reported: u64,
}

impl Forgeries {
    pub(crate) fn count(&self, refused: bool) {
        let counter = if refused { &self.refused } else { &self.reported };
        counter.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn counts(&self) -> ForgeryCounts {
        ForgeryCounts { refused: self.refused.load(Ordering::Relaxed), reported: self.reported.load(Ordering::Relaxed) }
    }
}
