//! Instants, and where they come from.
//!
//! Nothing in this crate reads the system's clock on its own: every decision takes the instant it is made at, and the
//! one place that asks for it asks the [`Clock`] of the [`Sessions`](crate::Sessions) in use.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// The largest tolerated difference between the clocks of two nodes: 60 seconds.
///
/// Nodes that share sessions need synchronised clocks. An instant that another node wrote and that lies ahead of this
/// node's clock counts as now, up to this tolerance. Beyond it, the instant is not to be believed and counts as too old:
///
/// * A session or a token family that began, or was active, in the future is not accepted. Its cookie is left alone,
///   because this node's clock may be the wrong one.
/// * A log-in or a factor in the future satisfies neither `max_age` nor `fresh`.
/// * A confirmation or a replaced id from the future is not accepted.
/// * A revalidation in the future is due again.
///
/// The event `session.clock_skew` reports such sessions. For tokens of other issuers, `bearer(leeway)` is the tolerance.
pub const TOLERATED_CLOCK_SKEW: Duration = Duration::from_millis(TOLERATED_MILLIS);
const TOLERATED_MILLIS: u64 = 60_000;

/// An instant, in milliseconds since the Unix epoch.
///
/// Finer than a second, so that a limit of 15 minutes ends after 15 minutes and not up to a second later.
///
/// To show it, convert it: [`SystemTime`] is what the crates for dates and times start from.
///
/// ```
/// use session_runtime::Timestamp;
/// use std::time::{Duration, SystemTime, UNIX_EPOCH};
///
/// let instant = SystemTime::from(Timestamp::from_millis(1_500));
/// assert_eq!(instant, UNIX_EPOCH + Duration::from_millis(1_500));
/// assert_eq!(Timestamp::from(instant), Timestamp::from_millis(1_500));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(u64);

impl Timestamp {
    /// The Unix epoch.
    pub const EPOCH: Self = Self(0);

    /// The instant this many whole seconds after the Unix epoch, as a JSON Web Token's `NumericDate` counts.
    pub const fn from_secs(seconds: u64) -> Self {
        Self(seconds.saturating_mul(1000))
    }

    /// The instant this many milliseconds after the Unix epoch.
    pub const fn from_millis(milliseconds: u64) -> Self {
        Self(milliseconds)
    }

    /// Whole seconds since the Unix epoch, rounded down.
    pub const fn as_secs(self) -> u64 {
        self.0 / 1000
    }

    /// Milliseconds since the Unix epoch.
    pub const fn as_millis(self) -> u64 {
        self.0
    }

    /// How long ago `earlier` was; zero when it lies ahead.
    #[must_use]
    pub const fn since(self, earlier: Self) -> Duration {
        Duration::from_millis(self.0.saturating_sub(earlier.0))
    }

    /// The age of `instant`: zero if it lies ahead by [`TOLERATED_CLOCK_SKEW`] at most, and endless if further ahead.
    pub(crate) const fn age_of(self, instant: Self) -> Duration {
        if instant.is_ahead_of(self) { Duration::MAX } else { self.since(instant) }
    }

    /// Returns true if this instant lies ahead of `now` by more than [`TOLERATED_CLOCK_SKEW`].
    pub(crate) const fn is_ahead_of(self, now: Self) -> bool {
        self.0.saturating_sub(now.0) > TOLERATED_MILLIS
    }

    /// The instant `duration` later; the last one there is when that is beyond it.
    #[must_use]
    pub fn plus(self, duration: Duration) -> Self {
        let milliseconds = u64::try_from(duration.as_millis()).unwrap_or(u64::MAX);
        Self(self.0.saturating_add(milliseconds))
    }

    /// The instant `duration` earlier; the epoch when that is before it.
    #[must_use]
    pub fn minus(self, duration: Duration) -> Self {
        let milliseconds = u64::try_from(duration.as_millis()).unwrap_or(u64::MAX);
        Self(self.0.saturating_sub(milliseconds))
    }
}

/// An instant before 1970 becomes the [epoch](Timestamp::EPOCH).
impl From<SystemTime> for Timestamp {
    fn from(instant: SystemTime) -> Self {
        Self::EPOCH.plus(instant.duration_since(UNIX_EPOCH).unwrap_or_default())
    }
}

