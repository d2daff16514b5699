//! How long the server keeps what it is given: counted from now on, whatever the caller's clock says.

use std::time::Duration;

use crate::clock::Timestamp;

/// How much longer than a session its record is kept, so that clocks that are apart cost nobody a session.
pub(super) const SLACK: Duration = Duration::from_secs(60);
/// A century: the server refuses what it cannot count to.
const LONGEST: Duration = Duration::from_secs(100 * 365 * 24 * 3600);

/// From an activity to the expiry that follows from it.
pub(super) struct Lifetime {
    length: Duration,
    /// The list of a subject's sessions is kept for twice as long as a session lives, and is asked to be kept longer only
    /// when a session would outlive it: most touches concern one key.
    pub(super) listed_until: Timestamp,
}

impl Lifetime {
    pub(super) fn between(seen_at: Timestamp, expires_at: Timestamp) -> Self {
        let length = expires_at.since(seen_at);
        Self { length, listed_until: expires_at.plus(length) }
    }

    /// How many milliseconds to keep the record.
    pub(super) fn milliseconds(&self) -> String {
        text(self.length)
    }

    /// How many milliseconds to keep the list.
    pub(super) fn milliseconds_listed(&self) -> String {
        text(self.length.saturating_mul(2))
    }
}

fn text(length: Duration) -> String {
    length.saturating_add(SLACK).min(LONGEST).as_millis().to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_has_expired_is_kept_for_the_slack() {
        let now = Timestamp::from_secs(1_000);
        for (seconds, milliseconds) in [(999, "60000"), (1_000, "60000"), (1_001, "61000")] {
            assert_eq!(Lifetime::between(now, Timestamp::from_secs(seconds)).milliseconds(), milliseconds);
        }
    }

    #[test]
    fn nothing_is_too_long_for_the_server() {
        let lifetime = Lifetime::between(Timestamp::EPOCH, Timestamp::from_millis(u64::MAX));
        assert_eq!(lifetime.milliseconds(), "3153600000000");
        assert_eq!(lifetime.milliseconds_listed(), "3153600000000");
        assert_eq!(lifetime.listed_until, Timestamp::from_millis(u64::MAX));
    }
}
