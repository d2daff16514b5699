//! Keys from a URL: fetched when they are needed, again before they age, and once for all who wait.

mod address;
mod discovery;
mod fetch;
mod https;
mod state;
#[cfg(test)]
mod tests;
mod url;

pub(crate) use self::address::AddressError;
pub use self::fetch::{FetchError, FetchFuture, FetchKeys};
pub use self::url::KeySetUrl;

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::watch;

use self::state::{Access, Begun, Cause, Moment, State};
use crate::clock::Timestamp;
use crate::principal::Algorithm;
use crate::token::keys::KeySet;

/// How long fetching may take, and with it a request that waits for it.
const TIME_OUT: Duration = Duration::from_secs(5);

/// How old keys may be.
#[derive(Clone, Copy, Debug)]
struct Freshness {
    /// At this age they are fetched again behind a request's back.
    refreshed_every: Duration,
    /// At this age they are not used any more, even if the issuer does not answer.
    stale_for: Duration,
    /// How soon fetching is tried again.
    cooldown: Duration,
}

impl Freshness {
    /// At this age a request waits until fetching was tried: nobody asked for long, or the issuer does not answer.
    fn aged_after(&self) -> Duration {
        self.refreshed_every.saturating_mul(3)
    }
}

/// Where the keys are.
#[derive(Debug)]
enum Place {
    Url(String),
    /// Where the issuer's own configuration says.
    Discovered,
}

/// The keys at a URL, as far as they are known. Clones share them.
#[derive(Clone)]
pub(in crate::token) struct RemoteKeys(Arc<Inner>);

struct Inner {
    issuer: Box<str>,
    place: Place,
    http_on_loopback: bool,
    algorithms: Box<[Algorithm]>,
    freshness: Freshness,
    fetcher: Box<dyn FetchKeys>,
    state: Mutex<State>,
    /// Moves whenever fetching is over.
    ended: watch::Sender<()>,
}

impl RemoteKeys {
    /// The keys, and which ones they are; none when fetching them has to be waited for, or has failed for long.
    pub(super) fn current(&self, now: Timestamp) -> Option<(KeySet, u64)> {
        self.usable(now, State::keys)
    }

    /// Which keys they are.
    pub(super) fn generation(&self, now: Timestamp) -> Option<u64> {
        self.usable(now, |state| Some(state.generation()))
    }

    fn usable<T>(&self, now: Timestamp, read: impl FnOnce(&State) -> Option<T>) -> Option<T> {
        let now = Moment::new(now);
        let mut state = self.0.state();
        match state.access(now, &self.0.freshness) {
            Access::Ready => read(&state),
            Access::Due => {
                if state.begin(Cause::Age, now, &self.0.freshness) == Begun::Here {
                    self.fetch_aside(now);
                }
                read(&state)
            }
            Access::Wait | Access::None => None,
        }
    }

    /// Fetches the keys because there are none that can be used, unless that was tried just now.
    pub(super) async fn renew(&self, now: Timestamp) {
        self.fetch_once(Cause::Age, now).await;
    }

    /// Fetches the keys because a token names one that is not among them, unless that was tried just now.
    pub(super) async fn look_again(&self, now: Timestamp) {
        self.fetch_once(Cause::UnknownKey, now).await;
    }

    /// Once for all who ask while it is under way.
    async fn fetch_once(&self, cause: Cause, now: Timestamp) {
        // Before it is known whether anybody fetches: what ends in between is then not missed.
        let mut ended = self.0.ended.subscribe();
        let now = Moment::new(now);
        let begun = self.0.state().begin(cause, now, &self.0.freshness);
        match begun {
            Begun::No => return,
            Begun::Here => self.fetch_aside(now),
            Begun::ByAnother => {}
        }
        // The sender lives as long as `self`.
        let _ = ended.changed().await;
    }

    /// In a task of its own: a client that hangs up takes nothing away from those who wait.
    fn fetch_aside(&self, now: Moment) {
        let fetching = Fetching(Arc::clone(&self.0));
        match tokio::runtime::Handle::try_current() {
            Ok(runtime) => drop(runtime.spawn(async move { fetching.run(now).await })),
            Err(error) => fetching.0.failed(&FetchError::new(error)),
        }
    }
}

/// Fetching, under way. When it is dropped it is over, however it went.
struct Fetching(Arc<Inner>);

impl Fetching {
    async fn run(self, now: Moment) {
        match tokio::time::timeout(TIME_OUT, self.0.fetch()).await {
            Ok(Ok((keys, json))) => self.0.fetched(keys, json, now),
            Ok(Err(error)) => self.0.failed(&error),
            Err(late) => self.0.failed(&FetchError::new(late)),
        }
    }
}

impl Drop for Fetching {
    fn drop(&mut self) {
        self.0.state().ended();
        self.0.ended.send_replace(());
    }
}

impl Inner {
    async fn fetch(&self) -> Result<(KeySet, Vec<u8>), FetchError> {
        let discovered;
        let url = match &self.place {
            Place::Url(url) => url,
            Place::Discovered => {
                let configuration = self.fetcher.fetch(&discovery::configuration_of(&self.issuer)).await?;
                discovered = discovery::jwks_uri(&self.issuer, &configuration)?;
                address::check(&discovered, self.http_on_loopback)
                    .map_err(|_| FetchError::new("`jwks_uri` is not an https URL without a password"))?;
                &discovered
            }
        };
        let json = self.fetcher.fetch(url).await?;
        let keys = KeySet::published(&self.algorithms, &json).map_err(FetchError::new)?;
        Ok((keys, json))
    }

    fn fetched(&self, keys: KeySet, json: Vec<u8>, now: Moment) {
        let count = keys.len();
        let changed = self.state().fetched(keys, json, now);
        if changed {
            tracing::info!(target: "session", issuer = %self.issuer, keys = count, changed, "session.keys_fetched");
        } else {
            // A stranger's token may name an unknown key, so this happens as often as the cooldown allows.
            tracing::debug!(target: "session", issuer = %self.issuer, keys = count, changed, "session.keys_fetched");
        }
    }

    fn failed(&self, error: &FetchError) {
        let stale = self.state().keys().is_some();
        tracing::warn!(target: "session", issuer = %self.issuer, %error, stale, "session.keys_unavailable");
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for RemoteKeys {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("RemoteKeys")
            .field("issuer", &self.0.issuer)
            .field("place", &self.0.place)
            .finish_non_exhaustive()
    }
}
