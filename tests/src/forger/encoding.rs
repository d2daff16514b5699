//! Texts that are not the one spelling of a token.

use super::{
    Algorithm, ED25519, Forgery, encoded, forgery, good, good_claims, good_header, signature, signed, with_signature,
};

const MALFORMED: &str = "the token is malformed";

pub(super) fn forgeries() -> Vec<Forgery> {
    [spellings(), parts(), texts()].concat()
}

fn spellings() -> Vec<Forgery> {
    let [token, ..] = good();
    let (head, signature) = token.rsplit_once('.').unwrap();
    let (header, payload) = head.split_once('.').unwrap();
    let mut forged = vec![
        forgery("padding behind the signature", format!("{token}=="), MALFORMED),
        forgery("the other alphabet", format!("{head}.+{}", &signature[1..]), MALFORMED),
        forgery("the other alphabet's slash", format!("{head}./{}", &signature[1..]), MALFORMED),
        forgery("a tilde", format!("{head}.~{}", &signature[1..]), MALFORMED),
        forgery("stray bits", format!("{head}.{}B", &signature[..85]), MALFORMED),
        forgery("a character too many", format!("{token}AAA"), MALFORMED),
        forgery("a header in lower case", format!("{}.{payload}.{signature}", header.to_lowercase()), MALFORMED),
    ];
    // Outside of what a bearer token may be made of (RFC 6750 2.1).
    for (name, token) in [
        ("padding behind the header", format!("{header}==.{payload}.{signature}")),
        ("padding behind the payload", format!("{header}.{payload}=.{signature}")),
        ("a space within", format!("{header}.{payload} .{signature}")),
        ("a tab behind", format!("{token}\t.")),
        ("a percent", format!("{header}%2E{payload}%2E{signature}")),
        ("quotes", format!("\"{token}\"")),
        ("a comma", format!("{token},{token}")),
        ("a letter of another script", format!("{header}.{payload}.\u{fc}")),
        ("the JSON serialisation", r#"{"payload":"e30","signatures":[]}"#.to_owned()),
    ] {
        forged.push(Forgery { name: name.to_owned(), token, reason: None });
    }
    forged
}

fn parts() -> Vec<Forgery> {
    let [token, ..] = good();
    let (head, signature) = token.rsplit_once('.').unwrap();
    let (header, payload) = head.split_once('.').unwrap();
    let mut forged: Vec<_> = [
        ("one part", header.to_owned()),
        ("two parts", head.to_owned()),
        ("four parts", format!("{token}.{signature}")),
        ("five parts, encrypted", format!("{header}.{payload}.{signature}.AAAA.AAAA")),
        ("dots alone", "..".to_owned()),
        ("many dots", ".".repeat(4000)),
        ("no header", format!(".{payload}.{signature}")),
        ("no payload", format!("{header}..{signature}")),
        ("a dot before", format!(".{token}")),
        ("a dot behind", format!("{token}.")),
        ("two dots", format!("{header}..{payload}.{signature}")),
        ("an opaque token", "7Fjfp0ZBr1KtDRbnfVdmIw".to_owned()),
        ("the token twice", format!("{token}{token}")),
        ("hexadecimal", "deadbeef.deadbeef.deadbeef".to_owned()),
    ]
    .into_iter()
    // An empty payload, or header, is no JSON.
    .map(|(name, token)| {
        let reason = if name == "no payload" { "the signature does not verify" } else { MALFORMED };
        forgery(name, token, reason)
    })
    .collect();
    forged.push(forgery("a token of 8193 bytes", "x".repeat(8193), "the token is too large"));
    let large = good_claims().to_string().replacen('{', &format!("{{\"x\":\"{}\",", "x".repeat(1 << 20)), 1);
    let token = signed(good_header(Algorithm::EdDSA), large, ED25519, Algorithm::EdDSA);
    forged.push(forgery("a token of 1 MiB", token, "the token is too large"));
    forged
}

fn texts() -> Vec<Forgery> {
    let claims = good_claims().to_string();
    let mut forged = Vec::new();
    let header = good_header(Algorithm::EdDSA);
    for (name, header) in [
        ("an array", b"[]".to_vec()),
        ("a string", br#""EdDSA""#.to_vec()),
        ("nothing", Vec::new()),
        ("null", b"null".to_vec()),
        ("an empty object", b"{}".to_vec()),
        ("not closed", header.trim_end_matches('}').as_bytes().to_vec()),
        ("with something behind", format!("{header}x").into_bytes()),
        ("twice", header.repeat(2).into_bytes()),
        ("with a comma too many", header.replace('}', ",}").into_bytes()),
        ("with a comment", header.replace('}', "/**/}").into_bytes()),
        ("in single quotes", header.replace('"', "'").into_bytes()),
        ("behind a byte order mark", format!("\u{feff}{header}").into_bytes()),
        ("that is not UTF-8", b"{\"alg\":\"EdDSA\",\"x\":\"\xFF\"}".to_vec()),
        ("with half a surrogate", header.replace("at+jwt", "\\ud800").into_bytes()),
        ("in UTF-16", header.encode_utf16().flat_map(u16::to_le_bytes).collect()),
    ] {
        let token = signed(header, &claims, ED25519, Algorithm::EdDSA);
        forged.push(forgery(format!("a header {name}"), token, MALFORMED));
    }
    for (name, payload, reason) in [
        ("an array", b"[]".to_vec(), MALFORMED),
        ("a string", br#""x""#.to_vec(), MALFORMED),
        ("a number", b"1".to_vec(), MALFORMED),
        ("null", b"null".to_vec(), MALFORMED),
        ("nothing", Vec::new(), MALFORMED),
        ("an empty object", b"{}".to_vec(), "the claim `iss` is missing"),
        ("not closed", claims.trim_end_matches('}').as_bytes().to_vec(), MALFORMED),
        ("with something behind", format!("{claims}x").into_bytes(), MALFORMED),
        ("twice", claims.repeat(2).into_bytes(), MALFORMED),
        ("with a comma too many", claims.replace('}', ",}").into_bytes(), MALFORMED),
        ("behind a byte order mark", format!("\u{feff}{claims}").into_bytes(), MALFORMED),
        ("that is not UTF-8", [claims.trim_end_matches('}').as_bytes(), b",\"x\":\"\xFF\"}"].concat(), MALFORMED),
        ("that is a token", good()[0].clone().into_bytes(), MALFORMED),
        ("with not a number", claims.replacen('{', "{\"x\":NaN,", 1).into_bytes(), MALFORMED),
    ] {
        let token = signed(&header, payload, ED25519, Algorithm::EdDSA);
        forged.push(forgery(format!("a payload {name}"), token, reason));
    }
    let text = encoded(&header, "");
    let empty = with_signature(&text, signature(&text, ED25519, Algorithm::EdDSA));
    forged.push(forgery("a signed payload of no bytes", empty, MALFORMED));
    forged
}
