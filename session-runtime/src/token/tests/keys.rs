//! Keys: which bytes are one, and for what.

use super::*;
use crate::token::KeyError;

#[test]
fn a_secret_is_as_long_as_the_hash() {
    for (algorithm, minimum) in [(Algorithm::HS256, 32), (Algorithm::HS384, 48), (Algorithm::HS512, 64)] {
        let made =
            [minimum - 1, minimum, minimum + 1].map(|length| VerifyingKey::secret(algorithm, &vec![1; length]).err());
        let too_short = KeyError::SecretTooShort { algorithm, length: minimum - 1, minimum };
        assert_eq!(made, [Some(too_short.clone()), None, None]);
        assert_eq!(SigningKey::secret(algorithm, &vec![1; minimum - 1]).err(), Some(too_short));
    }
}

#[test]
fn secrets_and_pems_are_not_confused() {
    assert_eq!(VerifyingKey::secret(Algorithm::ES256, &SECRET).err(), Some(KeyError::NeedsPem(Algorithm::ES256)));
    assert_eq!(SigningKey::secret(Algorithm::EdDSA, &SECRET).err(), Some(KeyError::NeedsPem(Algorithm::EdDSA)));
    let needs_secret = Some(KeyError::NeedsSecret(Algorithm::HS256));
    assert_eq!(VerifyingKey::pem(Algorithm::HS256, pem!("p256.pub")).err(), needs_secret);
    assert_eq!(SigningKey::pem(Algorithm::HS256, pem!("p256")).err(), needs_secret);
}

#[test]
fn an_rsa_key_has_2048_bits() {
    for algorithm in [Algorithm::RS256, Algorithm::PS256] {
        assert_eq!(VerifyingKey::pem(algorithm, pem!("rsa1024.pub")).err(), Some(KeyError::RsaTooShort));
        assert_eq!(SigningKey::pem(algorithm, pem!("rsa1024")).err(), Some(KeyError::RsaTooShort));
        for public in [&pem!("rsa2048.pub")[..], pem!("rsa2048.pkcs1.pub")] {
            assert_eq!(VerifyingKey::pem(algorithm, public).err(), None);
        }
        for private in [&pem!("rsa2048")[..], pem!("rsa2048.pkcs1")] {
            assert_eq!(SigningKey::pem(algorithm, private).err(), None);
        }
    }
}

#[test]
fn a_key_fits_its_algorithm() {
    let keys = [
        (Algorithm::ES256, &pem!("p256")[..], &pem!("p256.pub")[..]),
        (Algorithm::ES384, pem!("p384"), pem!("p384.pub")),
        (Algorithm::EdDSA, pem!("ed25519"), pem!("ed25519.pub")),
        (Algorithm::RS256, pem!("rsa2048"), pem!("rsa2048.pub")),
    ];
    for (algorithm, ..) in keys {
        for (own, private, public) in keys {
            let expected = (own != algorithm).then_some(KeyError::DoesNotFit(algorithm));
            assert_eq!(VerifyingKey::pem(algorithm, public).err(), expected, "{algorithm:?} from {own:?}");
            assert_eq!(SigningKey::pem(algorithm, private).err(), expected, "{algorithm:?} from {own:?}");
        }
    }
}

#[test]
fn a_pem_says_what_it_holds() {
    let found = |result: Result<VerifyingKey, KeyError>| match result {
        Err(KeyError::WrongLabel { found, .. }) => found.into_string(),
        other => format!("{other:?}"),
    };
    assert_eq!(found(VerifyingKey::pem(Algorithm::ES256, pem!("p256"))), "PRIVATE KEY");
    assert_eq!(found(VerifyingKey::pem(Algorithm::ES256, pem!("p256.certificate"))), "CERTIFICATE");
    assert_eq!(found(VerifyingKey::pem(Algorithm::ES256, pem!("rsa2048.pkcs1.pub"))), "RSA PUBLIC KEY");

    let found = |algorithm, pem| found(SigningKey::pem(algorithm, pem).map(|key| key.verifying_key()));
    assert_eq!(found(Algorithm::ES256, pem!("p256.pub")), "PUBLIC KEY");
    assert_eq!(found(Algorithm::ES256, pem!("p256.sec1")), "EC PRIVATE KEY");
    assert_eq!(found(Algorithm::RS256, pem!("rsa2048.encrypted")), "ENCRYPTED PRIVATE KEY");

    assert_eq!(VerifyingKey::pem(Algorithm::ES256, b"-").err(), Some(KeyError::NotPem));
    let cut = &pem!("p256.pub")[..60];
    assert_eq!(VerifyingKey::pem(Algorithm::ES256, cut).err(), Some(KeyError::DoesNotFit(Algorithm::ES256)));
}

// ASVS 14.2.1.
#[test]
fn nothing_secret_is_shown() {
    let key = SigningKey::secret(Algorithm::HS256, b"0123456789abcdef0123456789abcdef").unwrap().with_id("a");
    for shown in [format!("{key:?}"), format!("{:?}", key.verifying_key()), format!("{:?}", issuer(HS256, key.clone()))]
    {
        assert!(shown.contains("HS256") && shown.contains("\"a\""), "{shown}");
        assert!(!shown.contains("0123") && !shown.contains("48, 49"), "{shown}");
    }
}
