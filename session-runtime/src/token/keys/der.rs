//! Private keys in the encoding that the cryptography reads: PKCS#8 (RFC 5208) around SEC 1 or RFC 8410, and PKCS#1 for RSA.

use zeroize::Zeroizing;

const INTEGER: u8 = 0x02;
const BIT_STRING: u8 = 0x03;
const OCTET_STRING: u8 = 0x04;
const SEQUENCE: u8 = 0x30;
/// `[1]`, constructed: the public key in an `ECPrivateKey` (RFC 5915 3).
const PUBLIC_KEY: u8 = 0xA1;

/// 1.3.101.112 (RFC 8410 3).
const ED25519: [u8; 5] = [0x06, 0x03, 0x2B, 0x65, 0x70];
/// 1.2.840.10045.2.1, an elliptic curve key (RFC 5480 2.1.1).
const EC: [u8; 9] = [0x06, 0x07, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x02, 0x01];
/// 1.2.840.10045.3.1.7.
pub(super) const P256: &[u8] = &[0x06, 0x08, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x03, 0x01, 0x07];
/// 1.3.132.0.34.
pub(super) const P384: &[u8] = &[0x06, 0x05, 0x2B, 0x81, 0x04, 0x00, 0x22];

/// What is built here is secret.
type Der = Zeroizing<Vec<u8>>;

/// PKCS#8 of an Ed25519 seed.
pub(super) fn ed25519(seed: &[u8]) -> Der {
    let key = element(OCTET_STRING, seed);
    sequence(&[&element(INTEGER, &[0]), &sequence(&[&ED25519]), &element(OCTET_STRING, &key)])
}

/// PKCS#8 of a scalar on `curve`, with the point that belongs to it where that is known.
pub(super) fn ec(curve: &[u8], scalar: &[u8], point: Option<&[u8]>) -> Der {
    let public = point.map(|point| element(PUBLIC_KEY, &element(BIT_STRING, &[&[0], point].concat())));
    let public = public.as_deref().map_or(&[][..], Vec::as_slice);
    let key = sequence(&[&element(INTEGER, &[1]), &element(OCTET_STRING, scalar), public]);
    sequence(&[&element(INTEGER, &[0]), &sequence(&[&EC, curve]), &element(OCTET_STRING, &key)])
}

/// PKCS#1 of an RSA key: modulus, both exponents, both primes and what is derived of them (RFC 8017 A.1.2).
pub(super) fn rsa(numbers: &[Vec<u8>; 8]) -> Der {
    let mut members = vec![element(INTEGER, &[0])];
    members.extend(numbers.iter().map(|number| unsigned(number)));
    sequence(&members.iter().map(|member| member.as_slice()).collect::<Vec<_>>())
}

/// An integer that is not negative: a leading bit would say that it is.
fn unsigned(number: &[u8]) -> Der {
    let start = number.iter().position(|byte| *byte != 0).unwrap_or(number.len());
    let significant = number.get(start..).unwrap_or_default();
    let padded = significant.first().is_none_or(|first| *first >= 0x80);
    let content = Zeroizing::new([if padded { &[0][..] } else { &[] }, significant].concat());
    element(INTEGER, &content)
}

fn sequence(members: &[&[u8]]) -> Der {
    element(SEQUENCE, &Zeroizing::new(members.concat()))
}

fn element(tag: u8, content: &[u8]) -> Der {
    let length = content.len().to_be_bytes();
    let significant = length.iter().position(|byte| *byte != 0).unwrap_or(length.len());
    let length = length.get(significant..).unwrap_or_default();
    let mut der = Zeroizing::new(Vec::with_capacity(content.len() + 10));
    der.push(tag);
    match length {
        [] => der.push(0),
        [short] if *short < 0x80 => der.push(*short),
        long => {
            // At most eight bytes of length.
            der.push(0x80 | u8::try_from(long.len()).unwrap_or(8));
            der.extend_from_slice(long);
        }
    }
    der.extend_from_slice(content);
    der
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_are_as_short_as_they_can_be() {
        let head = |length: usize| element(OCTET_STRING, &vec![7; length])[..4.min(length + 2)].to_vec();
        assert_eq!(head(0), [4, 0]);
        assert_eq!(head(1), [4, 1, 7]);
        assert_eq!(head(127), [4, 127, 7, 7]);
        assert_eq!(head(128), [4, 0x81, 128, 7]);
        assert_eq!(head(256), [4, 0x82, 1, 0]);
    }

    #[test]
    fn integers_are_never_negative() {
        assert_eq!(*unsigned(&[]), [2, 1, 0]);
        assert_eq!(*unsigned(&[0, 0x7F]), [2, 1, 0x7F]);
        assert_eq!(*unsigned(&[0x80]), [2, 2, 0, 0x80]);
    }
}
