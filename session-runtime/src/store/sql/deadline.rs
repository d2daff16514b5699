//! Until when an operation is waited for, and how long the server may work on its statement.

use std::time::Duration;

use tokio::time::Instant;

/// Longer time-outs are this long. Each engine can count it in milliseconds.
const LONGEST: Duration = Duration::from_hours(24);
/// Limits are multiples of this part of the time-out: a server that counts statements by their text sees few of them.
const STEPS: u32 = 16;

/// The end of an operation, as its caller sees it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Deadline {
    at: Instant,
    step: Duration,
}

impl Deadline {
    pub(super) fn after(time_out: Duration) -> Self {
        let time_out = time_out.min(LONGEST);
        let step = Duration::from_millis(u64::try_from((time_out / STEPS).as_millis()).unwrap_or(u64::MAX).max(1));
        Self { at: Instant::now() + time_out, step }
    }

    pub(super) fn at(self) -> Instant {
        self.at
    }

    /// The longest that a statement which starts at `now` may take, in whole milliseconds.
    ///
    /// At least one step is left for the answer, so that the caller learns of it. `None` when there is no time left.
    pub(super) fn limit(self, now: Instant) -> Option<Duration> {
        let left = self.at.saturating_duration_since(now);
        let steps = left.as_millis() / self.step.as_millis().max(1);
        let steps = u32::try_from(steps).ok()?.checked_sub(1).filter(|steps| *steps > 0)?;
        Some(self.step * steps)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn limit(time_out: u64, left: u64) -> Option<u64> {
        let deadline = Deadline::after(Duration::from_millis(time_out));
        let now = deadline.at() - Duration::from_millis(left);
        deadline.limit(now).map(|limit| u64::try_from(limit.as_millis()).unwrap())
    }

    #[tokio::test]
    async fn limits_leave_at_least_one_step_for_the_answer() {
        assert_eq!(limit(1_600, 1_600), Some(1_500));
        assert_eq!(limit(1_600, 1_599), Some(1_400));
        assert_eq!(limit(1_600, 201), Some(100));
        assert_eq!(limit(1_600, 200), Some(100));
        assert_eq!(limit(1_600, 199), None);
        assert_eq!(limit(1_600, 0), None);
    }

    #[tokio::test]
    async fn limits_are_never_zero_and_never_too_long() {
        assert_eq!(limit(0, 0), None);
        assert_eq!(limit(1, 1), None);
        assert_eq!(limit(2, 2), Some(1));
        assert_eq!(limit(u64::MAX, 24 * 3_600_000), Some(24 * 3_600_000 / 16 * 15));
    }
}
