//! Keys: what signs, what verifies, and for which one algorithm.

use std::fmt;
use std::sync::Arc;

use jsonwebtoken::AlgorithmFamily::{Ec, Ed, Hmac, Rsa};
use jsonwebtoken::errors::{Error, ErrorKind};
use jsonwebtoken::jwk::EllipticCurve;
use jsonwebtoken::{DecodingKey, EncodingKey};

use super::error::KeyError;
use super::pem::expect_label;
use super::prepared;
use super::provider::{backend, provider};
use crate::principal::Algorithm;

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
        let key = key.map_err(|_| KeyError::DoesNotFit(algorithm))?;
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

    pub(super) fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    pub(super) fn id(&self) -> Option<&str> {
        self.id.as_deref()
    }

    /// Whether `signature` is this key's of `message`.
    pub(super) fn verifies(&self, message: &[u8], signature: &Vec<u8>) -> bool {
        prepared::verifies(self.algorithm, &self.key, message, signature)
    }
}

impl fmt::Debug for VerifyingKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("VerifyingKey").field("algorithm", &self.algorithm).field("id", &self.id).finish_non_exhaustive()
    }
}

/// A key that signs tokens by one algorithm.
///
/// `Debug` does not show it; it is wiped when dropped.
#[derive(Clone)]
pub struct SigningKey {
    key: EncodingKey,
    public: VerifyingKey,
}

impl SigningKey {
    /// A secret shared with whoever verifies.
    ///
    /// # Errors
    ///
    /// As [`VerifyingKey::secret`].
    pub fn secret(algorithm: Algorithm, secret: &[u8]) -> Result<Self, KeyError> {
        let public = VerifyingKey::secret(algorithm, secret)?;
        Ok(Self { key: EncodingKey::from_secret(secret), public })
    }

    /// A private key: a PEM labelled `PRIVATE KEY` (PKCS#8), or `RSA PRIVATE KEY` for RSA.
    ///
    /// # Errors
    ///
    /// As [`VerifyingKey::pem`]; [`KeyError::WrongLabel`] for a public key, an encrypted one, or an `EC PRIVATE KEY`.
    pub fn pem(algorithm: Algorithm, pem: &[u8]) -> Result<Self, KeyError> {
        let key = match backend(algorithm).family() {
            Hmac => return Err(KeyError::NeedsSecret(algorithm)),
            Rsa => {
                expect_label(pem, &["PRIVATE KEY", "RSA PRIVATE KEY"], "PRIVATE KEY")?;
                EncodingKey::from_rsa_pem(pem)
            }
            Ec => {
                expect_label(pem, &["PRIVATE KEY"], "PRIVATE KEY")?;
                EncodingKey::from_ec_pem(pem)
            }
            Ed => {
                expect_label(pem, &["PRIVATE KEY"], "PRIVATE KEY")?;
                EncodingKey::from_ed_pem(pem)
            }
        };
        let key = key.map_err(|_| KeyError::DoesNotFit(algorithm))?;
        let public = public_half(algorithm, &key)?;
        Ok(Self { key, public: VerifyingKey { algorithm, key: Arc::new(public), id: None } })
    }

    /// Names the key; tokens signed with it carry this as their `kid`.
    #[must_use]
    pub fn with_id(mut self, id: impl Into<Box<str>>) -> Self {
        self.public = self.public.with_id(id);
        self
    }

    /// The key that verifies what this one signs, of the same id.
    pub fn verifying_key(&self) -> VerifyingKey {
        self.public.clone()
    }

    pub(super) fn algorithm(&self) -> Algorithm {
        self.public.algorithm
    }

    pub(super) fn id(&self) -> Option<&str> {
        self.public.id()
    }

    pub(super) fn sign(&self, message: &[u8]) -> Option<Vec<u8>> {
        let signer = (provider().signer_factory)(&backend(self.algorithm()), &self.key).ok()?;
        signer.try_sign(message).ok()
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SigningKey")
            .field("algorithm", &self.algorithm())
            .field("id", &self.id())
            .finish_non_exhaustive()
    }
}

