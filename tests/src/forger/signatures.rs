//! Signatures that are none.

use super::{
    Algorithm, ED25519, Forgery, P256, RSA, encoded, forgery, good_claims, good_header, key, signature, with_signature,
};

const BAD: &str = "the signature does not verify";
/// The order of the group of P-256.
const ORDER_OF_P256: [u8; 32] = [
    0xFF, 0xFF, 0xFF, 0xFF, 0x00, 0x00, 0x00, 0x00, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xBC, 0xE6, 0xFA,
    0xAD, 0xA7, 0x17, 0x9E, 0x84, 0xF3, 0xB9, 0xCA, 0xC2, 0xFC, 0x63, 0x25, 0x51,
];
/// That of Ed25519, little end first.
const ORDER_OF_ED25519: [u8; 32] = [
    0xED, 0xD3, 0xF5, 0x5C, 0x1A, 0x63, 0x12, 0x58, 0xD6, 0x9C, 0xF7, 0xA2, 0xDE, 0xF9, 0xDE, 0x14, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0x10,
];

pub(super) fn forgeries() -> Vec<Forgery> {
    let keys = [
        (Algorithm::EdDSA, ED25519, &key!("ed25519.other")[..]),
        (Algorithm::ES256, P256, key!("p256.other")),
        (Algorithm::PS256, RSA, key!("rsa2048.other")),
    ];
    keys.into_iter().flat_map(|(algorithm, key, other)| of(algorithm, key, other)).collect()
}

fn of(algorithm: Algorithm, key: &[u8], other: &[u8]) -> Vec<Forgery> {
    let text = encoded(good_header(algorithm), good_claims().to_string());
    let good = signature(&text, key, algorithm);
    let changed = |change: &dyn Fn(&mut Vec<u8>)| {
        let mut changed = good.clone();
        change(&mut changed);
        changed
    };
    let admin = encoded(good_header(algorithm), good_claims().to_string().replace("Staff", "Admin"));
    let mut made = vec![
        ("of one byte", vec![0]),
        ("of zeros", vec![0; good.len()]),
        ("of ones", vec![0xFF; good.len()]),
        ("cut short", changed(&|bytes| bytes.truncate(good.len() - 1))),
        ("a byte longer", changed(&|bytes| bytes.push(0))),
        ("with a zero before it", [&[0], good.as_slice()].concat()),
        ("with a bit changed in the beginning", changed(&|bytes| bytes[0] ^= 1)),
        ("with a bit changed at the end", changed(&|bytes| *bytes.last_mut().unwrap() ^= 1)),
        ("twice", good.repeat(2)),
        ("of another token", signature(&admin, key, algorithm)),
        ("by another key", signature(&text, other, algorithm)),
        ("of the payload alone", signature(text.split_once('.').unwrap().1, key, algorithm)),
        ("of 5 KiB", vec![7; 5000]),
    ];
    match algorithm {
        Algorithm::ES256 => made.extend(ecdsa(&good)),
        Algorithm::EdDSA => made.extend(eddsa(&good)),
        _ => made.extend([("that is one", [vec![0; good.len() - 1], vec![1]].concat())]),
    }
    let mut forged: Vec<_> = made
        .into_iter()
        .map(|(what, bytes)| forgery(format!("{algorithm:?}: a signature {what}"), with_signature(&text, bytes), BAD))
        .collect();
    forged.push(forgery(
        format!("{algorithm:?}: a good signature of other claims"),
        with_signature(&admin, &good),
        BAD,
    ));
    forged
}

/// Psychic signatures (CVE-2022-21449) and their kin.
fn ecdsa(good: &[u8]) -> Vec<(&'static str, Vec<u8>)> {
    let (r, s) = good.split_at(32);
    let (zero, one) = ([0; 32], [&[0; 31][..], &[1]].concat());
    let der = [&[0x30, 0x44, 0x02, 0x20][..], r, &[0x02, 0x20], s].concat();
    vec![
        ("whose r is zero", [&zero, s].concat()),
        ("whose s is zero", [r, &zero].concat()),
        ("whose r is the order", [&ORDER_OF_P256, s].concat()),
        ("whose s is the order", [r, &ORDER_OF_P256].concat()),
        ("of ones that are numbers", [one.as_slice(), &one].concat()),
        ("that is the order twice", [ORDER_OF_P256, ORDER_OF_P256].concat()),
        ("whose halves are exchanged", [s, r].concat()),
        ("in DER", der),
        ("in DER, of zeros", vec![0x30, 0x06, 0x02, 0x01, 0x00, 0x02, 0x01, 0x00]),
    ]
}

/// RFC 8032 5.1.7, 8.4: S is below the order.
fn eddsa(good: &[u8]) -> Vec<(&'static str, Vec<u8>)> {
    let (r, s) = good.split_at(32);
    let mut carry = 0_u16;
    let malleated: Vec<u8> = s
        .iter()
        .zip(ORDER_OF_ED25519)
        .map(|(one, other)| {
            carry += u16::from(*one) + u16::from(other);
            let byte = u8::try_from(carry & 0xFF).unwrap();
            carry >>= 8;
            byte
        })
        .collect();
    let identity = [&[1][..], &[0; 31]].concat();
    vec![
        ("whose S is above the order", [r, &malleated].concat()),
        ("whose S is the order", [r, &ORDER_OF_ED25519].concat()),
        ("whose R is the identity, and S is zero", [identity.as_slice(), &[0; 32]].concat()),
        ("whose R is of small order", [&[0; 32], s].concat()),
        ("whose halves are exchanged", [s, r].concat()),
    ]
}
