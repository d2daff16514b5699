//! Where an issuer's keys come from.

use crate::clock::Timestamp;
use crate::token::keys::KeySet;

/// Where an issuer's keys come from.
#[derive(Debug)]
pub(in crate::token) enum KeySource {
    /// From the builder, for as long as the program runs.
    Given(KeySet),
}

impl KeySource {
    /// Those that are known when the program starts.
    #[expect(clippy::unnecessary_wraps, reason = "a URL's are not known then")]
    pub(super) fn given(&self) -> Option<&KeySet> {
        match self {
            Self::Given(keys) => Some(keys),
        }
    }

    /// Which keys they are at `now`: it changes whenever they do. None when there are none to be had.
    #[expect(clippy::unnecessary_wraps, reason = "a URL's may be out of reach")]
    pub(super) fn generation(&self, _now: Timestamp) -> Option<u64> {
        match self {
            Self::Given(_) => Some(0),
        }
    }

    /// The keys at `now`, and which ones they are; none when there are none to be had.
    #[expect(clippy::unnecessary_wraps, reason = "a URL's may be out of reach")]
    pub(super) fn current(&self, _now: Timestamp) -> Option<(KeySet, u64)> {
        match self {
            Self::Given(keys) => Some((keys.clone(), 0)),
        }
    }
}
