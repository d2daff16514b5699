//! What a header says beside the algorithm: whose key, of which type, with which extensions.

use super::{Algorithm, Forgery, by_ed25519, forgery, good_claims, key, signed};

const UNKNOWN: &str = "no such key";
const MALFORMED: &str = "the token is malformed";
const WRONG_TYPE: &str = "the token is of another type";

pub(super) fn forgeries() -> Vec<Forgery> {
    [embedded_keys(), key_ids(), types(), extensions()].concat()
}

/// Signed by the forger's own key, which the header brings along (RFC 8725 3.10).
fn embedded_keys() -> Vec<Forgery> {
    let jwk = r#"{"kty":"EC","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU","y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"}"#;
    [
        ("jwk", format!(r#""jwk":{jwk}"#)),
        ("jwk oct", r#""jwk":{"kty":"oct","k":"AAAA"}"#.to_owned()),
        ("jku", r#""jku":"https://evil.example/jwks""#.to_owned()),
        ("jku of the issuer", r#""jku":"https://id.example/../evil""#.to_owned()),
        ("x5u", r#""x5u":"https://evil.example/cert""#.to_owned()),
        ("x5c", r#""x5c":["MIIB"]"#.to_owned()),
        ("x5t", r#""x5t":"AAAA","x5t#S256":"AAAA""#.to_owned()),
        ("iss", r#""iss":"https://id.example""#.to_owned()),
    ]
    .into_iter()
    .flat_map(|(what, member)| {
        let sign = |kid: &str| {
            let header = format!(r#"{{"alg":"PS256","typ":"at+jwt",{member},"kid":"{kid}"}}"#);
            // A key of the right kind that is not ours.
            signed(header, good_claims().to_string(), key!("rsa2048.other"), Algorithm::PS256)
        };
        [
            forgery(format!("{what}, our kid"), sign("PS256"), "the signature does not verify"),
            forgery(format!("{what}, its own kid"), sign("evil"), UNKNOWN),
        ]
    })
    .collect()
}

fn key_ids() -> Vec<Forgery> {
    let header = |kid: &str| format!(r#"{{"alg":"EdDSA","typ":"at+jwt","kid":{kid}}}"#);
    let quoted = |kid: &str| header(&format!("\"{kid}\""));
    let mut forged: Vec<_> = [
        "../../../../dev/null",
        "/etc/passwd",
        "C:\\\\boot.ini",
        "file:///dev/null",
        "' OR '1'='1",
        "'; DROP TABLE keys; --",
        "x' UNION SELECT 'secret'",
        "$(id)",
        "`id`",
        "| cat /etc/passwd",
        "http://169.254.169.254/",
        "",
        " ",
        "\\u0000",
        "EdDSA\\u0000",
        "EdDSA ",
        "eddsa",
        "%45dDSA",
        "{{7*7}}",
        "*",
        "EdDSA\\nES256",
        "__proto__",
    ]
    .into_iter()
    .map(|kid| forgery(format!("kid `{kid}`"), by_ed25519(&quoted(kid)), UNKNOWN))
    .collect();
    for kid in ["1", "null", "true", "[]", r#"["EdDSA"]"#, "{}"] {
        forged.push(forgery(format!("kid {kid}"), by_ed25519(&header(kid)), MALFORMED));
    }
    forged.push(forgery("kid of 4 KiB", by_ed25519(&quoted(&"x".repeat(4096))), UNKNOWN));
    forged.push(forgery("kid of 1 MiB", by_ed25519(&quoted(&"x".repeat(1 << 20))), "the token is too large"));
    forged
}

/// Tokens of other kinds (RFC 8725 3.11, 3.12).
fn types() -> Vec<Forgery> {
    let header = |typ: &str| format!(r#"{{"alg":"EdDSA","kid":"EdDSA","typ":{typ}}}"#);
    let mut forged: Vec<_> = [
        "JWT",
        "jwt",
        "",
        " ",
        "rt+jwt",
        "id+jwt",
        "dpop+jwt",
        "logout+jwt",
        "secevent+jwt",
        "JOSE",
        "at+jwt ",
        "at+jwt;x=1",
        "at+jw",
        "at+jwt+jwt",
        "text/at+jwt",
        "application/application/at+jwt",
        "application/",
        "at/jwt",
    ]
    .into_iter()
    .map(|typ| forgery(format!("typ `{typ}`"), by_ed25519(&header(&format!("\"{typ}\""))), WRONG_TYPE))
    .collect();
    let untyped = by_ed25519(r#"{"alg":"EdDSA","kid":"EdDSA"}"#);
    forged.push(forgery("no typ", untyped, WRONG_TYPE));
    for typ in ["null", "1", r#"["at+jwt"]"#] {
        forged.push(forgery(format!("typ {typ}"), by_ed25519(&header(typ)), MALFORMED));
    }
    forged
}

/// RFC 7515 4, 4.1.11; RFC 7797.
fn extensions() -> Vec<Forgery> {
    let with = |more: &str| by_ed25519(&format!(r#"{{"alg":"EdDSA","typ":"at+jwt","kid":"EdDSA",{more}}}"#));
    let critical = "the header demands an unknown extension";
    let repeated = "a header parameter is repeated";
    let mut forged = Vec::new();
    for more in [
        r#""crit":["exp"],"exp":1"#,
        r#""crit":["b64"],"b64":false"#,
        r#""crit":[]"#,
        r#""crit":null"#,
        r#""crit":"exp""#,
        r#""crit":["kid"]"#,
        r#""\u0063rit":["x"],"x":1"#,
    ] {
        forged.push(forgery(format!("header {more}"), with(more), critical));
    }
    for more in [
        r#""alg":"EdDSA""#,
        r#""alg":"none""#,
        r#""al\u0067":"none""#,
        r#""kid":"evil""#,
        r#""typ":"JWT""#,
        r#""jku":"a","jku":"b""#,
        r#""x":1,"\u0078":2"#,
    ] {
        forged.push(forgery(format!("header twice {more}"), with(more), repeated));
    }
    let many: Vec<_> = (0..17).map(|number| format!(r#""x{number}":0"#)).collect();
    forged.push(forgery("17 unknown header parameters", with(&many.join(",")), MALFORMED));
    let deep = format!(r#""x":{}{}"#, "[".repeat(1000), "]".repeat(1000));
    // Skipped without recursion, and then in order: what is wrong is the issuer's signature over something else.
    let text = with(&deep);
    let (head, _) = text.rsplit_once('.').unwrap();
    forged.push(forgery(
        "a header of 1000 arrays",
        format!("{head}.{}", "A".repeat(86)),
        "the signature does not verify",
    ));
    forged
}
