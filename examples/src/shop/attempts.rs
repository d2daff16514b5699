//! Limits how often a client may try the password of an account.

use std::fmt;
use std::num::NonZeroU32;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use governor::clock::{Clock as _, Reference};
use governor::middleware::NoOpMiddleware;
use governor::nanos::Nanos;
use governor::state::keyed::HashMapStateStore;
use governor::{Quota, RateLimiter};
use session_runtime::Clock;

use super::client::Client;

/// So many at once, and then one every [`PAUSE`].
const AT_ONCE: NonZeroU32 = NonZeroU32::new(20).unwrap();
const PAUSE: Duration = Duration::from_secs(30);
/// Beyond this many pairs of a client and a name, those without an attempt of late are forgotten.
const MOST_PAIRS: usize = 10_000;
/// So much of a name is looked at: what a visitor types may be a megabyte.
const LONGEST: usize = 64;

/// The attempts to log in, by the client and the name that was given, whether or not there is an account of that name.
///
/// By name alone, anyone could lock an account out. A client that guesses many names is slowed down by `hashing`.
pub(crate) struct Attempts {
    limiter: RateLimiter<Pair, HashMapStateStore<Pair>, ShopClock, NoOpMiddleware<Instant>>,
    /// From this many pairs on, some are forgotten.
    sweep_at: AtomicUsize,
}

type Pair = (Client, String);

impl Attempts {
    pub(super) fn new(clock: Arc<dyn Clock>) -> Self {
        let quota = Quota::with_period(PAUSE).map(|quota| quota.allow_burst(AT_ONCE));
        let quota = quota.unwrap_or_else(|| Quota::per_hour(AT_ONCE));
        let limiter = RateLimiter::new(quota, HashMapStateStore::default(), ShopClock(clock));
        Self { limiter, sweep_at: AtomicUsize::new(MOST_PAIRS) }
    }

    /// Counts one more attempt of this client under this name. If it was one too many: the seconds to wait.
    pub(super) fn count(&self, client: Client, username: &str) -> Result<(), u64> {
        if self.limiter.len() > self.sweep_at.load(Ordering::Relaxed) {
            self.limiter.retain_recent();
            self.limiter.shrink_to_fit();
            // Twice as many: under a flood, a sweep for each attempt would cost more than the flood.
            self.sweep_at.store(MOST_PAIRS.max(2 * self.limiter.len()), Ordering::Relaxed);
        }
        let now = self.limiter.clock().now();
        let name = username.trim().chars().take(LONGEST).flat_map(char::to_lowercase).collect();
        let counted = self.limiter.check_key(&(client, name));
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
