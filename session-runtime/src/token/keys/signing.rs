//! What signs.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::AlgorithmFamily::{Ec, Ed, Hmac, Rsa};
use jsonwebtoken::errors::Error;
use jsonwebtoken::jwk::EllipticCurve;
use jsonwebtoken::{DecodingKey, EncodingKey};
use zeroize::Zeroizing;

use super::der;
use super::error::KeyError;
use super::fit::{expect_modulus, rsa_error, shortest_secret};
use super::jwk::Jwk;
use super::pem::expect_label;
use super::verifying::VerifyingKey;
use crate::clock::Timestamp;
use crate::principal::Algorithm;
use crate::token::error::IssueError;
use crate::token::header::Header;
use crate::token::provider::{backend, is_symmetric, provider};

/// One in four billion numbers of 256 bits is no scalar of P-256, and then another one is drawn.
const DRAWS: u8 = 4;

/// A key that signs tokens by one algorithm.
///
/// `Debug` does not show it; it is wiped when dropped.
#[derive(Clone)]
pub struct SigningKey {
    key: EncodingKey,
    public: VerifyingKey,
    signs_from: Timestamp,
}

impl SigningKey {
    /// A secret shared with whoever verifies.
    ///
    /// # Errors
    ///
    /// As [`VerifyingKey::secret`].
    pub fn secret(algorithm: Algorithm, secret: &[u8]) -> Result<Self, KeyError> {
        let public = VerifyingKey::secret(algorithm, secret)?;
        Ok(Self { key: EncodingKey::from_secret(secret), public, signs_from: Timestamp::EPOCH })
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
        Self::of_private(algorithm, key.map_err(|_| KeyError::DoesNotFit(algorithm))?)
    }

    /// The private key, or the secret (`oct`), in a JWK (RFC 7517). Its `kid` becomes the key's id.
    ///
    /// # Errors
    ///
    /// As [`VerifyingKey::jwk`]; [`KeyError::DoesNotFit`] for a public key, too.
    pub fn jwk(algorithm: Algorithm, json: &[u8]) -> Result<Self, KeyError> {
        let jwk = Jwk::parse(json)?;
        let key = if is_symmetric(algorithm) {
            Self::secret(algorithm, jwk.secret(algorithm)?)?
        } else {
            Self::of_private(algorithm, jwk.private(algorithm)?)?
        };
        Ok(match jwk.id() {
            Some(id) => key.with_id(id),
            None => key,
        })
    }

    /// A new key that nobody else has: its tokens count until the program ends.
    ///
    /// # Errors
    ///
    /// [`KeyError::NotGenerated`] for RSA; [`KeyError::Randomness`] when the system gives no random bytes.
    pub fn generate(algorithm: Algorithm) -> Result<Self, KeyError> {
        let length = match algorithm {
            Algorithm::EdDSA | Algorithm::ES256 => 32,
            Algorithm::ES384 => 48,
            _ => shortest_secret(algorithm).ok_or(KeyError::NotGenerated(algorithm))?,
        };
        let mut bytes = Zeroizing::new(vec![0; length]);
        for _ in 0..DRAWS {
            getrandom::fill(&mut bytes).map_err(|_| KeyError::Randomness)?;
            let key = match algorithm {
                Algorithm::EdDSA => EncodingKey::from_ed_der(&der::ed25519(&bytes)),
                Algorithm::ES256 => EncodingKey::from_ec_der(&der::ec(der::P256, &bytes, None)),
                Algorithm::ES384 => EncodingKey::from_ec_der(&der::ec(der::P384, &bytes, None)),
                _ => return Self::secret(algorithm, &bytes),
            };
            if let Ok(key) = Self::of_private(algorithm, key) {
                return Ok(key);
            }
        }
        Err(KeyError::Randomness)
    }

    fn of_private(algorithm: Algorithm, key: EncodingKey) -> Result<Self, KeyError> {
        let public = VerifyingKey::of_public(algorithm, public_half(algorithm, &key)?)?;
        Ok(Self { key, public, signs_from: Timestamp::EPOCH })
    }

    /// Names the key; tokens signed with it carry this as their `kid`.
    #[must_use]
    pub fn with_id(mut self, id: impl Into<Box<str>>) -> Self {
        self.public = self.public.with_id(id);
        self
    }

    /// Signs from this instant on; before it, the key is published and verifies only.
    ///
    /// For rotation without a gap: give the new key to every node, with an instant by which all of them, and whoever
    /// keeps a copy of the published keys, will know it. Then take the old one away once its last tokens have expired.
    #[must_use]
    pub fn signs_from(mut self, instant: Timestamp) -> Self {
        self.signs_from = instant;
        self
    }

    /// A compact JWS (RFC 7515 7.1) of any payload, with this `typ`; the `kid` is the key's id.
    ///
    /// # Errors
    ///
    /// [`IssueError::Signature`] when it cannot be signed.
    pub fn sign_jws(&self, payload: &[u8], typ: Option<&str>) -> Result<String, IssueError> {
        self.sign_compact(self.header(typ), payload)
    }

    /// The header of what is signed with this key, encoded, with the dot behind it.
    pub(in crate::token) fn header(&self, typ: Option<&str>) -> String {
        let mut header = URL_SAFE_NO_PAD.encode(Header::written(self.algorithm(), typ, self.id()));
        header.push('.');
        header
    }

    /// Puts payload and signature behind `header`.
    pub(in crate::token) fn sign_compact(&self, header: String, payload: &[u8]) -> Result<String, IssueError> {
        let mut jws = header;
        URL_SAFE_NO_PAD.encode_string(payload, &mut jws);
        let signature = self.sign(jws.as_bytes()).ok_or(IssueError::Signature)?;
        jws.push('.');
        URL_SAFE_NO_PAD.encode_string(signature, &mut jws);
        Ok(jws)
    }

    /// The key that verifies what this one signs, of the same id.
    pub fn verifying_key(&self) -> VerifyingKey {
        self.public.clone()
    }

    /// By which algorithm it signs.
    pub fn algorithm(&self) -> Algorithm {
        self.public.algorithm()
    }

    /// The `kid` of the tokens it signs.
    pub fn id(&self) -> Option<&str> {
        self.public.id()
    }

    /// Whether it signs at `now`, and since when.
    pub(in crate::token) fn signing_since(&self, now: Timestamp) -> Option<Timestamp> {
        (self.signs_from <= now).then_some(self.signs_from)
    }

    pub(in crate::token) fn sign(&self, message: &[u8]) -> Option<Vec<u8>> {
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
