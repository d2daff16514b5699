//! What a key has to be for its algorithm, asked at start and not at every signature.

use jsonwebtoken::errors::{Error, ErrorKind};
use jsonwebtoken::{DecodingKey, DecodingKeyKind};

use super::error::KeyError;
use crate::principal::Algorithm;
use crate::token::provider::{backend, provider};

/// Larger ones take so long to verify by that a key set could be used to slow a server down.
const LONGEST_RSA: usize = 8192;

/// RFC 7518 3.2: a key of the same size as the hash output or larger.
pub(super) fn expect_secret(algorithm: Algorithm, secret: &[u8]) -> Result<(), KeyError> {
    let minimum = shortest_secret(algorithm).ok_or(KeyError::NeedsPem(algorithm))?;
    if secret.len() < minimum {
        return Err(KeyError::SecretTooShort { algorithm, length: secret.len(), minimum });
    }
    Ok(())
}

/// In bytes; none for algorithms with key pairs.
pub(super) const fn shortest_secret(algorithm: Algorithm) -> Option<usize> {
    match algorithm {
        Algorithm::HS256 => Some(32),
        Algorithm::HS384 => Some(48),
        Algorithm::HS512 => Some(64),
        _ => None,
    }
}

/// Refuses what the provider would only refuse at every signature.
pub(super) fn expect_public(algorithm: Algorithm, key: &DecodingKey) -> Result<(), KeyError> {
    let does_not_fit = |_: Error| KeyError::DoesNotFit(algorithm);
    let fits = match algorithm {
        Algorithm::RS256 | Algorithm::PS256 => {
            let (modulus, exponent) = rsa_numbers(algorithm, key)?;
            expect_modulus(&modulus)?;
            is_exponent(&exponent)
        }
        // An uncompressed point (RFC 7518 6.2.1): 4, x, y.
        Algorithm::ES256 => is_point(key.try_get_as_bytes().map_err(does_not_fit)?, 32),
        Algorithm::ES384 => is_point(key.try_get_as_bytes().map_err(does_not_fit)?, 48),
        Algorithm::EdDSA => key.try_get_as_bytes().map_err(does_not_fit)?.len() == 32,
        Algorithm::HS256 | Algorithm::HS384 | Algorithm::HS512 => false,
    };
    let fits = fits && (provider().verifier_factory)(&backend(algorithm), key).is_ok();
    if fits { Ok(()) } else { Err(KeyError::DoesNotFit(algorithm)) }
}

/// Modulus and exponent.
pub(super) fn rsa_numbers(algorithm: Algorithm, key: &DecodingKey) -> Result<(Vec<u8>, Vec<u8>), KeyError> {
    match key.kind() {
        DecodingKeyKind::RsaModulusExponent { n, e } => Ok((n.clone(), e.clone())),
        DecodingKeyKind::SecretOrDer(der) => {
            (provider().key_utils.rsa_pub_components_from_public_key)(der).map_err(|_| KeyError::DoesNotFit(algorithm))
        }
    }
}

fn is_point(bytes: &[u8], coordinate: usize) -> bool {
    bytes.len() == 1 + 2 * coordinate && bytes.first() == Some(&4)
}

/// Odd and above one: everything is its own signature under an exponent of one.
fn is_exponent(exponent: &[u8]) -> bool {
    let significant: Vec<_> = exponent.iter().skip_while(|byte| **byte == 0).collect();
    significant.len() <= 8 && significant.last().is_some_and(|last| **last % 2 == 1) && significant != [&1]
}

/// RFC 7518 3.3: a key of size 2048 bits or larger.
pub(super) fn expect_modulus(modulus: &[u8]) -> Result<(), KeyError> {
    let significant = modulus.iter().skip_while(|byte| **byte == 0);
    let leading_zeros = significant.clone().next().map_or(0, |first| first.leading_zeros() as usize);
    match significant.count() * 8 - leading_zeros {
        bits if bits < 2048 => Err(KeyError::RsaTooShort),
        bits if bits > LONGEST_RSA => Err(KeyError::RsaTooLong),
        _ => Ok(()),
    }
}

/// AWS-LC does not even open a private key that is too short, and says so only in this word.
pub(super) fn rsa_error(algorithm: Algorithm, error: &Error) -> KeyError {
    match error.kind() {
        ErrorKind::InvalidRsaKey(reason) if reason == "TooSmall" => KeyError::RsaTooShort,
        _ => KeyError::DoesNotFit(algorithm),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_modulus_has_2048_to_8192_bits() {
        let modulus = |bytes: usize, first: u8| expect_modulus(&[&[0, first][..], &vec![1; bytes - 1]].concat());
        assert_eq!(modulus(256, 0x7F), Err(KeyError::RsaTooShort));
        assert_eq!(modulus(256, 0x80), Ok(()));
        assert_eq!(modulus(1024, 0xFF), Ok(()));
        assert_eq!(modulus(1025, 1), Err(KeyError::RsaTooLong));
    }

    #[test]
    fn an_exponent_is_odd_and_above_one() {
        assert!(is_exponent(&[1, 0, 1]));
        assert!(is_exponent(&[3]));
        for exponent in [&[][..], &[0], &[1], &[0, 1], &[2], &[1, 0], &[1; 9]] {
            assert!(!is_exponent(exponent), "{exponent:?}");
        }
    }
}
