//! What other verifiers accept, each refused for its own reason.

use super::*;
use crate::token::buffers::Buffers;
use crate::token::compact::Compact;
use TokenRefusal::*;

fn refusal_of(token: &str) -> Option<TokenRefusal> {
    verifier(HS256).accept::<User>(token, NOW).err()
}

fn with_header(header: &str) -> Option<TokenRefusal> {
    refusal_of(&compact(&secret(), header, &claims().to_string()))
}

#[test]
fn the_plain_case_is_accepted() {
    let verified = judge(HS256, &claims(), NOW).unwrap();
    assert_eq!(verified.principal, ada());
    assert_eq!(&*verified.subject, "7");
    assert_eq!(&*verified.issuer, ISSUER);
    let dates = verified.dates;
    assert_eq!(dates.expires_at, NOW.plus(Duration::from_secs(600)));
    assert_eq!((dates.issued_at, dates.authenticated_at, verified.token_id), (Some(NOW), None, None));
}

// RFC 8725 3.8, 3.9: issuer and audience are required, and of the right type.
#[test]
fn issuer_and_audience_are_there_and_ours() {
    assert_eq!(refusal(&claims_with(json!({"iss": null}))), Some(MissingClaim("iss")));
    assert_eq!(refusal(&claims_with(json!({"aud": null}))), Some(MissingClaim("aud")));
    assert_eq!(refusal(&claims_with(json!({"iss": [ISSUER, "https://evil.example"]}))), Some(WrongClaimType("iss")));
    assert_eq!(refusal(&claims_with(json!({"iss": [ISSUER]}))), Some(WrongClaimType("iss")));
    assert_eq!(refusal(&claims_with(json!({"iss": 1}))), Some(WrongClaimType("iss")));
    assert_eq!(refusal(&claims_with(json!({"iss": "https://id.example/"}))), Some(WrongIssuer));
    assert_eq!(refusal(&claims_with(json!({"aud": 1}))), Some(WrongClaimType("aud")));
    assert_eq!(refusal(&claims_with(json!({"aud": {"shop": 1}}))), Some(WrongClaimType("aud")));
    assert_eq!(refusal(&claims_with(json!({"aud": ["shop", 1]}))), Some(WrongClaimType("aud")));
    assert_eq!(refusal(&claims_with(json!({"aud": []}))), Some(WrongAudience));
    assert_eq!(refusal(&claims_with(json!({"aud": "SHOP"}))), Some(WrongAudience));
    assert_eq!(refusal(&claims_with(json!({"aud": ["bank", "shop"]}))), None);
    let escaped = claims().to_string().replace(ISSUER, "https:\\/\\/id.example");
    assert_eq!(refusal_of(&token(&escaped)), None);
}

// RFC 9470 4: a client asks for what a challenge names in `acr_values`, and comes back with it in `acr` or in `amr`.
#[test]
fn what_somebody_proved_is_in_two_claims() {
    let factors = |claims: Value| judge(HS256, &claims_with(claims), NOW).unwrap().factors.join(" ");
    assert_eq!(factors(json!({})), "");
    assert_eq!(factors(json!({"acr": "phr"})), "phr");
    assert_eq!(factors(json!({"amr": ["pwd", "otp"], "acr": "urn:example:two"})), "pwd otp urn:example:two");
    for value in [json!(1), json!(["phr"]), json!({}), json!(true)] {
        assert_eq!(refusal(&claims_with(json!({ "acr": value }))), Some(WrongClaimType("acr")));
    }
    // Where it tells access tokens apart, it says nothing of their subject.
    let declared = judge(HS256.claim("acr", "access"), &claims_with(json!({"acr": "access"})), NOW).unwrap();
    assert!(declared.factors.is_empty());
}

// RFC 7519 4.1.4: `exp` is required whatever else is, and a number.
#[test]
fn dates_are_numbers() {
    assert_eq!(refusal(&claims_with(json!({"exp": null}))), Some(MissingClaim("exp")));
    for name in ["exp", "nbf", "iat", "auth_time"] {
        for value in [json!("1800000600"), json!(-1), json!(1e300), json!([1]), json!(true), json!({})] {
            assert_eq!(refusal(&claims_with(json!({ name: value }))), Some(WrongClaimType(name)), "{name}");
        }
        let null = token(&claims().to_string().replacen('{', &format!("{{\"{name}\":null,"), 1));
        assert_eq!(refusal_of(&null), Some(WrongClaimType(name)));
    }
    assert_eq!(refusal(&claims_with(json!({"exp": 1_800_000_600.5}))), None);
}

