//! What a PEM says it holds (RFC 7468 2).

use super::error::KeyError;

/// Refuses a PEM whose label is none of `accepted`; `expected` names them in the error.
///
/// The parser of `jsonwebtoken` takes the first bit string out of whatever it is given: a certificate yields a key that
/// verifies nothing, and so does a private key where a public one is meant.
pub(super) fn expect_label(pem: &[u8], accepted: &[&str], expected: &'static str) -> Result<(), KeyError> {
    let found = label(pem).ok_or(KeyError::NotPem)?;
    if accepted.contains(&found) {
        return Ok(());
    }
    Err(KeyError::WrongLabel { found: found.into(), expected })
}

fn label(pem: &[u8]) -> Option<&str> {
    let (_, after) = std::str::from_utf8(pem).ok()?.split_once("-----BEGIN ")?;
    let (label, _) = after.split_once("-----")?;
    let is_label = label.bytes().all(|byte| byte == b' ' || byte.is_ascii_uppercase() || byte.is_ascii_digit());
    is_label.then_some(label)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_certificate_is_no_public_key() {
        let pem = b"-----BEGIN CERTIFICATE-----\nAA==\n-----END CERTIFICATE-----\n";
        let refused = expect_label(pem, &["PUBLIC KEY"], "PUBLIC KEY");
        assert_eq!(refused, Err(KeyError::WrongLabel { found: "CERTIFICATE".into(), expected: "PUBLIC KEY" }));
    }

    #[test]
    fn what_is_no_pem_is_called_none() {
        for text in [&b"secret"[..], b"", b"-----BEGIN", b"-----BEGIN lower-----", b"\xff-----BEGIN PUBLIC KEY-----"] {
            assert_eq!(expect_label(text, &["PUBLIC KEY"], "PUBLIC KEY"), Err(KeyError::NotPem));
        }
    }
}
