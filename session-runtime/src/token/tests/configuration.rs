//! What cannot work is said at start.

use super::*;
use crate::token::TokenConfigError::{self, *};

fn configured(spec: BearerSpec, issuer: &str, audience: &str, keys: Vec<VerifyingKey>) -> Option<TokenConfigError> {
    Verifier::new(REALM, spec, NAMES, issuer.into(), audience.into(), keys).err()
}

fn public() -> VerifyingKey {
    VerifyingKey::pem(Algorithm::ES256, pem!("p256.pub")).unwrap()
}

#[test]
fn keys_fit_the_declaration() {
    let secret = secret().verifying_key();
    let mixed = BearerSpec::new(&[Algorithm::HS256, Algorithm::ES256]);
    assert_eq!(configured(HS256, ISSUER, AUDIENCE, vec![]), Some(NoKey));
    assert_eq!(configured(HS256, ISSUER, AUDIENCE, vec![public()]), Some(UndeclaredAlgorithm(Algorithm::ES256)));
    assert_eq!(configured(mixed, ISSUER, AUDIENCE, vec![secret.clone(), public()]), Some(MixedFamilies));
    assert_eq!(configured(mixed, ISSUER, AUDIENCE, vec![secret.clone()]), Some(MixedFamilies));
    let twins = vec![secret.clone().with_id("a"), secret.clone().with_id("a")];
    assert_eq!(configured(HS256, ISSUER, AUDIENCE, twins), Some(DuplicateKeyId("a".into())));
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
    let issuer = TokenIssuer::new(REALM, HS256, NAMES, ISSUER.into(), AUDIENCE.into(), key);
    assert_eq!(issuer.err(), Some(UndeclaredAlgorithm(Algorithm::ES256)));
}