#[test]
fn a_claim_appears_once() {
    for name in ["iss", "sub", "aud", "exp", "iat", "scope", "roles"] {
        let payload = claims().to_string().replacen('{', &format!("{{\"{name}\":{},", claims()[name]), 1);
        assert_eq!(refusal_of(&token(&payload)), Some(DuplicateClaim(name)));
    }
    let payload = claims().to_string().replacen('{', r#"{"name":"Eve","#, 1);
    assert_eq!(refusal_of(&token(&payload)), Some(NoPrincipal));
}

#[test]
fn the_type_is_compared() {
    for header in [
        r#"{"alg":"HS256"}"#,
        r#"{"alg":"HS256","typ":"JWT"}"#,
        r#"{"alg":"HS256","typ":"rt+jwt"}"#,
        r#"{"alg":"HS256","typ":""}"#,
    ] {
        assert_eq!(with_header(header), Some(WrongType), "{header}");
    }
    assert_eq!(with_header(r#"{"alg":"HS256","typ":"application/AT+JWT"}"#), None);
}

#[test]
fn no_extension_is_understood() {
    let header = r#"{"alg":"HS256","typ":"at+jwt","crit":["exp"],"exp":1}"#;
    assert_eq!(with_header(header), Some(UnknownCritical));
    assert_eq!(with_header(r#"{"alg":"HS256","typ":"at+jwt","typ":"at+jwt"}"#), Some(DuplicateHeader));
}

// RFC 8725 3.1, 3.2: the token does not choose.
#[test]
fn only_declared_algorithms_count() {
    for algorithm in
        ["none", "None", "NONE", "nOnE", "", "hs256", "HS256 ", "HS384", "HS512", "RS256", "ES256", "EdDSA"]
    {
        let header = format!(r#"{{"alg":"{algorithm}","typ":"at+jwt"}}"#);
        assert_eq!(with_header(&header), Some(AlgorithmNotDeclared), "{algorithm}");
        let [header, payload] = [header, claims().to_string()].map(|part| URL_SAFE_NO_PAD.encode(part));
        assert_eq!(refusal_of(&format!("{header}.{payload}.")), Some(AlgorithmNotDeclared), "{algorithm}");
    }
}

#[test]
fn a_public_key_is_no_secret() {
    let spec = BearerSpec::new(&[Algorithm::RS256, Algorithm::ES256]);
    let public = [
        VerifyingKey::pem(Algorithm::RS256, pem!("rsa2048.pub")).unwrap(),
        VerifyingKey::pem(Algorithm::ES256, pem!("p256.pub")).unwrap(),
    ];
    for pem in [&pem!("rsa2048.pub")[..], pem!("p256.pub")] {
        let key = SigningKey::secret(Algorithm::HS256, pem).unwrap();
        for (algorithm, refusal) in [
            ("HS256", AlgorithmNotDeclared),
            ("RS256", BadSignature),
            ("ES256", BadSignature),
            ("PS256", AlgorithmNotDeclared),
        ] {
            let header = format!(r#"{{"alg":"{algorithm}","typ":"at+jwt"}}"#);
            let token = compact(&key, &header, &claims().to_string());
            let verified = verifier_of(spec, public.to_vec()).accept::<User>(&token, NOW);
            assert_eq!(verified.err(), Some(refusal), "{algorithm}");
        }
    }
}

// One key, one algorithm (RFC 8725 3.1), although the same RSA key could do both.
#[test]
fn a_key_is_for_one_algorithm() {
    let spec = BearerSpec::new(&[Algorithm::RS256, Algorithm::PS256]);
    let key = SigningKey::pem(Algorithm::PS256, pem!("rsa2048")).unwrap();
    let token = compact(&key, r#"{"alg":"PS256","typ":"at+jwt"}"#, &claims().to_string());
    let verifier = verifier_of(spec, vec![VerifyingKey::pem(Algorithm::RS256, pem!("rsa2048.pub")).unwrap()]);
    assert_eq!(verifier.accept::<User>(&token, NOW).err(), Some(UnknownKey));
}

#[test]
fn the_key_id_only_chooses_among_our_keys() {
    let [first, second] = [[1; 32], [2; 32]].map(|secret| SigningKey::secret(Algorithm::HS256, &secret).unwrap());
    let keys = vec![first.verifying_key().with_id("1"), second.verifying_key().with_id("2")];
    let verify = |keys: &[VerifyingKey], key: &SigningKey, id: &str| {
        let token = compact(key, &format!(r#"{{"alg":"HS256","typ":"at+jwt"{id}}}"#), &claims().to_string());
        verifier_of(HS256, keys.to_vec()).accept::<User>(&token, NOW).err()
    };
    assert_eq!(verify(&keys, &second, r#","kid":"2""#), None);
    assert_eq!(verify(&keys, &second, ""), None);
    assert_eq!(verify(&keys, &second, r#","kid":"1""#), Some(BadSignature));
    assert_eq!(verify(&keys, &second, r#","kid":"3""#), Some(UnknownKey));
    assert_eq!(verify(&keys, &second, r#","kid":"../../dev/null""#), Some(UnknownKey));
    assert_eq!(verify(&[second.verifying_key()], &second, r#","kid":"3""#), None);
    assert_eq!(verify(&keys, &secret(), ""), Some(BadSignature));
}

// RFC 8725 3.10: nothing in the token is a source of keys.
#[test]
fn keys_in_the_token_are_not_looked_at() {
    let own = SigningKey::pem(Algorithm::EdDSA, pem!("ed25519")).unwrap();
    let header =
        r#"{"alg":"HS256","typ":"at+jwt","jwk":{"kty":"oct","k":"AAAA"},"jku":"https://evil.example","x5c":["AA"]}"#;
    assert_eq!(refusal_of(&compact(&own, header, &claims().to_string())), Some(BadSignature));
}

#[test]
fn every_change_breaks_the_signature() {
    let token = token(&claims().to_string());
    let (signed, signature) = token.rsplit_once('.').unwrap();
    for forged in [format!("{signed}."), format!("{signed}.AAAA"), format!("{signed}.{}AA", &signature[..41])] {
        assert_eq!(refusal_of(&forged), Some(BadSignature), "{forged}");
    }
    let (header, _) = signed.split_once('.').unwrap();
    let payload = URL_SAFE_NO_PAD.encode(claims_with(json!({"sub": "8"})).to_string());
    assert_eq!(refusal_of(&format!("{header}.{payload}.{signature}")), Some(BadSignature));
}

#[test]
fn a_bound_token_is_not_taken_from_whoever_brings_it() {
    assert_eq!(refusal(&claims_with(json!({"cnf": {"jkt": "x"}}))), Some(BoundToAKey));
    let payload = claims().to_string().replacen('{', r#"{"cnf":null,"#, 1);
    assert_eq!(refusal_of(&token(&payload)), Some(BoundToAKey));
}

#[test]
fn realms_are_apart() {
    assert_eq!(refusal(&claims_with(json!({"realm": "__Host-admin"}))), Some(WrongRealm));
    assert_eq!(refusal(&claims_with(json!({"realm": [REALM]}))), Some(WrongClaimType("realm")));
    assert_eq!(refusal(&claims_with(json!({"realm": REALM}))), None);
    assert_eq!(refusal(&claims()), None);
    let strict = verifier_for(NAMES, HS256, vec![trusted(ISSUER, [secret().verifying_key()]).realm(REALM)]);
    let verify = |claims: Value| strict.accept::<User>(&token(&claims.to_string()), NOW).err();
    assert_eq!(verify(claims()), Some(MissingClaim("realm")));
    assert_eq!(verify(claims_with(json!({"realm": REALM}))), None);
}

#[test]
fn the_declared_claim_tells_access_tokens_apart() {
    let spec = HS256.typ("JWT").claim("token_use", "access");
    let verify = |change: Value| {
        let token = compact(&secret(), r#"{"alg":"HS256","typ":"JWT"}"#, &claims_with(change).to_string());
        verifier(spec).accept::<User>(&token, NOW).err()
    };
    assert_eq!(verify(json!({"token_use": "access"})), None);
    assert_eq!(verify(json!({"token_use": "id"})), Some(WrongClaim("token_use")));
    assert_eq!(verify(json!({"token_use": ["access"]})), Some(WrongClaimType("token_use")));
    assert_eq!(verify(json!({})), Some(MissingClaim("token_use")));
}

#[test]
fn a_payload_is_one_json_object() {
    for payload in ["", "[]", "1", "null", "{", "{}{}", "{} x", r#"{"sub":"\ud800"}"#, r#"{"a":1,}"#] {
        let refused = refusal_of(&token(payload)).unwrap();
        assert!(matches!(refused, Malformed | WrongClaimType("sub")), "{payload}: {refused:?}");
    }
    assert_eq!(refusal_of(&token("{")), Some(Malformed));
    assert_eq!(refusal_of(&token(&format!("{} x", claims()))), Some(Malformed));
    let deep = claims().to_string().replacen('{', &format!(r#"{{"x":{}{},"#, "[".repeat(500), "]".repeat(500)), 1);
    assert_eq!(refusal_of(&token(&deep)), None);
}

#[test]
fn the_size_has_an_end() {
    let token = token(&claims().to_string());
    let parse = |bytes| Compact::parse(token.as_bytes(), bytes, &mut Buffers::of_this_thread()).err();
    assert_eq!(parse(token.len()), None);
    assert_eq!(parse(token.len() - 1), Some(TooLarge));
    assert_eq!(refusal_of(&"x".repeat(8 * 1024 + 1)), Some(TooLarge));
}

// What is refused costs no more signature checks than what is accepted: one, where the token names its key, and at most two
// where it does not.
#[test]
fn no_token_is_dearer_than_a_good_one() {
    let keys: Vec<_> = (0..20_u8)
        .map(|number| SigningKey::secret(Algorithm::HS256, &[number; 32]).unwrap().with_id(number.to_string()))
        .collect();
    let verifier = verifier_of(HS256, keys.iter().map(SigningKey::verifying_key).collect());
    let checks = |header: &str, signature: &str| {
        let signed = [header, &claims().to_string()].map(|part| URL_SAFE_NO_PAD.encode(part)).join(".");
        let before = crate::token::keys::checked();
        let refused = verifier.accept::<User>(&format!("{signed}.{signature}"), NOW).is_err();
        (refused, crate::token::keys::checked() - before)
    };
    let good = compact(&keys[7], r#"{"alg":"HS256","typ":"at+jwt","kid":"7"}"#, &claims().to_string());
    let (_, signature) = good.rsplit_once('.').unwrap();
    assert_eq!(checks(r#"{"alg":"HS256","typ":"at+jwt","kid":"7"}"#, signature), (false, 1));
    for (header, signature, expected) in [
        (r#"{"alg":"HS256","typ":"at+jwt","kid":"7"}"#, "AAAA", 1),
        (r#"{"alg":"HS256","typ":"at+jwt","kid":"8"}"#, signature, 1),
        (r#"{"alg":"HS256","typ":"at+jwt","kid":"20"}"#, signature, 0),
        (r#"{"alg":"HS256","typ":"JWT","kid":"7"}"#, signature, 0),
        (r#"{"alg":"none","typ":"at+jwt","kid":"7"}"#, signature, 0),
        (r#"{"alg":"HS256","typ":"at+jwt","kid":"7","crit":["x"]}"#, signature, 0),
        (r#"{"alg":"HS256","typ":"at+jwt","kid":"7"}"#, "A", 0),
        (r#"{"alg":"HS256","typ":"at+jwt"}"#, signature, 0),
    ] {
        assert_eq!(checks(header, signature), (true, expected), "{header}");
    }
}

#[test]
fn a_token_that_names_no_key_is_tried_by_two_at_most() {
    let refusal = |keys: u8| {
        let keys: Vec<_> = (1..=keys)
            .map(|number| SigningKey::secret(Algorithm::HS256, &[number; 32]).unwrap().with_id(number.to_string()))
            .collect();
        let verifier = verifier_of(HS256, keys.iter().map(SigningKey::verifying_key).collect());
        let token = compact(keys.last().unwrap(), r#"{"alg":"HS256","typ":"at+jwt"}"#, &claims().to_string());
        let before = crate::token::keys::checked();
        let refusal = verifier.accept::<User>(&token, NOW).err();
        (refusal, crate::token::keys::checked() - before)
    };
    assert_eq!(refusal(1), (None, 1));
    assert_eq!(refusal(2), (None, 2));
    assert_eq!(refusal(3), (Some(UnknownKey), 0));
}
