//! The token chooses another algorithm than ours, or none (RFC 8725 2.1, 3.1).

use super::{
    Algorithm, ED25519, Forgery, P256, RSA, URL_SAFE_NO_PAD, by_ed25519, encoded, forgery, good_claims, good_header,
    key, signature, signed, with_signature,
};
use base64::Engine as _;

const NOT_DECLARED: &str = "the algorithm is not declared";
const BAD: &str = "the signature does not verify";

pub(super) fn forgeries() -> Vec<Forgery> {
    [spellings(), unsigned(), wrong_types(), confusions()].concat()
}

fn spellings() -> Vec<Forgery> {
    [
        "none",
        "None",
        "NONE",
        "nOnE",
        "",
        " ",
        "eddsa",
        "EDDSA",
        "EdDSA ",
        " EdDSA",
        "Ed25519",
        "Ed448",
        "HS256",
        "HS384",
        "HS512",
        "RS256",
        "RS384",
        "RS512",
        "PS384",
        "PS512",
        "ES384",
        "ES512",
        "ES256K",
        "es256",
        "dir",
        "A128KW",
        "RSA-OAEP",
        "RSA1_5",
        "ECDH-ES",
        "PBES2-HS256+A128KW",
        "ML-DSA-44",
        "EdDSA\\u0000",
        "EdDSA\\n",
        "\\u0415dDSA",
        "EdDSA,ES256",
    ]
    .into_iter()
    .map(|name| {
        let header = format!(r#"{{"alg":"{name}","typ":"at+jwt","kid":"EdDSA"}}"#);
        forgery(format!("alg `{name}`"), by_ed25519(&header), NOT_DECLARED)
    })
    .collect()
}

/// RFC 7515 A.5.
fn unsigned() -> Vec<Forgery> {
    ["none", "None", "nOnE", "HS256"]
        .into_iter()
        .map(|name| {
            let header = format!(r#"{{"alg":"{name}","typ":"at+jwt"}}"#);
            let token = with_signature(&encoded(header, good_claims().to_string()), "");
            forgery(format!("alg `{name}`, no signature"), token, NOT_DECLARED)
        })
        .chain([Algorithm::EdDSA, Algorithm::ES256, Algorithm::PS256].map(|algorithm| {
            let token = with_signature(&encoded(good_header(algorithm), good_claims().to_string()), "");
            forgery(format!("alg `{algorithm:?}`, no signature"), token, BAD)
        }))
        .collect()
}

fn wrong_types() -> Vec<Forgery> {
    let malformed =
        |what: &str, header: String| forgery(format!("alg {what}"), by_ed25519(&header), "the token is malformed");
    ["1", "null", "true", "[]", r#"["EdDSA"]"#, r#"{"EdDSA":1}"#]
        .into_iter()
        .map(|value| malformed(value, format!(r#"{{"alg":{value},"typ":"at+jwt","kid":"EdDSA"}}"#)))
        .chain([malformed("missing", r#"{"typ":"at+jwt","kid":"EdDSA"}"#.to_owned())])
        .collect()
}

/// What is public is taken for what is secret, and one key for another.
fn confusions() -> Vec<Forgery> {
    let claims = good_claims().to_string();
    let mut forged = Vec::new();
    let raw = URL_SAFE_NO_PAD.decode("11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo").unwrap();
    let trimmed = key!("p256.pub").trim_ascii();
    for (what, secret) in [
        ("a public PEM", &key!("ed25519.pub")[..]),
        ("a public PEM of RSA", key!("rsa2048.pub")),
        ("a public PEM of EC, trimmed", trimmed),
        ("public bytes", &raw),
        ("nothing", b""),
        ("`secret`", b"secret"),
    ] {
        for algorithm in [Algorithm::HS256, Algorithm::HS512] {
            let token = signed(good_header(algorithm), &claims, secret, algorithm);
            forged.push(forgery(format!("{algorithm:?} with {what} as the secret"), token, NOT_DECLARED));
        }
        let text = encoded(good_header(Algorithm::EdDSA), &claims);
        let token = with_signature(&text, signature(&text, secret, Algorithm::HS512));
        forged.push(forgery(format!("an HMAC with {what} under EdDSA"), token, BAD));
    }
    let keys = [(ED25519, Algorithm::EdDSA), (P256, Algorithm::ES256), (RSA, Algorithm::PS256)];
    for (key, algorithm) in keys {
        for (_, named) in keys.into_iter().filter(|(_, named)| *named != algorithm) {
            let header = format!(r#"{{"alg":"{algorithm:?}","typ":"at+jwt","kid":"{named:?}"}}"#);
            let token = signed(header, &claims, key, algorithm);
            forged.push(forgery(format!("{algorithm:?} with the kid of {named:?}"), token, "no such key"));
            let token = signed(good_header(named), &claims, key, algorithm);
            forged.push(forgery(format!("{algorithm:?} under {named:?}"), token, BAD));
        }
    }
    let rs256 = signed(good_header(Algorithm::PS256), &claims, RSA, Algorithm::RS256);
    forged.push(forgery("RS256 under PS256 by the right key", rs256, BAD));
    forged
}
