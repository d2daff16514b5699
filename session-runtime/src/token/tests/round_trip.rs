//! What is issued is accepted, by every algorithm, and in the shape of RFC 9068.

use super::*;
use crate::token::claims::Claims;
use crate::token::known_headers::KnownHeaders;
use crate::token::opening::Opening;

const HOUR: Duration = Duration::from_hours(1);

fn payload(token: &str) -> Value {
    let part = token.split('.').nth(1).unwrap();
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap()
}

#[test]
fn every_algorithm_signs_and_verifies() {
    let secret = |algorithm| SigningKey::secret(algorithm, &SECRET);
    let keys = [
        secret(Algorithm::HS256),
        secret(Algorithm::HS384),
        secret(Algorithm::HS512),
        SigningKey::pem(Algorithm::ES256, pem!("p256")),
        SigningKey::pem(Algorithm::ES384, pem!("p384")),
        SigningKey::pem(Algorithm::EdDSA, pem!("ed25519")),
        SigningKey::pem(Algorithm::PS256, pem!("rsa2048")),
        SigningKey::pem(Algorithm::RS256, pem!("rsa2048.pkcs1")),
    ];
    for key in keys {
        let key = key.unwrap().with_id("a \"quoted\" id");
        let algorithms: &'static [Algorithm] = match key.algorithm() {
            Algorithm::HS256 | Algorithm::HS384 | Algorithm::HS512 => {
                &[Algorithm::HS256, Algorithm::HS384, Algorithm::HS512]
            }
            _ => &[Algorithm::ES256, Algorithm::ES384, Algorithm::EdDSA, Algorithm::PS256, Algorithm::RS256],
        };
        let spec = BearerSpec::new(algorithms);
        let token = issue(&issuer(spec, key.clone()), HOUR, NOW).unwrap();
        let trusted = trusted(ISSUER, [key.verifying_key()]).realm(REALM);
        let verified = verifier_for(NAMES, spec, vec![trusted]).accept::<User>(&token, NOW).unwrap();
        assert_eq!(verified.principal, ada(), "{:?}", key.algorithm());
    }
}

#[test]
fn the_public_half_is_the_one_in_the_file() {
    for (algorithm, private, public) in [
        (Algorithm::ES256, &pem!("p256")[..], &pem!("p256.pub")[..]),
        (Algorithm::ES384, pem!("p384"), pem!("p384.pub")),
        (Algorithm::EdDSA, pem!("ed25519"), pem!("ed25519.pub")),
        (Algorithm::RS256, pem!("rsa2048"), pem!("rsa2048.pub")),
        (Algorithm::RS256, pem!("rsa2048"), pem!("rsa2048.pkcs1.pub")),
    ] {
        let signature = SigningKey::pem(algorithm, private).unwrap().sign(b"message").unwrap();
        let key = VerifyingKey::pem(algorithm, public).unwrap();
        assert!(key.verifies(b"message", &signature), "{algorithm:?}");
        assert!(!key.verifies(b"massage", &signature), "{algorithm:?}");
    }
}

#[test]
fn the_claims_are_those_of_an_access_token() {
    let authenticated_at = NOW.minus(Duration::from_secs(50));
    let options = TokenOptions::lasting(HOUR).authenticated_at(authenticated_at).factors(["pwd", "otp"]);
    let spec = HS256.auth_time().claim("token_use", "access");
    let issued = issuer(spec, secret()).issue(&ada(), &options, NOW).unwrap();
    assert_eq!(issued.expires_at(), NOW.plus(HOUR));
    let token = issued.token();
    let mut claims = payload(token);
    let token_id = claims.as_object_mut().unwrap().remove("jti").unwrap();
    assert_eq!(token_id.as_str(), Some(issued.id()));
    assert_eq!(URL_SAFE_NO_PAD.decode(token_id.as_str().unwrap()).unwrap().len(), 16);
    assert_eq!(
        claims,
        json!({
            "iss": ISSUER, "sub": "7", "aud": AUDIENCE, "exp": NOW.as_secs() + 3600, "iat": NOW.as_secs(),
            "auth_time": NOW.as_secs() - 50, "amr": ["pwd", "otp"], "realm": REALM, "scope": "orders:read",
            "roles": ["Staff"], "name": "Ada", "token_use": "access",
        })
    );

    let verified = verifier(spec).accept::<User>(token, NOW).unwrap();
    assert_eq!(verified.dates.authenticated_at, Some(authenticated_at));
    assert_eq!(verified.token_id.as_deref(), token_id.as_str());
    assert_eq!(verified.factors.concat(), "pwdotp");
}

