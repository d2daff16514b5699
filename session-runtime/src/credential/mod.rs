//! What a request shows of itself: a session cookie or a bearer token, both untrusted until authenticated.
//!
//! Only what the route accepts is looked at. One pass, no allocation: this runs for every guarded request.

mod bearer;
mod cookie;
mod session_id;

#[cfg(feature = "jwt")]
pub(crate) use self::bearer::is_token;
pub(crate) use self::session_id::SessionId;

use std::fmt;

use http::HeaderMap;

/// What a request shows.
#[derive(PartialEq, Eq)]
pub(crate) enum Credential<'r> {
    /// The value of a session cookie, whatever it may be.
    ///
    /// Double quotes are part of it (RFC 6265bis 5.6): a browser returns a value as it was set.
    Cookie(&'r [u8]),
    /// What follows `Authorization: Bearer`, whatever it may be.
    Bearer(&'r [u8]),
}

impl fmt::Debug for Credential<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Cookie(_) => "Cookie(..)",
            Self::Bearer(_) => "Bearer(..)",
        })
    }
}

/// Why a request's credentials cannot be told apart or read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum CredentialError {
    /// Two `Authorization: Bearer` headers.
    TwoAuthorizations,
    /// Two cookies of the session's name with different values.
    TwoCookies,
}

/// The credential of a request to a route that accepts the cookie called `cookie_name`, if any, and bearer tokens if
/// `bearer`.
///
/// A bearer token wins over a cookie, which then is not looked at; a bad one never falls back to the cookie, so that
/// nobody chooses by a broken header how a request is judged.
pub(crate) fn read<'r>(
    headers: &'r HeaderMap,
    cookie_name: Option<&str>,
    bearer: bool,
) -> Result<Option<Credential<'r>>, CredentialError> {
    if bearer && let Some(token) = bearer::find(headers)? {
        return Ok(Some(Credential::Bearer(token)));
    }
    let Some(name) = cookie_name else { return Ok(None) };
    Ok(cookie::find(headers, name)?.map(Credential::Cookie))
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::{HeaderName, HeaderValue, header};

    const NAME: Option<&str> = Some("__Host-id");

    fn request(fields: &[(HeaderName, &str)]) -> HeaderMap {
        fields.iter().map(|(name, value)| (name.clone(), HeaderValue::from_str(value).unwrap())).collect()
    }

    fn cookie(value: &str) -> (HeaderName, String) {
        (header::COOKIE, format!("__Host-id={value}"))
    }

    // Only what the policy accepts is read.
    #[test]
    fn a_credential_that_the_route_does_not_accept_is_not_seen() {
        let (name, value) = cookie("v");
        let cookie_only = request(&[(name, &value)]);
        assert_eq!(read(&cookie_only, NAME, true), Ok(Some(Credential::Cookie(b"v"))));
        assert_eq!(read(&cookie_only, Some("id"), true), Ok(None));
        assert_eq!(read(&cookie_only, None, true), Ok(None));
        let value = HeaderValue::from_bytes(b"Bearer \xff").unwrap();
        let malformed_bearer = HeaderMap::from_iter([(header::AUTHORIZATION, value)]);
        assert_eq!(read(&malformed_bearer, NAME, false), Ok(None));
        assert_eq!(read(&malformed_bearer, None, true), Ok(Some(Credential::Bearer(b"\xff"))));
    }

    #[test]
    fn a_bearer_token_wins_and_a_bad_one_does_not_fall_back() {
        let (name, value) = cookie("v");
        let both = request(&[(name.clone(), &value), (header::AUTHORIZATION, "Bearer t")]);
        assert_eq!(read(&both, NAME, true), Ok(Some(Credential::Bearer(b"t"))));
        assert_eq!(read(&both, NAME, false), Ok(Some(Credential::Cookie(b"v"))));
        let bad = request(&[(name.clone(), &value), (header::AUTHORIZATION, "Bearer")]);
        assert_eq!(read(&bad, NAME, true), Ok(Some(Credential::Bearer(b""))));
        let other_scheme = request(&[(name, &value), (header::AUTHORIZATION, "Basic dTpw")]);
        assert_eq!(read(&other_scheme, NAME, true), Ok(Some(Credential::Cookie(b"v"))));
    }

    // A browser returns a value as it was set, in its double quotes if it has some (RFC 6265bis 5.6).
    #[test]
    fn a_cookie_is_read_as_it_stands() {
        for value in ["", "chosen-by-an-attacker", "\"v\""] {
            let (name, line) = cookie(value);
            let headers = request(&[(name, &line)]);
            assert_eq!(read(&headers, NAME, false), Ok(Some(Credential::Cookie(value.as_bytes()))), "{value}");
        }
    }

    // ASVS 14.2.1, 16.2.5: no credential appears in a log.
    #[test]
    fn debug_tells_nothing() {
        assert_eq!(format!("{:?}", Credential::Bearer(b"secret")), "Bearer(..)");
        assert_eq!(format!("{:?}", Credential::Cookie(b"secret")), "Cookie(..)");
    }
}
