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
/// When there are two.
pub(super) fn find(headers: &HeaderMap) -> Result<Option<&[u8]>, CredentialError> {
    let mut found = None;
    for value in headers.get_all(header::AUTHORIZATION) {
        let Some(credentials) = credentials(value.as_bytes()) else { continue };
        if found.replace(credentials).is_some() {
            return Err(CredentialError::TwoAuthorizations);
        }
    }
    Ok(found)
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
pub(crate) fn is_token(mut credentials: &[u8]) -> bool {
    while let Some(shorter) = credentials.strip_suffix(b"=") {
        credentials = shorter;
    }
    // Without a branch per byte, so that a long text is checked many bytes at a time.
    !credentials.is_empty() && credentials.iter().fold(true, |valid, byte| valid & is_token_byte(*byte))
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

    /// What is found is a token, or malformed.
    #[derive(Debug, PartialEq)]
    enum Problem {
        Refused(CredentialError),
        NoToken,
    }

    fn find_in(values: &[&str]) -> Result<Option<String>, Problem> {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(header::AUTHORIZATION, HeaderValue::from_bytes(value.as_bytes()).unwrap());
        }
        match find(&headers).map_err(Problem::Refused)? {
            Some(credentials) if !is_token(credentials) => Err(Problem::NoToken),
            found => Ok(found.map(|token| str::from_utf8(token).unwrap().to_owned())),
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
            assert_eq!(find_in(&[value]), Err(Problem::NoToken), "{value}");
        }
    }

    // RFC 6750 3.1: a credential shown twice is a malformed request, even when both are the same.
    #[test]
    fn two_bearer_headers_are_refused() {
        for values in [["Bearer t", "Bearer t"], ["Bearer t", "bearer u"], ["Bearer", "Bearer t"]] {
            assert_eq!(find_in(&values), Err(Problem::Refused(CredentialError::TwoAuthorizations)), "{values:?}");
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
            if let Ok(Some(token)) = find(&headers) && is_token(token) {
                prop_assert!(token.iter().all(|byte| is_token_byte(*byte) || *byte == b'='));
            }
        }

        #[test]
        fn every_token_is_read_unchanged(token in "[A-Za-z0-9._~+/-]{1,200}={0,3}") {
            prop_assert_eq!(find_in(&[&format!("Bearer {token}")]), Ok(Some(token)));
        }
    }
}
