//! What a builder is told about the URL of an issuer's keys.

use std::fmt;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::sync::watch;

use super::fetch::FetchKeys;
use super::https::Https;
use super::state::State;
use super::{Freshness, Inner, Place, RemoteKeys, address};
use crate::principal::Algorithm;
use crate::token::error::TokenConfigError;

/// The URL of an issuer's keys, for [`TrustedIssuer::key_set_url`](crate::TrustedIssuer::key_set_url).
///
/// | when | what happens |
/// |---|---|
/// | the first token of the issuer comes | its request waits until the keys are there, at most 5 seconds |
/// | the keys are 5 minutes old | they are fetched again behind the back of the next request |
/// | they are 15 minutes old, because nobody asked | the next request waits |
/// | a token names a key that is not there | its request waits for one more look, and so do all others that come meanwhile; then not for 30 seconds |
/// | the issuer does not answer | the old keys are used for up to an hour, and it is asked every 30 seconds; after that, requests with its tokens are refused with 503 |
///
/// Keys come over https only, redirects are not followed, more than 512 KiB are not read, and shared secrets (`oct`) are not
/// taken. The system's certificates say whom to trust (`ca-certificates` on most systems).
///
/// ```
/// use session_runtime::{KeySetUrl, TrustedIssuer};
///
/// let by_url = TrustedIssuer::new("https://id.example").key_set_url(KeySetUrl::new("https://id.example/jwks"));
/// let by_discovery = TrustedIssuer::new("https://id.example").key_set_url(KeySetUrl::discovered());
/// ```
pub struct KeySetUrl {
    place: Place,
    http_on_loopback: bool,
    freshness: Freshness,
    fetcher: Option<Box<dyn FetchKeys>>,
}

impl KeySetUrl {
    /// The keys at `url`.
    pub fn new(url: impl Into<String>) -> Self {
        Self::at(Place::Url(url.into()))
    }

    /// The keys at the `jwks_uri` of the issuer's `/.well-known/openid-configuration`, which has to name the issuer
    /// (`OpenID` Connect Discovery 1.0).
    pub fn discovered() -> Self {
        Self::at(Place::Discovered)
    }

    fn at(place: Place) -> Self {
        let freshness = Freshness {
            refreshed_every: Duration::from_mins(5),
            stale_for: Duration::from_hours(1),
            cooldown: Duration::from_secs(30),
        };
        Self { place, http_on_loopback: false, freshness, fetcher: None }
    }

    /// Takes keys over plain http from `localhost` and addresses of this machine, for development and tests. Anybody on this
    /// machine who gets hold of the port can then make tokens.
    #[must_use]
    pub const fn http_on_loopback(mut self) -> Self {
        self.http_on_loopback = true;
        self
    }

    /// How old keys may be before they are fetched again; 5 minutes unless said otherwise.
    #[must_use]
    pub const fn refreshed_every(mut self, age: Duration) -> Self {
        self.freshness.refreshed_every = age;
        self
    }

    /// How old keys may be at most, while the issuer does not answer; an hour unless said otherwise. That long a key counts
    /// that the issuer took away, for whoever can keep us from asking.
    #[must_use]
    pub const fn stale_for(mut self, age: Duration) -> Self {
        self.freshness.stale_for = age;
        self
    }

    /// How soon the issuer is asked again: after it did not answer, and after a token named a key that it does not have; 30
    /// seconds unless said otherwise.
    #[must_use]
    pub const fn cooldown(mut self, pause: Duration) -> Self {
        self.freshness.cooldown = pause;
        self
    }

    /// Fetches by another client than the one that is built in.
    #[must_use]
    pub fn fetched_by(mut self, fetcher: impl FetchKeys) -> Self {
        self.fetcher = Some(Box::new(fetcher));
        self
    }

    pub(in crate::token) fn finish(
        self,
        issuer: &str,
        algorithms: &[Algorithm],
    ) -> Result<RemoteKeys, TokenConfigError> {
        let url = match &self.place {
            Place::Url(url) => url,
            Place::Discovered => &issuer.to_owned(),
        };
        address::check(url, self.http_on_loopback)
            .map_err(|error| TokenConfigError::KeySetUrl { url: url.as_str().into(), error })?;
        let fetcher = match self.fetcher {
            Some(fetcher) => fetcher,
            None => Box::new(Https::new().map_err(|error| TokenConfigError::Certificates(error.to_string().into()))?),
        };
        Ok(RemoteKeys(Arc::new(Inner {
            issuer: issuer.into(),
            place: self.place,
            http_on_loopback: self.http_on_loopback,
            algorithms: algorithms.into(),
            freshness: self.freshness,
            fetcher,
            state: Mutex::new(State::default()),
            ended: watch::Sender::new(()),
        })))
    }
}

impl fmt::Debug for KeySetUrl {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("KeySetUrl").field("place", &self.place).finish_non_exhaustive()
    }
}
