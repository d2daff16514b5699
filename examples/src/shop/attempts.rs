//! How often one may try a password.

use std::fmt;
use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use governor::clock::{Clock as _, Reference};
use governor::middleware::NoOpMiddleware;
use governor::nanos::Nanos;
use governor::state::keyed::HashMapStateStore;
use governor::{Quota, RateLimiter};
use session_runtime::Clock;

/// So many at once, and then one every [`PAUSE`].
const AT_ONCE: NonZeroU32 = NonZeroU32::new(20).unwrap();
const PAUSE: Duration = Duration::from_secs(30);
/// Names are what visitors type: from so many on, those are forgotten of whom there was no attempt lately.
const NAMES: usize = 10_000;
/// So much of a name is looked at: what a visitor types may be a megabyte.
const LONGEST: usize = 64;

/// The attempts to log in, by the name that was given: whether there is an account of that name makes no difference.
///
/// By name alone, since who is behind a proxy is the proxy's to say. A shop in earnest counts by address, too.
pub(crate) struct Attempts(RateLimiter<String, HashMapStateStore<String>, ShopClock, NoOpMiddleware<Instant>>);

impl Attempts {
    pub(super) fn new(clock: Arc<dyn Clock>) -> Self {
        let quota = Quota::with_period(PAUSE).map(|quota| quota.allow_burst(AT_ONCE));
        let quota = quota.unwrap_or_else(|| Quota::per_hour(AT_ONCE));
        Self(RateLimiter::new(quota, HashMapStateStore::default(), ShopClock(clock)))
    }

    /// One more attempt under this name; how many seconds to wait when it was one too many.
    pub(super) fn count(&self, username: &str) -> Result<(), u64> {
        if self.0.len() > NAMES {
            self.0.retain_recent();
            self.0.shrink_to_fit();
        }
        let now = self.0.clock().now();
        let name = username.trim().chars().take(LONGEST).flat_map(char::to_lowercase).collect();
        let counted = self.0.check_key(&name);
        counted.map_err(|not_until| not_until.wait_time_from(now).as_secs() + 1)
    }
}

/// The shop's clock, as the limiter reads it.
#[derive(Clone)]
struct ShopClock(Arc<dyn Clock>);

impl fmt::Debug for ShopClock {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("ShopClock")
    }
}

/// Since the Unix epoch.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Instant(Duration);

impl governor::clock::Clock for ShopClock {
    type Instant = Instant;

    fn now(&self) -> Instant {
        Instant(Duration::from_millis(self.0.now().as_millis()))
    }
}

impl std::ops::Add<Nanos> for Instant {
    type Output = Self;

    fn add(self, nanos: Nanos) -> Self {
        Self(self.0.saturating_add(nanos.into()))
    }
}

impl Reference for Instant {
    fn duration_since(&self, earlier: Self) -> Nanos {
        self.0.saturating_sub(earlier.0).into()
    }

    fn saturating_sub(&self, duration: Nanos) -> Self {
        Self(self.0.saturating_sub(duration.into()))
    }
}
