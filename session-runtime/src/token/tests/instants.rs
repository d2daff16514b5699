//! Every limit, a second before it, at it, and a second after it.

use super::*;
use TokenRefusal::*;

const LEEWAY: u64 = 30;

/// The refusals of `claims` a second before `instant`, at it, and a second after it.
fn around(spec: BearerSpec, claims: &Value, instant: Timestamp) -> [Option<TokenRefusal>; 3] {
    let second = Duration::from_secs(1);
    [instant.minus(second), instant, instant.plus(second)].map(|now| judge(spec, claims, now).err())
}

fn at(offset: i64) -> Timestamp {
    Timestamp::from_secs(NOW.as_secs().checked_add_signed(offset).unwrap())
}

fn dated(name: &str, offset: i64) -> Value {
    claims_with(json!({ name: at(offset).as_secs() }))
}

#[test]
fn expiry_is_reached_at_its_instant() {
    let claims = claims_with(json!({"exp": NOW.as_secs(), "iat": null}));
    assert_eq!(around(HS256.leeway(0), &claims, NOW), [None, Some(Expired), Some(Expired)]);
    assert_eq!(around(HS256, &claims, at(30)), [None, Some(Expired), Some(Expired)]);
    let fraction = claims_with(json!({"exp": 1_800_000_000.5, "iat": null}));
    let just =
        |millis: u64| judge(HS256.leeway(0), &fraction, Timestamp::from_millis(1_800_000_000_000 + millis)).err();
    assert_eq!([just(499), just(500)], [None, Some(Expired)]);
}

#[test]
fn what_lies_ahead_is_refused_beyond_the_leeway() {
    for (name, refusal) in [("nbf", NotYetValid), ("iat", IssuedInTheFuture), ("auth_time", AuthenticatedInTheFuture)] {
        let claims = claims_with(json!({"iat": null, name: NOW.as_secs()}));
        assert_eq!(around(HS256.leeway(0), &claims, NOW), [Some(refusal), None, None], "{name}");
        assert_eq!(around(HS256.leeway(LEEWAY), &claims, at(-30)), [Some(refusal), None, None], "{name}");
    }
}

#[test]
fn leeway_never_lengthens_the_age() {
    let spec = HS256.max_age(600);
    let dates = |iat: i64, exp: i64| claims_with(json!({"iat": at(iat).as_secs(), "exp": at(exp).as_secs()}));
    let refused = |claims: &Value, now| judge(spec, claims, now).err();
    assert_eq!(refused(&dates(0, 599), NOW), None);
    assert_eq!(refused(&dates(0, 600), NOW), None);
    assert_eq!(refused(&dates(0, 601), NOW), Some(LifetimeTooLong));
    // `exp` and its leeway would admit until 30 s later.
    assert_eq!(around(spec, &dates(0, 600), at(600)), [None, None, Some(TooOld)]);
    assert_eq!(refused(&claims_with(json!({"iat": null})), NOW), Some(MissingClaim("iat")));
}

#[test]
fn the_instant_of_authentication_is_there_when_declared() {
    let spec = HS256.auth_time();
    assert_eq!(judge(spec, &claims(), NOW).err(), Some(MissingClaim("auth_time")));
    let verified = judge(spec, &dated("auth_time", -5), NOW).unwrap();
    assert_eq!(verified.dates.authenticated_at, Some(at(-5)));
}

#[test]
fn an_expired_token_of_nobody_is_expired() {
    let claims = claims_with(json!({"exp": at(-60).as_secs(), "name": 5}));
    assert_eq!(refusal(&claims), Some(Expired));
    assert_eq!(refusal(&claims_with(json!({"name": 5}))), Some(NoPrincipal));
}