#[test]
fn what_is_issued_is_known_up_to_the_fields() {
    let key = secret().with_id("a \"quoted\" id");
    let token = issue(&issuer(HS256.auth_time(), key.clone()), HOUR, NOW).unwrap();
    let (header, _) = token.split_once('.').unwrap();
    assert!(KnownHeaders::of([key.verifying_key()].iter(), HS256.typ).find(header.as_bytes()).is_some());
    let payload = URL_SAFE_NO_PAD.decode(token.split('.').nth(1).unwrap()).unwrap();
    let (opening, mut room) = (Opening::of(ISSUER, AUDIENCE, REALM), String::new());
    let rest = opening.read(std::str::from_utf8(&payload).unwrap(), true, &mut room, &mut Claims::default());
    assert_eq!(rest, r#"{"roles":["Staff"],"name":"Ada"}"#);
}

#[test]
fn an_epoch_is_kept_by_a_token() {
    let issuer = issuer(HS256, secret());
    for epoch in [0, 1, NOW.as_millis(), u64::MAX] {
        let options = TokenOptions::lasting(HOUR).in_epoch(epoch);
        let token = issuer.issue(&ada(), &options, NOW).unwrap().into_token();
        assert_eq!(verifier(HS256).accept::<User>(&token, NOW).unwrap().epoch, Some(epoch));
    }
    let token = issue(&issuer, HOUR, NOW).unwrap();
    assert_eq!(verifier(HS256).accept::<User>(&token, NOW).unwrap().epoch, None);
}

// Another issuer may know the claim and not the realm.
#[test]
fn an_epoch_counts_with_its_realm_only() {
    let epoch = |claims: Value| judge(HS256, &claims, NOW).map(|verified| verified.epoch);
    assert_eq!(epoch(claims_with(json!({"revocation_epoch": 7}))), Ok(None));
    assert_eq!(epoch(claims_with(json!({"revocation_epoch": 7, "realm": REALM}))), Ok(Some(7)));
    for other in [json!("7"), json!(-1), json!(1.5), json!([7])] {
        let wrong = Err(TokenRefusal::WrongClaimType("revocation_epoch"));
        assert_eq!(epoch(claims_with(json!({"revocation_epoch": other, "realm": REALM}))), wrong);
    }
}

#[test]
fn two_tokens_have_two_ids() {
    let issuer = issuer(HS256, secret());
    let ids = [(); 2].map(|()| payload(&issue(&issuer, HOUR, NOW).unwrap())["jti"].to_string());
    assert_ne!(ids[0], ids[1]);
}

#[test]
fn a_token_never_lives_longer_than_asked() {
    let issue = |spec, now, lifetime| issue(&issuer(spec, secret()), lifetime, now);
    let late = NOW.plus(Duration::from_millis(999));
    let claims = payload(&issue(HS256, late, Duration::from_millis(10_500)).unwrap());
    assert_eq!(claims["exp"].as_u64().unwrap() - claims["iat"].as_u64().unwrap(), 10);

    assert_eq!(issue(HS256, NOW, Duration::from_millis(999)), Err(IssueError::NoLifetime));
    let limited = HS256.max_age(600);
    let outcomes = [599, 600, 601].map(|seconds| issue(limited, NOW, Duration::from_secs(seconds)).map(drop));
    assert_eq!(outcomes, [Ok(()), Ok(()), Err(IssueError::LifetimeTooLong)]);
}

#[test]
fn nobody_authenticates_in_the_future() {
    // An instant that lies too far ahead says nothing.
    for (ahead, auth_time) in [(Duration::from_secs(59), NOW.as_secs()), (HOUR, 0)] {
        let options = TokenOptions::lasting(HOUR).authenticated_at(NOW.plus(ahead));
        let issued = issuer(HS256.auth_time(), secret()).issue(&ada(), &options, NOW).unwrap();
        assert_eq!(payload(issued.token())["auth_time"], json!(auth_time), "{ahead:?}");
    }
}

#[test]
fn what_would_be_refused_is_not_issued() {
    let user = User { name: "x".repeat(7000), ..ada() };
    let issued = issuer(HS256, secret()).issue(&user, &TokenOptions::lasting(HOUR), NOW);
    assert_eq!(issued.err(), Some(IssueError::TooLarge));
}

#[test]
fn realms_are_apart() {
    let token = issue(&issuer(HS256, secret()), HOUR, NOW).unwrap();
    let other = trusted(ISSUER, [secret().verifying_key()]).finish("__Host-admin", HS256, Some(AUDIENCE)).unwrap();
    let other = Verifier::new(HS256, NAMES, vec![other]).unwrap();
    assert_eq!(other.accept::<User>(&token, NOW).err(), Some(TokenRefusal::WrongRealm));
}
