//! Claims, signed as they should be, that are not what they are defined to be, or not for us, or not now.

use super::{Algorithm, ED25519, Forgery, forgery, good_claims, good_header, signed};
use crate::START;
use serde_json::{Value, json};

pub(super) fn forgeries() -> Vec<Forgery> {
    [wrong_types(), missing(), repeated(), not_for_us(), not_now()].concat()
}

fn token(payload: impl AsRef<[u8]>) -> String {
    signed(good_header(Algorithm::EdDSA), payload, ED25519, Algorithm::EdDSA)
}

/// The good claims with one that is written like this.
fn with(name: &str, value: &str) -> String {
    let mut claims = good_claims();
    claims.as_object_mut().unwrap().remove(name);
    token(claims.to_string().replacen('{', &format!("{{\"{name}\":{value},"), 1))
}

fn wrong_types() -> Vec<Forgery> {
    let text = [
        "1",
        "null",
        "true",
        "[]",
        r#"["https://id.example"]"#,
        r#"["https://id.example","https://evil.example"]"#,
        "{}",
    ];
    let date =
        ["\"1800000600\"", "null", "true", "[1800000600]", "{}", "-1", "1e300", "253402300800", "18446744073709551616"];
    let mut forged = Vec::new();
    for (name, reason, values) in [
        ("iss", "the claim `iss` is of the wrong type", &text[..]),
        ("sub", "the claim `sub` is of the wrong type", &text),
        ("jti", "the claim `jti` is of the wrong type", &text),
        ("realm", "the claim `realm` is of the wrong type", &text),
        (
            "aud",
            "the claim `aud` is of the wrong type",
            &["1", "null", "true", "{}", "[1]", r#"["shop",1]"#, r#"[["shop"]]"#],
        ),
        ("exp", "the claim `exp` is of the wrong type", &date),
        ("nbf", "the claim `nbf` is of the wrong type", &date),
        ("iat", "the claim `iat` is of the wrong type", &date),
        ("auth_time", "the claim `auth_time` is of the wrong type", &date),
        ("amr", "the claim `amr` is of the wrong type", &["\"pwd\"", "1", "[1]", "{}"]),
        ("acr", "the claim `acr` is of the wrong type", &["1", "null", r#"["otp"]"#, "{}"]),
        ("scope", "the claim `scope` is of the wrong type", &["1", r#"["orders:read"]"#, "{}", "null"]),
        ("roles", "the claims are not those of the principal", &["\"Staff\"", "[1]", r#"["Root"]"#, "{}"]),
    ] {
        forged.extend(values.iter().map(|value| forgery(format!("{name} {value}"), with(name, value), reason)));
    }
    forged
}

fn missing() -> Vec<Forgery> {
    [
        ("iss", "the claim `iss` is missing"),
        ("aud", "the claim `aud` is missing"),
        ("sub", "the claim `sub` is missing"),
        ("exp", "the claim `exp` is missing"),
        ("auth_time", "the claim `auth_time` is missing"),
        ("iat", "the claim `iat` is missing"),
    ]
    .into_iter()
    .map(|(name, reason)| {
        let mut claims = good_claims();
        claims.as_object_mut().unwrap().remove(name);
        forgery(format!("no {name}"), token(claims.to_string()), reason)
    })
    .collect()
}

/// RFC 7519 4: the first and the last reader of a pair see two tokens.
fn repeated() -> Vec<Forgery> {
    [
        ("iss", "the claim `iss` is repeated"),
        ("aud", "the claim `aud` is repeated"),
        ("sub", "the claim `sub` is repeated"),
        ("exp", "the claim `exp` is repeated"),
        ("nbf", "the claim `nbf` is repeated"),
        ("iat", "the claim `iat` is repeated"),
        ("jti", "the claim `jti` is repeated"),
        ("auth_time", "the claim `auth_time` is repeated"),
        ("amr", "the claim `amr` is repeated"),
        ("scope", "the claim `scope` is repeated"),
        ("roles", "the claim `roles` is repeated"),
    ]
    .into_iter()
    .map(|(name, reason)| {
        let claims = good_claims();
        let payload = claims.to_string().replacen('{', &format!("{{\"{name}\":{},", claims[name]), 1);
        forgery(format!("{name} twice"), token(payload), reason)
    })
    .collect()
}

fn changed(changes: Value) -> String {
    let (mut claims, Value::Object(changes)) = (good_claims(), changes) else { panic!("not an object") };
    claims.as_object_mut().unwrap().extend(changes);
    token(claims.to_string())
}

fn not_for_us() -> Vec<Forgery> {
    let (issuer, audience) = ("the token is of another issuer", "the token is for another audience");
    [
        (json!({"iss": ""}), issuer),
        (json!({"iss": "https://id.example/"}), issuer),
        (json!({"iss": "HTTPS://ID.EXAMPLE"}), issuer),
        (json!({"iss": "https://id.example.evil.example"}), issuer),
        (json!({"iss": "https://id.example\u{0}"}), issuer),
        (json!({"iss": "https://evil.example"}), issuer),
        (json!({"aud": ""}), audience),
        (json!({"aud": "Shop"}), audience),
        (json!({"aud": "shop "}), audience),
        (json!({"aud": "shop2"}), audience),
        (json!({"aud": "sho"}), audience),
        (json!({"aud": "*"}), audience),
        (json!({"aud": "bank,shop"}), audience),
        (json!({"aud": []}), audience),
        (json!({"aud": ["bank", "post"]}), audience),
        (json!({"realm": "__Host-id"}), "the token is of another realm"),
        (json!({"realm": ""}), "the token is of another realm"),
        (json!({"cnf": {"jkt": "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I"}}), "the token is bound to a key"),
        (json!({"cnf": null}), "the token is bound to a key"),
        (json!({"sub": ""}), "the claim `sub` is missing"),
        (json!({"sub": "+7"}), "the claims are not those of the principal"),
        (json!({"sub": "07"}), "the claims are not those of the principal"),
        (json!({"sub": "7 OR 1=1"}), "the claims are not those of the principal"),
    ]
    .into_iter()
    .map(|(changes, reason)| forgery(changes.to_string(), changed(changes), reason))
    .collect()
}

fn not_now() -> Vec<Forgery> {
    let now = START.as_secs();
    let expired = "the token has expired";
    [
        (json!({"exp": now - 30}), expired),
        (json!({"exp": 0}), expired),
        (json!({"exp": 1.5}), expired),
        (json!({"nbf": now + 31}), "the token is not valid yet"),
        (json!({"nbf": 253_402_300_799_u64}), "the token is not valid yet"),
        (json!({"iat": now + 31}), "the token was issued in the future"),
        (json!({"auth_time": now + 31}), "the subject was authenticated in the future"),
        (json!({"exp": now + 901}), "the token lives for too long"),
        (json!({"exp": 253_402_300_799_u64}), "the token lives for too long"),
        (json!({"iat": now - 901, "exp": now - 1}), "the token is too old"),
    ]
    .into_iter()
    .map(|(changes, reason)| forgery(changes.to_string(), changed(changes), reason))
    .collect()
}