/// An instant that this system cannot count to becomes the last second of the year 9999.
impl From<Timestamp> for SystemTime {
    fn from(instant: Timestamp) -> Self {
        const LAST: Duration = Duration::from_secs(253_402_300_799);
        let since_epoch = Duration::from_millis(instant.0);
        UNIX_EPOCH.checked_add(since_epoch).or_else(|| UNIX_EPOCH.checked_add(LAST)).unwrap_or(UNIX_EPOCH)
    }
}

/// Tells what time it is.
///
/// Injected through [`SessionsBuilder::clock`](crate::SessionsBuilder::clock), so that a test moves time instead of
/// waiting for it.
pub trait Clock: Send + Sync + 'static {
    /// The present instant.
    fn now(&self) -> Timestamp;
}

impl<C: Clock + ?Sized> Clock for std::sync::Arc<C> {
    fn now(&self) -> Timestamp {
        (**self).now()
    }
}

/// The system's clock.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        // Before 1970 there is no session that could be valid.
        SystemTime::now().into()
    }
}

/// A clock that stands still until a test moves it. Clones share one time.
///
/// ```
/// use session_runtime::{Clock, ManualClock, Timestamp};
/// use std::time::Duration;
///
/// let clock = ManualClock::at(Timestamp::from_secs(1_000));
/// clock.advance(Duration::from_secs(5));
/// assert_eq!(clock.now(), Timestamp::from_secs(1_005));
/// ```
#[cfg(any(test, feature = "test-util"))]
#[cfg_attr(docsrs, doc(cfg(feature = "test-util")))]
#[derive(Clone, Debug)]
pub struct ManualClock(std::sync::Arc<std::sync::atomic::AtomicU64>);

#[cfg(any(test, feature = "test-util"))]
impl ManualClock {
    /// A clock that shows `now`.
    pub fn at(now: Timestamp) -> Self {
        Self(std::sync::Arc::new(now.as_millis().into()))
    }

    /// Moves the clock forward.
    pub fn advance(&self, by: Duration) {
        self.set(self.now().plus(by));
    }

    /// Sets the clock, forward or back.
    pub fn set(&self, now: Timestamp) {
        self.0.store(now.as_millis(), std::sync::atomic::Ordering::SeqCst);
    }
}

#[cfg(any(test, feature = "test-util"))]
impl Clock for ManualClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_millis(self.0.load(std::sync::atomic::Ordering::SeqCst))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn differences_saturate() {
        let (earlier, later) = (Timestamp::from_secs(10), Timestamp::from_secs(25));
        assert_eq!(later.since(earlier), Duration::from_secs(15));
        assert_eq!(earlier.since(later), Duration::ZERO);
        assert_eq!(earlier.minus(Duration::from_secs(11)), Timestamp::EPOCH);
        assert_eq!(later.plus(Duration::MAX), Timestamp::from_millis(u64::MAX));
    }

    #[test]
    fn an_instant_ahead_of_the_tolerance_is_too_old() {
        let now = Timestamp::from_secs(1_000);
        let ahead = |millis| now.plus(Duration::from_millis(millis));
        for (instant, age) in [
            (now.minus(Duration::from_secs(7)), Duration::from_secs(7)),
            (ahead(0), Duration::ZERO),
            (ahead(59_999), Duration::ZERO),
            (ahead(60_000), Duration::ZERO),
            (ahead(60_001), Duration::MAX),
            (Timestamp::from_millis(u64::MAX), Duration::MAX),
        ] {
            assert_eq!(now.age_of(instant), age, "{instant:?}");
            assert_eq!(instant.is_ahead_of(now), age == Duration::MAX);
        }
    }

    #[test]
    fn the_systems_instants_come_and_go() {
        for instant in [Timestamp::EPOCH, Timestamp::from_millis(1), Timestamp::from_secs(253_402_300_799)] {
            assert_eq!(Timestamp::from(SystemTime::from(instant)), instant);
        }
        assert_eq!(Timestamp::from(UNIX_EPOCH - Duration::from_secs(1)), Timestamp::EPOCH);
        assert!(SystemTime::from(Timestamp::from_millis(u64::MAX)) > UNIX_EPOCH);
    }
}
