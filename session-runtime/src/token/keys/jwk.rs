//! JSON Web Keys (RFC 7517), read strictly: what a key says about its use is believed.

use std::borrow::Cow;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::{DecodingKey, EncodingKey};
use serde::Deserialize;
use zeroize::Zeroizing;

use super::der;
use super::error::KeyError;
use crate::principal::Algorithm;

/// One key. Members that mean nothing here are skipped (RFC 7517 4); one that is there twice is an error.
#[derive(Deserialize)]
pub(super) struct Jwk<'j> {
    #[serde(borrow)]
    kty: Cow<'j, str>,
    #[serde(borrow, rename = "use")]
    purpose: Option<Cow<'j, str>>,
    #[serde(borrow)]
    key_ops: Option<Vec<Cow<'j, str>>>,
    #[serde(borrow)]
    alg: Option<Cow<'j, str>>,
    #[serde(borrow)]
    kid: Option<Cow<'j, str>>,
    #[serde(borrow)]
    crv: Option<Cow<'j, str>>,
    x: Option<Number>,
    y: Option<Number>,
    n: Option<Number>,
    e: Option<Number>,
    d: Option<Number>,
    p: Option<Number>,
    q: Option<Number>,
    dp: Option<Number>,
    dq: Option<Number>,
    qi: Option<Number>,
    k: Option<Number>,
}

/// Bytes in base64url. Any of them may be secret.
struct Number(Zeroizing<Vec<u8>>);

impl<'de> Deserialize<'de> for Number {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Zeroizing::new(String::deserialize(deserializer)?);
        let bytes = URL_SAFE_NO_PAD.decode(text.as_bytes());
        bytes.map(|bytes| Self(Zeroizing::new(bytes))).map_err(|_| serde::de::Error::custom("not base64url"))
    }
}

/// What a key is wanted for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Purpose {
    Sign,
    Verify,
}

impl<'j> Jwk<'j> {
    pub(super) fn parse(json: &'j [u8]) -> Result<Self, KeyError> {
        serde_json::from_slice(json).map_err(|_| KeyError::NotJwk)
    }

    pub(super) fn id(&self) -> Option<&str> {
        self.kid.as_deref()
    }

    /// The secret in it.
    pub(super) fn secret(&self, algorithm: Algorithm) -> Result<&[u8], KeyError> {
        self.is_for(algorithm, Purpose::Verify)?;
        if self.kty != "oct" {
            return Err(KeyError::DoesNotFit(algorithm));
        }
        bytes(self.k.as_ref(), algorithm)
    }

    /// The public key in it. A private one is refused: who hands it to a verifier has handed it out.
    pub(super) fn public(&self, algorithm: Algorithm) -> Result<DecodingKey, KeyError> {
        self.is_for(algorithm, Purpose::Verify)?;
        let key = match algorithm {
            Algorithm::RS256 | Algorithm::PS256 if self.kty == "RSA" => DecodingKey::from_rsa_raw_components(
                bytes(self.n.as_ref(), algorithm)?,
                bytes(self.e.as_ref(), algorithm)?,
            ),
            Algorithm::ES256 => DecodingKey::from_ec_der(&self.point(algorithm, "P-256", 32)?),
            Algorithm::ES384 => DecodingKey::from_ec_der(&self.point(algorithm, "P-384", 48)?),
            Algorithm::EdDSA if self.kty == "OKP" && self.crv.as_deref() == Some("Ed25519") => {
                DecodingKey::from_ed_der(bytes(self.x.as_ref(), algorithm)?)
            }
            _ => return Err(KeyError::DoesNotFit(algorithm)),
        };
        if self.d.is_some() { Err(KeyError::PrivateJwk) } else { Ok(key) }
    }

    /// The private key in it.
    pub(super) fn private(&self, algorithm: Algorithm) -> Result<EncodingKey, KeyError> {
        self.is_for(algorithm, Purpose::Sign)?;
        let scalar = || bytes(self.d.as_ref(), algorithm);
        match algorithm {
            Algorithm::RS256 | Algorithm::PS256 if self.kty == "RSA" => {
                let numbers = [&self.n, &self.e, &self.d, &self.p, &self.q, &self.dp, &self.dq, &self.qi];
                let mut of = [const { Vec::new() }; 8];
                for (number, into) in numbers.into_iter().zip(&mut of) {
                    into.extend_from_slice(bytes(number.as_ref(), algorithm)?);
                }
                let of = Zeroizing::new(of);
                Ok(EncodingKey::from_rsa_der(&der::rsa(&of)))
            }
            Algorithm::ES256 => {
                let point = self.point(algorithm, "P-256", 32)?;
                Ok(EncodingKey::from_ec_der(&der::ec(der::P256, scalar()?, Some(&point))))
            }
            Algorithm::ES384 => {
                let point = self.point(algorithm, "P-384", 48)?;
                Ok(EncodingKey::from_ec_der(&der::ec(der::P384, scalar()?, Some(&point))))
            }
            Algorithm::EdDSA if self.kty == "OKP" && self.crv.as_deref() == Some("Ed25519") => {
                Ok(EncodingKey::from_ed_der(&der::ed25519(scalar()?)))
            }
            _ => Err(KeyError::DoesNotFit(algorithm)),
        }
    }

    /// An uncompressed point: 4, x, y, each coordinate in full length (RFC 7518 6.2.1.2).
    fn point(&self, algorithm: Algorithm, curve: &str, coordinate: usize) -> Result<Vec<u8>, KeyError> {
        let [x, y] = [&self.x, &self.y].map(|number| bytes(number.as_ref(), algorithm));
        let (x, y) = (x?, y?);
        let fits = self.kty == "EC" && self.crv.as_deref() == Some(curve) && [x.len(), y.len()] == [coordinate; 2];
        if fits { Ok([&[4], x, y].concat()) } else { Err(KeyError::DoesNotFit(algorithm)) }
    }

    /// RFC 7517 4.2 to 4.4.
    fn is_for(&self, algorithm: Algorithm, purpose: Purpose) -> Result<(), KeyError> {
        let operation = if purpose == Purpose::Sign { "sign" } else { "verify" };
        let used_for_signatures = self.purpose.as_deref().is_none_or(|purpose| purpose == "sig");
        let operates = self.key_ops.as_ref().is_none_or(|operations| operations.iter().any(|name| name == operation));
        if !used_for_signatures || !operates {
            return Err(KeyError::OtherUse);
        }
        match &self.alg {
            // RFC 9864 2.2: the same algorithm, by the name that also says the curve.
            Some(name) if algorithm == Algorithm::EdDSA && name == "Ed25519" => Ok(()),
            Some(name) if name != algorithm.as_str() => {
                Err(KeyError::OtherAlgorithm { found: name.as_ref().into(), expected: algorithm })
            }
            _ => Ok(()),
        }
    }
}

fn bytes(number: Option<&Number>, algorithm: Algorithm) -> Result<&[u8], KeyError> {
    number.map(|number| number.0.as_slice()).ok_or(KeyError::DoesNotFit(algorithm))
}
