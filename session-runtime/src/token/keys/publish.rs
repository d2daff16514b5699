//! Public keys as a JWK set (RFC 7517 5), for those who verify what is signed here.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Serialize;

use super::VerifyingKey;
use super::fit::rsa_numbers;
use crate::principal::Algorithm;

#[derive(Serialize)]
struct Published<'k> {
    keys: Vec<PublicJwk<'k>>,
}

#[derive(Serialize)]
struct PublicJwk<'k> {
    #[serde(flatten)]
    numbers: Numbers,
    alg: &'static str,
    #[serde(rename = "use")]
    purpose: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    kid: Option<&'k str>,
}

#[derive(Serialize)]
#[serde(tag = "kty")]
enum Numbers {
    #[serde(rename = "RSA")]
    Rsa { n: String, e: String },
    #[serde(rename = "EC")]
    Ec { crv: &'static str, x: String, y: String },
    #[serde(rename = "OKP")]
    Okp { crv: &'static str, x: String },
}

/// The JSON text of the public ones among `keys`. Secrets are left out.
pub(crate) fn published<'k>(keys: impl IntoIterator<Item = &'k VerifyingKey>) -> String {
    let jwk = |key: &'k VerifyingKey| {
        Some(PublicJwk { numbers: numbers(key)?, alg: key.algorithm().as_str(), purpose: "sig", kid: key.id() })
    };
    let set = Published { keys: keys.into_iter().filter_map(jwk).collect() };
    // Strings alone: there is nothing in it that JSON cannot say.
    serde_json::to_string(&set).unwrap_or_else(|_| r#"{"keys":[]}"#.to_owned())
}

fn numbers(key: &VerifyingKey) -> Option<Numbers> {
    let point = |crv, coordinate| {
        let bytes = key.material().try_get_as_bytes().ok()?.get(1..)?;
        let (x, y) = bytes.split_at_checked(coordinate)?;
        Some(Numbers::Ec { crv, x: URL_SAFE_NO_PAD.encode(x), y: URL_SAFE_NO_PAD.encode(y) })
    };
    match key.algorithm() {
        Algorithm::RS256 | Algorithm::PS256 => {
            let (modulus, exponent) = rsa_numbers(key.algorithm(), key.material()).ok()?;
            Some(Numbers::Rsa { n: unsigned(&modulus), e: unsigned(&exponent) })
        }
        Algorithm::ES256 => point("P-256", 32),
        Algorithm::ES384 => point("P-384", 48),
        Algorithm::EdDSA => {
            Some(Numbers::Okp { crv: "Ed25519", x: URL_SAFE_NO_PAD.encode(key.material().try_get_as_bytes().ok()?) })
        }
        Algorithm::HS256 | Algorithm::HS384 | Algorithm::HS512 => None,
    }
}

/// As few octets as it takes (RFC 7518 2, `Base64urlUInt`).
fn unsigned(number: &[u8]) -> String {
    let start = number.iter().position(|byte| *byte != 0).unwrap_or(number.len());
    URL_SAFE_NO_PAD.encode(number.get(start..).unwrap_or_default())
}
