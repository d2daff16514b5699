//! Several issuers, and several keys of one.

use super::*;
use crate::token::TokenConfigError::{NoKey, UndeclaredAlgorithm};
use TokenRefusal::*;

const OTHER: &str = "https://other.example";
const SPEC: BearerSpec = BearerSpec::new(&[Algorithm::EdDSA, Algorithm::ES256]);

fn key(algorithm: Algorithm) -> SigningKey {
    SigningKey::generate(algorithm).unwrap().with_id("1")
}

fn signed(key: &SigningKey, claims: &Value) -> String {
    key.sign_jws(claims.to_string().as_bytes(), Some("at+jwt")).unwrap()
}

// A key of one issuer never verifies a token of another, whatever its id.
#[test]
fn each_issuer_has_its_own_keys_and_algorithms() {
    let (ours, theirs) = (key(Algorithm::EdDSA), key(Algorithm::ES256));
    let verifier = verifier_for(
        NAMES,
        SPEC,
        vec![
            trusted(ISSUER, [ours.verifying_key()]).algorithms([Algorithm::EdDSA]),
            trusted(OTHER, [theirs.verifying_key()]).algorithms([Algorithm::ES256]).audience("their-name-for-us"),
        ],
    );
    let verify = |key: &SigningKey, changes: Value| {
        verifier.accept::<User>(&signed(key, &claims_with(changes)), NOW).map(|verified| verified.issuer.to_string())
    };
    assert_eq!(verify(&ours, json!({})).as_deref(), Ok(ISSUER));
    assert_eq!(verify(&theirs, json!({"iss": OTHER, "aud": "their-name-for-us"})).as_deref(), Ok(OTHER));
    assert_eq!(verify(&theirs, json!({"iss": OTHER})), Err(WrongAudience));
    assert_eq!(verify(&ours, json!({"aud": "their-name-for-us"})), Err(WrongAudience));
    assert_eq!(verify(&theirs, json!({})), Err(AlgorithmNotDeclared));
    assert_eq!(verify(&ours, json!({"iss": OTHER})), Err(AlgorithmNotDeclared));
    assert_eq!(verify(&key(Algorithm::EdDSA), json!({})), Err(BadSignature));
    assert_eq!(verify(&ours, json!({"iss": "https://evil.example"})), Err(WrongIssuer));
    assert_eq!(verify(&ours, json!({"iss": null})), Err(MissingClaim("iss")));
    assert_eq!(verify(&ours, json!({"iss": [ISSUER, OTHER]})), Err(WrongClaimType("iss")));
    let twice = claims().to_string().replacen('{', &format!("{{\"iss\":\"{OTHER}\","), 1);
    let token = ours.sign_jws(twice.as_bytes(), Some("at+jwt")).unwrap();
    assert_eq!(verifier.accept::<User>(&token, NOW).err(), Some(DuplicateClaim("iss")));
}

#[test]
fn two_issuers_with_keys_of_one_kind_are_kept_apart() {
    let (ours, theirs) = (key(Algorithm::EdDSA), key(Algorithm::EdDSA));
    let issuers = vec![trusted(ISSUER, [ours.verifying_key()]), trusted(OTHER, [theirs.verifying_key()])];
    let verifier = verifier_for(NAMES, SPEC, issuers);
    for (key, issuer, expected) in [
        (&ours, ISSUER, None),
        (&theirs, OTHER, None),
        (&ours, OTHER, Some(BadSignature)),
        (&theirs, ISSUER, Some(BadSignature)),
    ] {
        let token = signed(key, &claims_with(json!({"iss": issuer})));
        assert_eq!(verifier.accept::<User>(&token, NOW).err(), expected, "{issuer}");
    }
}

// Another service of this library names its own realm.
#[test]
fn the_realm_of_another_service_is_named() {
    let theirs = key(Algorithm::EdDSA);
    let verify = |issuer: TrustedIssuer, realm: Value| {
        let token = signed(&theirs, &claims_with(json!({"iss": OTHER, "realm": realm})));
        verifier_for(NAMES, SPEC, vec![issuer]).accept::<User>(&token, NOW).err()
    };
    let issuer = || trusted(OTHER, [theirs.verifying_key()]);
    assert_eq!(verify(issuer(), json!("__Host-theirs")), Some(WrongRealm));
    assert_eq!(verify(issuer().realm("__Host-theirs"), json!("__Host-theirs")), None);
    assert_eq!(verify(issuer().realm("__Host-theirs"), json!(REALM)), Some(WrongRealm));
    assert_eq!(verify(issuer().realm("__Host-theirs"), Value::Null), Some(MissingClaim("realm")));
}

#[test]
fn an_issuer_signs_with_what_is_declared() {
    let issuer = |algorithms: &[Algorithm], keys: Vec<VerifyingKey>| {
        trusted(OTHER, keys).algorithms(algorithms.iter().copied()).finish(REALM, SPEC, Some(AUDIENCE)).err()
    };
    let theirs = || vec![key(Algorithm::ES256).verifying_key()];
    assert_eq!(issuer(&[Algorithm::ES256], theirs()), None);
    assert_eq!(issuer(&[Algorithm::EdDSA], theirs()), Some(UndeclaredAlgorithm(Algorithm::ES256)));
    assert_eq!(issuer(&[Algorithm::RS256], theirs()), Some(UndeclaredAlgorithm(Algorithm::RS256)));
    assert_eq!(issuer(&[Algorithm::ES256], vec![]), Some(NoKey(OTHER.into())));
}

// The newest signs, the older ones verify.
#[test]
fn the_newest_key_signs() {
    let at = |secs| NOW.plus(Duration::from_secs(secs));
    let keys = ["1", "2", "3"].map(|id| SigningKey::generate(Algorithm::EdDSA).unwrap().with_id(id));
    let [old, new, next] = keys.clone();
    let verifier = verifier_of(SPEC, keys.iter().map(SigningKey::verifying_key).collect());
    let ring = vec![next.signs_from(at(200)), new.signs_from(at(100)), old];
    let issuer = TokenIssuer::new(REALM, SPEC, NAMES, ISSUER.into(), AUDIENCE.into(), ring).unwrap();
    for (now, expected) in [(0, "1"), (99, "1"), (100, "2"), (199, "2"), (200, "3"), (999, "3")] {
        let token = issue(&issuer, Duration::from_secs(60), at(now)).unwrap();
        let header = URL_SAFE_NO_PAD.decode(token.split('.').next().unwrap()).unwrap();
        let header: Value = serde_json::from_slice(&header).unwrap();
        assert_eq!(header["kid"], expected, "{now}");
        assert!(verifier.accept::<User>(&token, at(now)).is_ok());
    }
    let [one, other, _] = keys.clone();
    let equal = TokenIssuer::new(REALM, SPEC, NAMES, ISSUER.into(), AUDIENCE.into(), vec![one, other]).unwrap();
    let token = issue(&equal, Duration::from_secs(60), NOW).unwrap();
    assert!(verifier_of(SPEC, vec![keys[1].verifying_key()]).accept::<User>(&token, NOW).is_ok(), "the last given");
    let [first, ..] = keys;
    let later = TokenIssuer::new(REALM, SPEC, NAMES, ISSUER.into(), AUDIENCE.into(), vec![first.signs_from(at(1))]);
    assert_eq!(issue(&later.unwrap(), Duration::from_secs(60), NOW), Err(IssueError::NoSigningKey));
}
