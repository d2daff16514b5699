//! What cannot work is said at start.

use super::*;
use crate::token::KeyError;
use crate::token::TokenConfigError::{self, *};

fn configured(spec: BearerSpec, issuer: &str, audience: &str, keys: Vec<VerifyingKey>) -> Option<TokenConfigError> {
    let issuer = trusted(issuer, keys).finish(REALM, spec, Some(audience));
    issuer.and_then(|issuer| Verifier::new(spec, NAMES, vec![issuer])).err()
}

fn public() -> VerifyingKey {
    VerifyingKey::pem(Algorithm::ES256, pem!("p256.pub")).unwrap()
}

#[test]
fn keys_fit_the_declaration() {
    let secret = secret().verifying_key();
    let mixed = BearerSpec::new(&[Algorithm::HS256, Algorithm::ES256]);
    assert_eq!(configured(HS256, ISSUER, AUDIENCE, vec![]), Some(NoKey(ISSUER.into())));
    assert_eq!(configured(HS256, ISSUER, AUDIENCE, vec![public()]), Some(UndeclaredAlgorithm(Algorithm::ES256)));
    assert_eq!(
        configured(mixed, ISSUER, AUDIENCE, vec![secret.clone(), public()]),
        Some(Keys(KeyError::MixedFamilies))
    );
    assert_eq!(configured(mixed, ISSUER, AUDIENCE, vec![secret.clone()]), Some(MixedFamilies));
    let twins = vec![secret.clone().with_id("a"), secret.clone().with_id("a")];
    assert_eq!(configured(HS256, ISSUER, AUDIENCE, twins), Some(Keys(KeyError::DuplicateId("a".into()))));
    let rotation = vec![secret.clone().with_id("a"), secret.clone().with_id("b"), secret.clone(), secret];
    assert_eq!(configured(HS256, ISSUER, AUDIENCE, rotation), None);
}

#[test]
fn issuer_audience_and_claim_say_something() {
    let keys = || vec![secret().verifying_key()];
    assert_eq!(configured(HS256, "", AUDIENCE, keys()), Some(NoIssuer));
    assert_eq!(configured(HS256, ISSUER, "", keys()), Some(NoAudience));
    assert_eq!(configured(HS256.claim("scope", "x"), ISSUER, AUDIENCE, keys()), Some(ReservedClaim("scope")));
    assert_eq!(configured(HS256.claim("aud", "x"), ISSUER, AUDIENCE, keys()), Some(ReservedClaim("aud")));
    assert_eq!(configured(HS256.claim("typ", "Bearer"), ISSUER, AUDIENCE, keys()), None);
}

#[test]
fn an_issuer_signs_as_declared() {
    let key = SigningKey::pem(Algorithm::ES256, pem!("p256")).unwrap();
    let issuer = TokenIssuer::new(REALM, HS256, NAMES, ISSUER.into(), AUDIENCE.into(), vec![key]);
    assert_eq!(issuer.err(), Some(UndeclaredAlgorithm(Algorithm::ES256)));
}

#[test]
fn an_issuer_is_given_once() {
    let issuer = || trusted(ISSUER, [secret().verifying_key()]).finish(REALM, HS256, Some(AUDIENCE)).unwrap();
    let verifier = Verifier::new(HS256, NAMES, vec![issuer(), issuer()]);
    assert_eq!(verifier.err(), Some(DuplicateIssuer(ISSUER.into())));
}

#[test]
fn several_signing_keys_have_ids() {
    let issuer = |keys| TokenIssuer::new(REALM, HS256, NAMES, ISSUER.into(), AUDIENCE.into(), keys).err();
    assert_eq!(issuer(vec![secret().with_id("a"), secret()]), Some(NoKeyId));
    assert_eq!(issuer(vec![secret().with_id("a"), secret().with_id("b")]), None);
}
