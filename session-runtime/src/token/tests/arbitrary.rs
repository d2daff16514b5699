//! Whatever comes, an answer comes back.

use proptest::prelude::*;

use super::*;

proptest! {
    #[test]
    fn arbitrary_text_is_refused(text in ".{0,300}") {
        prop_assert!(verifier(HS256).accept::<User>(&text, NOW).is_err());
    }

    #[test]
    fn arbitrary_parts_are_refused(header in any::<Vec<u8>>(), payload in any::<Vec<u8>>(), signature in any::<Vec<u8>>()) {
        let token = [header, payload, signature].map(|part| URL_SAFE_NO_PAD.encode(part)).join(".");
        prop_assert!(verifier(HS256).accept::<User>(&token, NOW).is_err());
    }

    #[test]
    fn arbitrary_signed_payloads_never_panic(payload in ".{0,200}") {
        prop_assert!(verifier(HS256).accept::<User>(&token(&payload), NOW).is_err());
    }

    #[test]
    fn arbitrary_signed_claims_never_panic(
        name in prop::sample::select(&["exp", "nbf", "iat", "auth_time", "aud", "iss", "sub", "amr", "acr", "scope", "roles"][..]),
        value in prop::sample::select(&["-0", "1e308", "1.5", "[]", "{}", "[[]]", "\"\\u0000\"", "true", "9223372036854775808"][..]),
    ) {
        let mut claims = claims();
        claims.as_object_mut().unwrap().remove(name);
        let payload = claims.to_string().replacen('{', &format!("{{\"{name}\":{value},"), 1);
        let _ = verifier(HS256).accept::<User>(&token(&payload), NOW);
    }

    #[test]
    fn a_changed_byte_is_refused(position in 0_usize..400, byte in prop::sample::select(&b"AZaz09-_."[..])) {
        let token = token(&claims().to_string());
        let mut bytes = token.clone().into_bytes();
        let position = position % bytes.len();
        prop_assume!(bytes.get(position) != Some(&byte));
        bytes.splice(position..=position, [byte]);
        let changed = String::from_utf8(bytes).unwrap();
        prop_assert!(verifier(HS256).accept::<User>(&changed, NOW).is_err());
    }

    #[test]
    fn arbitrary_bytes_are_no_pem(bytes in any::<Vec<u8>>()) {
        prop_assert!(VerifyingKey::pem(Algorithm::ES256, &bytes).is_err());
        prop_assert!(SigningKey::pem(Algorithm::RS256, &bytes).is_err());
    }
}
