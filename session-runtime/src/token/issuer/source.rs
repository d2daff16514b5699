//! Where an issuer's keys come from.

use std::borrow::Cow;

#[cfg(feature = "jwks-url")]
use super::remote::RemoteKeys;
use crate::clock::Timestamp;
use crate::token::keys::KeySet;

/// Where an issuer's keys come from.
#[derive(Debug)]
pub(in crate::token) enum KeySource {
    /// From the builder, for as long as the program runs.
    Given(KeySet),
    /// From a URL, again and again.
    #[cfg(feature = "jwks-url")]
    Url(RemoteKeys),
}

impl KeySource {
    /// Those that are known when the program starts.
    #[cfg_attr(not(feature = "jwks-url"), expect(clippy::unnecessary_wraps, reason = "a URL's are not known then"))]
    pub(super) fn given(&self) -> Option<&KeySet> {
        match self {
            Self::Given(keys) => Some(keys),
            #[cfg(feature = "jwks-url")]
            Self::Url(_) => None,
        }
    }

    /// Which keys they are at `now`: it changes whenever they do. None when there are none to be had.
    #[cfg_attr(not(feature = "jwks-url"), expect(clippy::unnecessary_wraps, reason = "a URL's may be out of reach"))]
    #[cfg_attr(not(feature = "jwks-url"), allow(unused_variables))]
    pub(super) fn generation(&self, now: Timestamp) -> Option<u64> {
        match self {
            Self::Given(_) => Some(0),
            #[cfg(feature = "jwks-url")]
            Self::Url(keys) => keys.generation(now),
        }
    }

    /// The keys at `now`, and which ones they are; none when there are none to be had.
    #[cfg_attr(not(feature = "jwks-url"), expect(clippy::unnecessary_wraps, reason = "a URL's may be out of reach"))]
    #[cfg_attr(not(feature = "jwks-url"), allow(unused_variables))]
    pub(super) fn current(&self, now: Timestamp) -> Option<(Cow<'_, KeySet>, u64)> {
        match self {
            Self::Given(keys) => Some((Cow::Borrowed(keys), 0)),
            #[cfg(feature = "jwks-url")]
            Self::Url(keys) => keys.current(now).map(|(keys, generation)| (Cow::Owned(keys), generation)),
        }
    }
}
