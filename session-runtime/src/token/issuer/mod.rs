//! Whose tokens are accepted, each by its own keys: a key of one issuer never verifies a token of another.

mod grants;
#[cfg(feature = "jwks-url")]
mod remote;
mod source;
mod trusted;

use self::grants::Grants;
#[cfg(feature = "jwks-url")]
pub(super) use self::remote::AddressError;
#[cfg(feature = "jwks-url")]
pub use self::remote::{FetchError, FetchFuture, FetchKeys, KeySetUrl};
pub(super) use self::source::KeySource;
pub use self::trusted::TrustedIssuer;

use super::admit::Expectations;
use super::compact::Compact;
use super::error::{TokenConfigError, TokenRefusal};
use super::header::Header;
use super::keys::{KeySet, VerifyingKey};
use super::opening::Opening;
use crate::clock::Timestamp;
use crate::principal::Algorithm;

/// One issuer: its keys, and what its tokens have to say.
#[derive(Debug)]
pub(crate) struct Issuer {
    algorithms: Box<[Algorithm]>,
    keys: KeySource,
    pub(super) opening: Opening,
    pub(super) expectations: Expectations,
    pub(super) grants: Grants,
}

impl Issuer {
    /// An issuer whose tokens are signed by one of `algorithms`, which `declared` has to name, too.
    pub(super) fn new(
        algorithms: Box<[Algorithm]>,
        keys: KeySource,
        expectations: Expectations,
        grants: Grants,
    ) -> Result<Self, TokenConfigError> {
        let declared = expectations.bearer.algorithms;
        if let Some(undeclared) = algorithms.iter().find(|algorithm| !declared.contains(algorithm)) {
            return Err(TokenConfigError::UndeclaredAlgorithm(*undeclared));
        }
        if let Some(keys) = keys.given() {
            if keys.is_empty() {
                return Err(TokenConfigError::NoKey((*expectations.issuer).into()));
            }
            let undeclared = |key: &&VerifyingKey| !algorithms.contains(&key.algorithm());
            if let Some(key) = keys.iter().find(undeclared) {
                return Err(TokenConfigError::UndeclaredAlgorithm(key.algorithm()));
            }
        }
        let opening = Opening::of(&expectations.issuer, &expectations.audience, &expectations.realm);
        Ok(Self { algorithms, keys, opening, expectations, grants })
    }

    /// Those of its keys that are known when the program starts.
    pub(super) fn given_keys(&self) -> impl Iterator<Item = &VerifyingKey> {
        self.keys.given().into_iter().flat_map(KeySet::iter)
    }

    pub(super) fn name(&self) -> &str {
        &self.expectations.issuer
    }

    /// Whether one of this issuer's keys, as they are at `now`, signed this. Answers with which keys
    /// they are.
    pub(super) fn authenticate(
        &self,
        algorithm: Algorithm,
        header: &Header<'_>,
        compact: &Compact<'_>,
        now: Timestamp,
    ) -> Result<u64, TokenRefusal> {
        if !self.algorithms.contains(&algorithm) {
            return Err(TokenRefusal::AlgorithmNotDeclared);
        }
        let (keys, generation) = self.keys.current(now).ok_or(TokenRefusal::KeysUnavailable)?;
        keys.authenticate(algorithm, header, compact)?;
        Ok(generation)
    }

    /// Fetches the keys, where a token was refused for want of one, unless that was tried just now.
    #[cfg(feature = "jwks-url")]
    pub(super) async fn fetch_keys(&self, refusal: TokenRefusal, now: Timestamp) {
        let KeySource::Url(keys) = &self.keys else { return };
        match refusal {
            TokenRefusal::KeysUnavailable => keys.renew(now).await,
            TokenRefusal::UnknownKey => keys.look_again(now).await,
            _ => {}
        }
    }

    /// Which keys are in use at `now`; none when there are none to be had.
    pub(super) fn generation(&self, now: Timestamp) -> Option<u64> {
        self.keys.generation(now)
    }
}
