//! Several keys of one signer.

use std::sync::Arc;

use serde::Deserialize;
use serde_json::value::RawValue;

use super::error::KeyError;
use super::jwk::Jwk;
use super::publish::published;
use super::verifying::VerifyingKey;
use crate::principal::Algorithm;
use crate::token::buffers::Buffers;
use crate::token::compact::{Compact, MAX_BYTES};
use crate::token::error::TokenRefusal;
use crate::token::header::Header;
use crate::token::provider::is_symmetric;

/// More keys than this publishes no issuer.
const MAX_KEYS: usize = 128;
/// By how many keys a token is tried that does not say which one it is: each costs a signature check, and a forged token shall
/// cost no more than twice a good one. Two are what an issuer has while it exchanges one for another.
const MOST_CANDIDATES: usize = 2;

/// The keys of one signer, told apart by their ids.
///
/// What needs no claims is verified by it directly: a compact JWS (RFC 7515) goes in, the payload's bytes come out.
///
/// ```
/// use session_runtime::{Algorithm, KeySet, SigningKey};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let key = SigningKey::generate(Algorithm::EdDSA)?.with_id("2026-11");
/// let keys = KeySet::new([key.verifying_key()])?;
///
/// let jws = key.sign_jws(b"any bytes", None)?;
/// assert_eq!(keys.verify(&jws)?, b"any bytes");
/// assert!(keys.verify(&jws.replacen('.', "..", 1)).is_err());
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct KeySet(Arc<[VerifyingKey]>);

#[derive(Deserialize)]
struct Jwks<'j> {
    #[serde(borrow)]
    keys: Vec<&'j RawValue>,
}

impl KeySet {
    /// These keys.
    ///
    /// # Errors
    ///
    /// [`KeyError::DuplicateId`] when two have the same id (RFC 7517 4.5), [`KeyError::MixedFamilies`] when secrets are
    /// beside public keys (RFC 8725 2.1), [`KeyError::TooMany`] above 128.
    pub fn new(keys: impl IntoIterator<Item = VerifyingKey>) -> Result<Self, KeyError> {
        let keys: Vec<_> = keys.into_iter().collect();
        if keys.len() > MAX_KEYS {
            return Err(KeyError::TooMany);
        }
        let symmetric = |key: &VerifyingKey| is_symmetric(key.algorithm());
        if keys.iter().any(symmetric) && !keys.iter().all(symmetric) {
            return Err(KeyError::MixedFamilies);
        }
        for (position, key) in keys.iter().enumerate() {
            let Some(id) = key.id() else { continue };
            if keys.iter().take(position).any(|other| other.id() == Some(id)) {
                return Err(KeyError::DuplicateId(id.into()));
            }
        }
        Ok(Self(keys.into()))
    }

    /// The keys of a JWK set (RFC 7517 5) that are for one of `algorithms`.
    ///
    /// A key says for what it is by `use`, `key_ops` and `alg`; one without `alg` is for the first of `algorithms` that
    /// it fits. Keys of other kinds and for other uses are skipped, as are private ones. No key for any of `algorithms`
    /// is a set all the same, by which nothing verifies.
    ///
    /// # Errors
    ///
    /// [`KeyError::NotJwkSet`]; [`KeyError::RsaTooShort`] and [`KeyError::SecretTooShort`] for a weak key that would be
    /// used; and as [`new`](Self::new).
    pub fn jwks(algorithms: &[Algorithm], json: &[u8]) -> Result<Self, KeyError> {
        let weak = |error: &KeyError| matches!(error, KeyError::RsaTooShort | KeyError::SecretTooShort { .. });
        Self::of_jwks(algorithms, json, weak)
    }

    /// The same for a set that somebody publishes: a secret that is published is none, and a weak key is skipped.
    #[cfg_attr(not(any(test, feature = "jwks-url")), expect(dead_code, reason = "a set from a URL is read by it"))]
    pub(crate) fn published(algorithms: &[Algorithm], json: &[u8]) -> Result<Self, KeyError> {
        let asymmetric: Vec<_> = algorithms.iter().copied().filter(|algorithm| !is_symmetric(*algorithm)).collect();
        Self::of_jwks(&asymmetric, json, |_| false)
    }

