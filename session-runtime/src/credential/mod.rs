//! What a request shows of itself: a session cookie or a bearer token, both untrusted until authenticated.
//!
//! Only what the route accepts is looked at. One pass, no allocation: this runs for every guarded request.

mod bearer;
mod cookie;
mod session_id;

pub(crate) use self::session_id::SessionId;

use std::fmt;

use http::HeaderMap;

/// What a request shows.
#[derive(PartialEq, Eq)]
pub(crate) enum Credential<'r> {
    /// A session cookie whose value has the form of an id.
    Cookie(SessionId),
    /// A session cookie that this server cannot have set.
    ///
    /// In double quotes it is one of these: the quotes are part of a cookie's value (RFC 6265bis 5.6), and a browser
    /// returns a value as it was set.
    UnusableCookie,
    /// The token of `Authorization: Bearer`, of the right characters and not yet verified.
    Bearer(&'r str),
}

impl fmt::Debug for Credential<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Cookie(_) => "Cookie(..)",
            Self::UnusableCookie => "UnusableCookie",
            Self::Bearer(_) => "Bearer(..)",
        })
    }
}

/// Why a request's credentials cannot be told apart or read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum CredentialError {
    /// Two `Authorization: Bearer` headers.
    TwoAuthorizations,
    /// `Authorization: Bearer` without a token, or with something that is none.
    MalformedAuthorization,
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
    let value = cookie::find(headers, name)?;
    Ok(value.map(|value| SessionId::parse(value).map_or(Credential::UnusableCookie, Credential::Cookie)))
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
        let id = SessionId::generate().unwrap();
        let (name, value) = cookie(&id.encode());
        let cookie_only = request(&[(name.clone(), &value)]);
        assert_eq!(read(&cookie_only, NAME, true), Ok(Some(Credential::Cookie(id))));
        assert_eq!(read(&cookie_only, Some("id"), true), Ok(None));
        assert_eq!(read(&cookie_only, None, true), Ok(None));
        let malformed_bearer = request(&[(header::AUTHORIZATION, "Bearer ?")]);
        assert_eq!(read(&malformed_bearer, NAME, false), Ok(None));
        assert_eq!(read(&malformed_bearer, None, true), Err(CredentialError::MalformedAuthorization));
    }

    #[test]
    fn a_bearer_token_wins_and_a_bad_one_does_not_fall_back() {
        let id = SessionId::generate().unwrap();
        let (name, value) = cookie(&id.encode());
        let both = request(&[(name.clone(), &value), (header::AUTHORIZATION, "Bearer t")]);
        assert_eq!(read(&both, NAME, true), Ok(Some(Credential::Bearer("t"))));
        assert_eq!(read(&both, NAME, false), Ok(Some(Credential::Cookie(id.clone()))));
        let bad = request(&[(name.clone(), &value), (header::AUTHORIZATION, "Bearer")]);
        assert_eq!(read(&bad, NAME, true), Err(CredentialError::MalformedAuthorization));
        let other_scheme = request(&[(name, &value), (header::AUTHORIZATION, "Basic dTpw")]);
        assert_eq!(read(&other_scheme, NAME, true), Ok(Some(Credential::Cookie(id))));
    }

    // Only issued ids are adopted: a value of another form is no id, in double quotes neither (RFC 6265bis 5.6).
    #[test]
    fn a_cookie_of_another_form_is_unusable() {
        let id = SessionId::generate().unwrap();
        for value in ["", "chosen-by-an-attacker", &format!("\"{}\"", *id.encode()), &format!("{}x", *id.encode())] {
            let (name, value) = cookie(value);
            let headers = request(&[(name, &value)]);
            assert_eq!(read(&headers, NAME, false), Ok(Some(Credential::UnusableCookie)), "{value}");
        }
    }

    // ASVS 14.2.1, 16.2.5: no credential appears in a log.
    #[test]
    fn debug_tells_nothing() {
        assert_eq!(format!("{:?}", Credential::Bearer("secret")), "Bearer(..)");
        assert_eq!(format!("{:?}", Credential::Cookie(SessionId::generate().unwrap())), "Cookie(..)");
    }
}
