//! JWKs and sets of them (RFC 7517), and JWS that are verified by nothing else.

use super::*;
use crate::token::{KeyError, KeySet, published};

/// RFC 8037 A.1 to A.4.
const RFC_8037: (&str, &str, &str) = (
    r#"{"kty":"OKP","crv":"Ed25519","d":"nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}"#,
    r#"{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}"#,
    "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc.hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg",
);

/// RFC 7515 A.3.
const RFC_7515_KEY: &str = r#"{"kty":"EC","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU","y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"}"#;
const RFC_7515_JWS: &str = "eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ.DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q";

fn set(algorithms: &[Algorithm], keys: &[&str]) -> Result<KeySet, KeyError> {
    KeySet::jwks(algorithms, format!(r#"{{"keys":[{}]}}"#, keys.join(",")).as_bytes())
}

#[test]
fn the_examples_of_the_standards_verify() {
    let (private, public, jws) = RFC_8037;
    assert_eq!(set(&[Algorithm::EdDSA], &[public]).unwrap().verify(jws).unwrap(), b"Example of Ed25519 signing");
    let signing = SigningKey::jwk(Algorithm::EdDSA, private.as_bytes()).unwrap();
    assert_eq!(signing.sign_jws(b"Example of Ed25519 signing", None).unwrap(), jws);
    let payload = set(&[Algorithm::ES256], &[RFC_7515_KEY]).unwrap().verify(RFC_7515_JWS).unwrap();
    assert!(payload.starts_with(b"{\"iss\":\"joe\",\r\n"));
}

#[test]
fn private_jwks_sign_as_their_pems_do() {
    for (algorithm, jwk, pem) in [
        (Algorithm::RS256, &include_bytes!("../testdata/rsa2048.jwk.json")[..], &pem!("rsa2048")[..]),
        (Algorithm::PS256, include_bytes!("../testdata/rsa2048.jwk.json"), pem!("rsa2048")),
        (Algorithm::ES256, include_bytes!("../testdata/p256.jwk.json"), pem!("p256")),
        (Algorithm::ES384, include_bytes!("../testdata/p384.jwk.json"), pem!("p384")),
        (Algorithm::EdDSA, include_bytes!("../testdata/ed25519.jwk.json"), pem!("ed25519")),
    ] {
        let [of_jwk, of_pem] = [SigningKey::jwk(algorithm, jwk), SigningKey::pem(algorithm, pem)].map(Result::unwrap);
        let signature = of_jwk.sign(b"message").unwrap();
        assert!(of_pem.verifying_key().verifies(b"message", &signature), "{algorithm:?}");
        assert_eq!(VerifyingKey::jwk(algorithm, jwk).err(), Some(KeyError::PrivateJwk), "{algorithm:?}");
    }
    let public = SigningKey::jwk(Algorithm::EdDSA, RFC_8037.1.as_bytes());
    assert_eq!(public.err(), Some(KeyError::DoesNotFit(Algorithm::EdDSA)));
}

#[test]
fn drawn_keys_sign_and_differ() {
    for algorithm in [Algorithm::HS256, Algorithm::HS512, Algorithm::ES256, Algorithm::ES384, Algorithm::EdDSA] {
        let [one, other] = [(); 2].map(|()| SigningKey::generate(algorithm).unwrap());
        let signature = one.sign(b"message").unwrap();
        assert!(one.verifying_key().verifies(b"message", &signature), "{algorithm:?}");
        assert!(!other.verifying_key().verifies(b"message", &signature), "{algorithm:?}");
    }
    assert_eq!(SigningKey::generate(Algorithm::RS256).err(), Some(KeyError::NotGenerated(Algorithm::RS256)));
}

// RFC 7517 4.2 to 4.4.
#[test]
fn what_a_key_says_about_its_use_is_believed() {
    let key = |more: &str| {
        let json = RFC_8037.1.replacen('{', &format!("{{{more},"), 1);
        VerifyingKey::jwk(Algorithm::EdDSA, json.as_bytes()).err()
    };
    for fine in [
        r#""use":"sig""#,
        r#""key_ops":["verify"]"#,
        r#""key_ops":["sign","verify"]"#,
        r#""alg":"EdDSA""#,
        r#""alg":"Ed25519""#,
        r#""x5c":["AA"],"nbf":7"#,
    ] {
        assert_eq!(key(fine), None, "{fine}");
    }
    for other in
        [r#""use":"enc""#, r#""use":"""#, r#""key_ops":[]"#, r#""key_ops":["sign"]"#, r#""key_ops":["wrapKey"]"#]
    {
        assert_eq!(key(other), Some(KeyError::OtherUse), "{other}");
    }
    let found = Some(KeyError::OtherAlgorithm { found: "ES256".into(), expected: Algorithm::EdDSA });
    assert_eq!(key(r#""alg":"ES256""#), found);
    for broken in [r#""kty":"OKP""#, r#""use":7"#, r#""key_ops":"verify""#, r#""kid":1"#] {
        assert_eq!(key(broken), Some(KeyError::NotJwk), "{broken}");
    }
    assert_eq!(
        VerifyingKey::jwk(Algorithm::ES256, RFC_8037.1.as_bytes()).err(),
        Some(KeyError::DoesNotFit(Algorithm::ES256))
    );
}

// RFC 7517 5: what is not understood does not spoil the set.
#[test]
fn a_set_with_unknown_keys_still_works() {
    let keys = set(
        &[Algorithm::ES256, Algorithm::EdDSA],
        &[
            r#"{"kty":"AKP","alg":"ML-DSA-44","pub":"AA"}"#,
            r#"{"kty":"EC","crv":"P-521","x":"AA","y":"AA"}"#,
            r#"{"kty":"OKP","crv":"X25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}"#,
            r#"{"kty":7}"#,
            "null",
            "{}",
            RFC_8037.0,
            &RFC_8037.1.replacen('{', r#"{"use":"enc","kid":"1","#, 1),
            &RFC_8037.1.replacen('{', r#"{"kid":"1","#, 1),
        ],
    )
    .unwrap();
    assert_eq!(keys.iter().map(|key| (key.algorithm(), key.id())).collect::<Vec<_>>(), [(Algorithm::EdDSA, Some("1"))]);
    assert!(keys.verify(RFC_8037.2).is_ok());
    assert!(set(&[Algorithm::ES256], &[RFC_8037.1]).unwrap().is_empty());
    for json in ["", "[]", "{}", r#"{"keys":{}}"#, r#"{"keys":[}"#, r#"{"keys":[],"keys":[]}"#, RFC_8037.1] {
        assert_eq!(KeySet::jwks(&[Algorithm::EdDSA], json.as_bytes()).err(), Some(KeyError::NotJwkSet), "{json}");
    }
}

// RFC 7517 4.5; RFC 8725 2.1.
#[test]
fn a_set_that_cannot_be_meant_is_refused() {
    let first = RFC_8037.1.replacen('{', r#"{"kid":"1","#, 1);
    let second = RFC_7515_KEY.replacen('{', r#"{"kid":"1","#, 1);
    let both = [Algorithm::EdDSA, Algorithm::ES256];
    assert_eq!(set(&both, &[&first, &second]).err(), Some(KeyError::DuplicateId("1".into())));
    let many = vec![RFC_8037.1; 129];
    assert_eq!(set(&both, &many[1..]).unwrap().len(), 128);
    assert_eq!(set(&both, &many).err(), Some(KeyError::TooMany));
    let secret = format!(r#"{{"kty":"oct","k":"{}"}}"#, URL_SAFE_NO_PAD.encode([7; 32]));
    let mixed = [Algorithm::HS256, Algorithm::EdDSA];
    assert_eq!(set(&mixed, &[&secret, RFC_8037.1]).err(), Some(KeyError::MixedFamilies));
    let short = format!(r#"{{"kty":"oct","k":"{}"}}"#, URL_SAFE_NO_PAD.encode([7; 31]));
    assert!(matches!(set(&mixed, &[&short]).err(), Some(KeyError::SecretTooShort { minimum: 32, .. })));
}

// Whoever publishes a secret has none.
#[test]
fn a_published_set_holds_no_secrets_and_no_weak_keys() {
    let secret = format!(r#"{{"kty":"oct","kid":"s","k":"{}"}}"#, URL_SAFE_NO_PAD.encode([7; 64]));
    let weak = SigningKey::pem(Algorithm::RS256, pem!("rsa1024"));
    assert!(weak.is_err());
    let weak = format!(r#"{{"kty":"RSA","e":"AQAB","n":"{}"}}"#, URL_SAFE_NO_PAD.encode([0xC1; 128]));
    let json = format!(r#"{{"keys":[{secret},{weak},{}]}}"#, RFC_8037.1);
    let all = [Algorithm::HS256, Algorithm::RS256, Algorithm::EdDSA];
    assert_eq!(KeySet::published(&all, json.as_bytes()).unwrap().len(), 1);
    assert_eq!(KeySet::jwks(&[Algorithm::RS256], json.as_bytes()).err(), Some(KeyError::RsaTooShort));
}

// One key, one algorithm, although an RSA key could do both.
#[test]
fn a_key_without_an_algorithm_gets_the_first_that_fits() {
    let key = VerifyingKey::pem(Algorithm::RS256, pem!("rsa2048.pub")).unwrap();
    let json = published([&key]).replace(r#""alg":"RS256","#, "");
    let of = |algorithms: &[Algorithm]| {
        KeySet::jwks(algorithms, json.as_bytes()).unwrap().iter().map(VerifyingKey::algorithm).collect::<Vec<_>>()
    };
    assert_eq!(of(&[Algorithm::EdDSA, Algorithm::PS256, Algorithm::RS256]), [Algorithm::PS256]);
    assert_eq!(of(&[Algorithm::RS256, Algorithm::PS256]), [Algorithm::RS256]);
}

#[test]
fn what_is_published_is_read_again() {
    for (algorithm, pem) in [
        (Algorithm::RS256, &pem!("rsa2048")[..]),
        (Algorithm::PS256, pem!("rsa2048.pkcs1")),
        (Algorithm::ES256, pem!("p256")),
        (Algorithm::ES384, pem!("p384")),
        (Algorithm::EdDSA, pem!("ed25519")),
    ] {
        let key = SigningKey::pem(algorithm, pem).unwrap().with_id("2026 \"11\"");
        let json = published([&key.verifying_key(), &secret().verifying_key()]);
        assert!(!json.contains("\"d\"") && !json.contains("oct"), "{json}");
        let keys = KeySet::jwks(&[algorithm], json.as_bytes()).unwrap();
        assert_eq!(keys.len(), 1);
        assert_eq!(keys.verify(&key.sign_jws(b"\xFF", None).unwrap()), Ok(vec![0xFF]), "{json}");
    }
    let public = VerifyingKey::pem(Algorithm::RS256, pem!("rsa2048.pub")).unwrap();
    assert_eq!(
        published([&public]),
        published([&SigningKey::pem(Algorithm::RS256, pem!("rsa2048")).unwrap().verifying_key()])
    );
}

#[test]
fn a_jws_is_verified_without_looking_at_its_payload() {
    let key = SigningKey::generate(Algorithm::EdDSA).unwrap().with_id("1");
    let keys = KeySet::new([key.verifying_key()]).unwrap();
    let jws = key.sign_jws(br#"{"exp":1}"#, Some("secevent+jwt")).unwrap();
    assert_eq!(keys.verify(&jws).unwrap(), br#"{"exp":1}"#);
    assert_eq!(keys.verify_typed(&jws, "application/secevent+jwt").unwrap(), br#"{"exp":1}"#);
    assert_eq!(keys.verify_typed(&jws, "at+jwt"), Err(TokenRefusal::WrongType));
    assert_eq!(keys.verify(&format!("{jws}=")), Err(TokenRefusal::Malformed));
    assert_eq!(KeySet::new([]).unwrap().verify(&jws), Err(TokenRefusal::AlgorithmNotDeclared));
    let other = KeySet::new([key.verifying_key().with_id("2")]).unwrap();
    assert_eq!(other.verify(&jws), Err(TokenRefusal::UnknownKey));
    let header = |json: &str| format!("{}.e30.", URL_SAFE_NO_PAD.encode(json));
    assert_eq!(keys.verify(&header(r#"{"alg":"none"}"#)), Err(TokenRefusal::AlgorithmNotDeclared));
    assert_eq!(
        keys.verify(&header(r#"{"alg":"EdDSA","b64":false,"crit":["b64"]}"#)),
        Err(TokenRefusal::UnknownCritical)
    );
    assert_eq!(keys.verify(&header(r#"{"alg":"EdDSA","kid":"1"}"#)), Err(TokenRefusal::BadSignature));
}