    fn of_jwks(algorithms: &[Algorithm], json: &[u8], matters: impl Fn(&KeyError) -> bool) -> Result<Self, KeyError> {
        let set: Jwks<'_> = serde_json::from_slice(json).map_err(|_| KeyError::NotJwkSet)?;
        let mut keys = Vec::new();
        for jwk in set.keys {
            // A key that cannot even be read is one of a kind that is not known here (RFC 7517 5).
            let Ok(jwk) = Jwk::parse(jwk.get().as_bytes()) else { continue };
            let mut outcomes = algorithms.iter().map(|algorithm| VerifyingKey::of_jwk(*algorithm, &jwk));
            if let Some(outcome) = outcomes.find(|outcome| outcome.as_ref().map_or_else(&matters, |_| true)) {
                keys.push(outcome?);
            }
        }
        Self::new(keys)
    }

    /// Verifies a compact JWS and answers with the payload's bytes. Nothing in them is looked at: neither who made it, nor
    /// for whom, nor until when it counts.
    ///
    /// # Errors
    ///
    /// [`TokenRefusal::TooLarge`] above 8 KiB, [`TokenRefusal::Malformed`], [`TokenRefusal::DuplicateHeader`],
    /// [`TokenRefusal::UnknownCritical`]; [`TokenRefusal::AlgorithmNotDeclared`] when no key is for its algorithm;
    /// [`TokenRefusal::UnknownKey`] when none of them has its `kid`, or it has none and more than two would do;
    /// [`TokenRefusal::BadSignature`].
    pub fn verify(&self, jws: &str) -> Result<Vec<u8>, TokenRefusal> {
        self.verify_of_type(jws, None)
    }

    /// The same for a JWS whose `typ` has to be this media type (RFC 8725 3.11), as `secevent+jwt`.
    ///
    /// # Errors
    ///
    /// As [`verify`](Self::verify), and [`TokenRefusal::WrongType`].
    pub fn verify_typed(&self, jws: &str, typ: &str) -> Result<Vec<u8>, TokenRefusal> {
        self.verify_of_type(jws, Some(typ))
    }

    fn verify_of_type(&self, jws: &str, typ: Option<&str>) -> Result<Vec<u8>, TokenRefusal> {
        let mut buffers = Buffers::of_this_thread();
        let compact = Compact::parse(jws.as_bytes(), MAX_BYTES, &mut buffers)?;
        let text = compact.header_text()?;
        let header = Header::parse(&text)?;
        let declared = self.0.iter().map(VerifyingKey::algorithm);
        let algorithm = header.algorithm_among(declared)?;
        if typ.is_some_and(|typ| !header.is_of_type(typ)) {
            return Err(TokenRefusal::WrongType);
        }
        self.authenticate(algorithm, &header, &compact)?;
        Ok(compact.payload.to_vec())
    }

    /// Whether one of the keys signed this by `algorithm`.
    pub(in crate::token) fn authenticate(
        &self,
        algorithm: Algorithm,
        header: &Header<'_>,
        compact: &Compact<'_>,
    ) -> Result<(), TokenRefusal> {
        let answers = |key: &&VerifyingKey| match (&header.key_id, key.id()) {
            (Some(wanted), Some(id)) => wanted == id,
            _ => true,
        };
        let candidates = || self.0.iter().filter(|key| key.algorithm() == algorithm).filter(answers);
        if !(1..=MOST_CANDIDATES).contains(&candidates().take(MOST_CANDIDATES + 1).count()) {
            return Err(TokenRefusal::UnknownKey);
        }
        if !candidates().any(|key| key.verifies(compact.signed, compact.signature)) {
            return Err(TokenRefusal::BadSignature);
        }
        Ok(())
    }

    /// The public ones among the keys as a JWK set (RFC 7517 5). Secrets are left out.
    pub fn to_jwks(&self) -> String {
        published(self.iter())
    }

    /// The keys, in the order in which they were given.
    pub fn iter(&self) -> impl Iterator<Item = &VerifyingKey> {
        self.0.iter()
    }

    /// Whether nothing verifies by it.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// How many keys there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }
}
