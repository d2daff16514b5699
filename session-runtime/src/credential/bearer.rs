//! The bearer token in an `Authorization` header (RFC 6750 2.1).
//!
//! Tokens in the query or in a body (RFC 6750 2.2, 2.3) are never read: they end up in logs and histories.

use http::{HeaderMap, header};

use super::CredentialError;

const SCHEME: &[u8] = b"bearer";

/// What follows the scheme in the one `Authorization: Bearer`. Other schemes belong to somebody else and are passed over.
///
/// Whether it [is a token](is_token) at all is asked when it was refused: what verifies is one.
///
/// # Errors
///
/// When there are two, or when what follows the scheme is no text.
pub(super) fn find(headers: &HeaderMap) -> Result<Option<&str>, CredentialError> {
    let mut found = None;
    for value in headers.get_all(header::AUTHORIZATION) {
        let Some(credentials) = credentials(value.as_bytes()) else { continue };
        if found.replace(credentials).is_some() {
            return Err(CredentialError::TwoAuthorizations);
        }
    }
    let text = |credentials| str::from_utf8(credentials).map_err(|_| CredentialError::MalformedAuthorization);
    found.map(text).transpose()
}

/// What follows the scheme, which is compared case-insensitively (RFC 9110 11.1); `None` for another scheme.
fn credentials(value: &[u8]) -> Option<&[u8]> {
    let (scheme, mut rest) = value.split_at_checked(SCHEME.len())?;
    if !scheme.eq_ignore_ascii_case(SCHEME) || !matches!(rest.first(), None | Some(b' ' | b'\t')) {
        return None;
    }
    while let Some(shorter) = rest.strip_prefix(b" ") {
        rest = shorter;
    }
    Some(rest)
}

/// `1*( ALPHA / DIGIT / "-" / "." / "_" / "~" / "+" / "/" ) *"="`
pub(crate) fn is_token(credentials: &str) -> bool {
    let characters = credentials.trim_end_matches('=');
    // Without a branch per byte, so that a long text is checked many bytes at a time.
    !characters.is_empty() && characters.bytes().fold(true, |valid, byte| valid & is_token_byte(byte))
}

#[expect(clippy::needless_bitwise_bool, reason = "a branch at each would keep the loop from being vectorised")]
fn is_token_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric()
        | (byte == b'-')
        | (byte == b'.')
        | (byte == b'_')
        | (byte == b'~')
        | (byte == b'+')
        | (byte == b'/')
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::HeaderValue;
    use proptest::prelude::*;

    fn find_in(values: &[&str]) -> Result<Option<String>, CredentialError> {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(header::AUTHORIZATION, HeaderValue::from_bytes(value.as_bytes()).unwrap());
        }
        match find(&headers)? {
            Some(text) if !is_token(text) => Err(CredentialError::MalformedAuthorization),
            found => Ok(found.map(str::to_owned)),
        }
    }

    // RFC 9110 11.1: schemes are case-insensitive. RFC 6750 2.1: one or more spaces follow.
    #[test]
    fn the_token_follows_the_scheme() {
        for value in ["Bearer a.b-c_d~e+f/g==", "bearer a.b-c_d~e+f/g==", "BEARER   a.b-c_d~e+f/g=="] {
            assert_eq!(find_in(&[value]), Ok(Some("a.b-c_d~e+f/g==".into())), "{value}");
        }
    }

    #[test]
    fn other_schemes_are_ignored() {
        for value in ["", "Basic dTpw", "Bear er", "Bearerx y", "Bearer=x", "DPoP abc", "Bea", "ébearer x"] {
            assert_eq!(find_in(&[value]), Ok(None), "{value}");
        }
        assert_eq!(find_in(&["Basic dTpw", "Bearer t", "Digest x"]), Ok(Some("t".into())));
    }

    // RFC 6750 2.1: the syntax of a token; anything else is a malformed request.
    #[test]
    fn what_is_no_token_is_malformed() {
        for value in [
            "Bearer",
            "Bearer ",
            "Bearer    ",
            "Bearer\tt",
            "Bearer \tt",
            "Bearer t ",
            "Bearer =",
            "Bearer ==t",
            "Bearer a=b",
            "Bearer a b",
            "Bearer a,Bearer b",
            "Bearer \"t\"",
            "Bearer tö",
            "Bearer t;x",
        ] {
            assert_eq!(find_in(&[value]), Err(CredentialError::MalformedAuthorization), "{value}");
        }
    }

    // RFC 6750 3.1: a credential shown twice is a malformed request, even when both are the same.
    #[test]
    fn two_bearer_headers_are_refused() {
        for values in [["Bearer t", "Bearer t"], ["Bearer t", "bearer u"], ["Bearer", "Bearer t"]] {
            assert_eq!(find_in(&values), Err(CredentialError::TwoAuthorizations), "{values:?}");
        }
    }

    proptest! {
        #[test]
        fn hostile_bytes_do_no_harm(bytes: Vec<u8>) {
            let shown = [b"Bearer ".as_slice(), &bytes].concat();
            let mut headers = HeaderMap::new();
            if let Ok(value) = HeaderValue::from_bytes(&shown) {
                headers.insert(header::AUTHORIZATION, value);
            }
            if let Ok(Some(text)) = find(&headers) && is_token(text) {
                prop_assert!(text.bytes().all(|byte| is_token_byte(byte) || byte == b'='));
            }
        }

        #[test]
        fn every_token_is_read_unchanged(token in "[A-Za-z0-9._~+/-]{1,200}={0,3}") {
            prop_assert_eq!(find_in(&[&format!("Bearer {token}")]), Ok(Some(token)));
        }
    }
}
