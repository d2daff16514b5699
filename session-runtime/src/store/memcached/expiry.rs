//! How long the server keeps an item: counted from now on, whatever the caller's clock says.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crate::clock::Timestamp;

/// How much longer than a session its record is kept, so that clocks that are apart cost nobody a session.
const SLACK: Duration = Duration::from_secs(60);
/// A longer time is taken for an instant, in seconds since 1970.
const LONGEST_RELATIVE: u64 = 30 * 24 * 3600;
/// The last instant that the server counts to.
const LAST_INSTANT: u64 = i32::MAX as u64;
/// Until it is evicted.
pub(super) const UNLIMITED: u32 = 0;

/// What the protocol calls the time to live, for what was last seen and expires then.
pub(super) fn time_to_live(seen_at: Timestamp, expires_at: Timestamp, now: SystemTime) -> u32 {
    let length = expires_at.since(seen_at).saturating_add(SLACK);
    // Rounded up: the session is over before its record is.
    let seconds = length.as_secs().saturating_add(u64::from(length.subsec_nanos() > 0));
    if seconds <= LONGEST_RELATIVE {
        return u32::try_from(seconds).unwrap_or(UNLIMITED);
    }
    let since_1970 = now.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
    let instant = since_1970.saturating_add(seconds);
    if instant > LAST_INSTANT { UNLIMITED } else { u32::try_from(instant).unwrap_or(UNLIMITED) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn more_than_thirty_days_are_an_instant() {
        let now = UNIX_EPOCH + Duration::from_secs(1_800_000_000);
        let lives = |seconds| time_to_live(Timestamp::EPOCH, Timestamp::from_secs(seconds), now);
        assert_eq!(lives(0), 60);
        assert_eq!(lives(3_600), 3_660);
        assert_eq!(lives(2_592_000 - 60), 2_592_000);
        assert_eq!(lives(2_592_000 - 59), 1_800_000_000 + 2_592_001);
    }

    #[test]
    fn what_is_beyond_counting_lives_until_it_is_evicted() {
        let now = UNIX_EPOCH + Duration::from_secs(1_800_000_000);
        let left = LAST_INSTANT - 1_800_000_000 - 60;
        let lives = |seconds| time_to_live(Timestamp::EPOCH, Timestamp::from_secs(seconds), now);
        assert_eq!(lives(left), i32::MAX as u32);
        assert_eq!(lives(left + 1), UNLIMITED);
        assert_eq!(time_to_live(Timestamp::EPOCH, Timestamp::from_millis(u64::MAX), now), UNLIMITED);
    }

    #[test]
    fn a_part_of_a_second_is_a_second() {
        let lives = |milliseconds| time_to_live(Timestamp::EPOCH, Timestamp::from_millis(milliseconds), UNIX_EPOCH);
        assert_eq!((lives(1_000), lives(1_001)), (61, 62));
    }
}