/// RFC 7518 3.2: a key of the same size as the hash output or larger.
fn expect_secret(algorithm: Algorithm, secret: &[u8]) -> Result<(), KeyError> {
    let minimum = match algorithm {
        Algorithm::HS256 => 32,
        Algorithm::HS384 => 48,
        Algorithm::HS512 => 64,
        _ => return Err(KeyError::NeedsPem(algorithm)),
    };
    if secret.len() < minimum {
        return Err(KeyError::SecretTooShort { algorithm, length: secret.len(), minimum });
    }
    Ok(())
}

/// Refuses at start what the provider would only refuse at every signature.
fn expect_public(algorithm: Algorithm, key: &DecodingKey) -> Result<(), KeyError> {
    let does_not_fit = |_: Error| KeyError::DoesNotFit(algorithm);
    let bytes = key.try_get_as_bytes().map_err(does_not_fit)?;
    let fits = match algorithm {
        Algorithm::RS256 | Algorithm::PS256 => {
            let (modulus, _) =
                (provider().key_utils.rsa_pub_components_from_public_key)(bytes).map_err(does_not_fit)?;
            return expect_modulus(&modulus);
        }
        // An uncompressed point (RFC 7518 6.2.1): 4, x, y.
        Algorithm::ES256 => bytes.len() == 65 && bytes.first() == Some(&4),
        Algorithm::ES384 => bytes.len() == 97 && bytes.first() == Some(&4),
        Algorithm::EdDSA => bytes.len() == 32,
        Algorithm::HS256 | Algorithm::HS384 | Algorithm::HS512 => false,
    };
    let fits = fits && (provider().verifier_factory)(&backend(algorithm), key).is_ok();
    if fits { Ok(()) } else { Err(KeyError::DoesNotFit(algorithm)) }
}

fn public_half(algorithm: Algorithm, key: &EncodingKey) -> Result<DecodingKey, KeyError> {
    let utils = &provider().key_utils;
    let does_not_fit = |_: Error| KeyError::DoesNotFit(algorithm);
    match backend(algorithm).family() {
        Hmac => Err(KeyError::NeedsSecret(algorithm)),
        Rsa => {
            let (modulus, exponent) = (utils.rsa_pub_components_from_private_key)(key.as_bytes())
                .map_err(|error| rsa_error(algorithm, &error))?;
            expect_modulus(&modulus)?;
            Ok(DecodingKey::from_rsa_raw_components(&modulus, &exponent))
        }
        Ec => {
            let (_, x, y) =
                (utils.ec_pub_components_from_private_key)(key.as_bytes(), backend(algorithm)).map_err(does_not_fit)?;
            Ok(DecodingKey::from_ec_der(&[&[4], x.as_slice(), y.as_slice()].concat()))
        }
        Ed => {
            let x = (utils.ed_pub_components_from_private_key)(key.as_bytes(), &EllipticCurve::Ed25519)
                .map_err(does_not_fit)?;
            Ok(DecodingKey::from_ed_der(&x))
        }
    }
}

/// RFC 7518 3.3: a key of size 2048 bits or larger.
fn expect_modulus(modulus: &[u8]) -> Result<(), KeyError> {
    let significant = modulus.iter().skip_while(|byte| **byte == 0);
    let leading_zeros = significant.clone().next().map_or(0, |first| first.leading_zeros() as usize);
    if significant.count() * 8 - leading_zeros < 2048 {
        return Err(KeyError::RsaTooShort);
    }
    Ok(())
}

/// AWS-LC does not even open a private key that is too short, and says so only in this word.
fn rsa_error(algorithm: Algorithm, error: &Error) -> KeyError {
    match error.kind() {
        ErrorKind::InvalidRsaKey(reason) if reason == "TooSmall" => KeyError::RsaTooShort,
        _ => KeyError::DoesNotFit(algorithm),
    }
}
