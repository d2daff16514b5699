//! What verifies.

use std::fmt;
use std::sync::Arc;

use jsonwebtoken::AlgorithmFamily::{Ec, Ed, Hmac, Rsa};
use jsonwebtoken::DecodingKey;

use super::error::KeyError;
use super::fit::{expect_public, expect_secret};
use super::jwk::Jwk;
use super::pem::expect_label;
use super::prepared;
use crate::principal::Algorithm;
use crate::token::provider::{backend, is_symmetric};

/// A key that verifies the tokens of one algorithm.
///
/// `Debug` shows neither secret nor key. A secret is wiped when the key and its clones are dropped; a thread that
/// verified by it keeps the provider's form of it until the thread ends or meets another key.
///
/// ```
/// use session_runtime::{Algorithm, KeyError, VerifyingKey};
///
/// let key = VerifyingKey::secret(Algorithm::HS256, &[7; 32])?.with_id("2026-11");
///
/// assert!(matches!(
///     VerifyingKey::secret(Algorithm::HS256, b"too short"),
///     Err(KeyError::SecretTooShort { minimum: 32, .. })
/// ));
/// # Ok::<(), KeyError>(())
/// ```
#[derive(Clone)]
pub struct VerifyingKey {
    algorithm: Algorithm,
    key: Arc<DecodingKey>,
    id: Option<Box<str>>,
}

impl VerifyingKey {
    /// A secret shared with whoever signs.
    ///
    /// # Errors
    ///
    /// [`KeyError::NeedsPem`] when `algorithm` is not one of HMAC, [`KeyError::SecretTooShort`] when the secret has
    /// fewer bytes than the hash (RFC 7518 3.2).
    pub fn secret(algorithm: Algorithm, secret: &[u8]) -> Result<Self, KeyError> {
        expect_secret(algorithm, secret)?;
        Ok(Self { algorithm, key: Arc::new(DecodingKey::from_secret(secret)), id: None })
    }

    /// The public key of whoever signs: a PEM labelled `PUBLIC KEY`, or `RSA PUBLIC KEY` for RSA.
    ///
    /// # Errors
    ///
    /// [`KeyError::NeedsSecret`] for HMAC, [`KeyError::NotPem`], [`KeyError::WrongLabel`] for a private key or a
    /// certificate, [`KeyError::DoesNotFit`] for a key of another algorithm or curve, [`KeyError::RsaTooShort`] under
    /// 2048 bits (RFC 7518 3.3).
    pub fn pem(algorithm: Algorithm, pem: &[u8]) -> Result<Self, KeyError> {
        let key = match backend(algorithm).family() {
            Hmac => return Err(KeyError::NeedsSecret(algorithm)),
            Rsa => {
                expect_label(pem, &["PUBLIC KEY", "RSA PUBLIC KEY"], "PUBLIC KEY")?;
                DecodingKey::from_rsa_pem(pem)
            }
            Ec => {
                expect_label(pem, &["PUBLIC KEY"], "PUBLIC KEY")?;
                DecodingKey::from_ec_pem(pem)
            }
            Ed => {
                expect_label(pem, &["PUBLIC KEY"], "PUBLIC KEY")?;
                DecodingKey::from_ed_pem(pem)
            }
        };
        Self::of_public(algorithm, key.map_err(|_| KeyError::DoesNotFit(algorithm))?)
    }

    /// The key in a JWK (RFC 7517): public, or a secret (`oct`) for HMAC. Its `kid` becomes the key's id.
    ///
    /// # Errors
    ///
    /// [`KeyError::NotJwk`]; [`KeyError::OtherUse`] and [`KeyError::OtherAlgorithm`] when its `use`, `key_ops` or `alg` say
    /// that it is for something else; [`KeyError::PrivateJwk`] for a private key; [`KeyError::DoesNotFit`],
    /// [`KeyError::RsaTooShort`], [`KeyError::RsaTooLong`] and [`KeyError::SecretTooShort`] as for the other forms.
    pub fn jwk(algorithm: Algorithm, json: &[u8]) -> Result<Self, KeyError> {
        Self::of_jwk(algorithm, &Jwk::parse(json)?)
    }

    pub(super) fn of_jwk(algorithm: Algorithm, jwk: &Jwk<'_>) -> Result<Self, KeyError> {
        let mut key = if is_symmetric(algorithm) {
            Self::secret(algorithm, jwk.secret(algorithm)?)?
        } else {
            Self::of_public(algorithm, jwk.public(algorithm)?)?
        };
        key.id = jwk.id().map(Into::into);
        Ok(key)
    }

    pub(super) fn of_public(algorithm: Algorithm, key: DecodingKey) -> Result<Self, KeyError> {
        expect_public(algorithm, &key)?;
        Ok(Self { algorithm, key: Arc::new(key), id: None })
    }

    /// Names the key, as the `kid` of the tokens it verifies does.
    ///
    /// A token with a `kid` is verified by keys of that name and by keys without one; a token without a `kid` by every
    /// key of its algorithm.
    #[must_use]
    pub fn with_id(mut self, id: impl Into<Box<str>>) -> Self {
        self.id = Some(id.into());
        self
    }

    /// For which algorithm it is, and no other.
    pub fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    /// The `kid` of the tokens it verifies.
    pub fn id(&self) -> Option<&str> {
        self.id.as_deref()
    }

    pub(super) fn material(&self) -> &DecodingKey {
        &self.key
    }

    /// Whether `signature` is this key's of `message`.
    pub(in crate::token) fn verifies(&self, message: &[u8], signature: &Vec<u8>) -> bool {
        prepared::verifies(self.algorithm, &self.key, message, signature)
    }
}

impl fmt::Debug for VerifyingKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("VerifyingKey").field("algorithm", &self.algorithm).field("id", &self.id).finish_non_exhaustive()
    }
}
