//! Which URLs keys are fetched from.

use http::Uri;

/// Why a URL is none to fetch keys from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum AddressError {
    /// Not an absolute URL with a host.
    NotAUrl,
    /// Name and password in it would be shown in events.
    UserInfo,
    /// Whoever is between here and there could exchange the keys.
    NotHttps,
}

/// Checks that `url` is https; or http to this very machine, where that is allowed.
pub(super) fn check(url: &str, http_on_loopback: bool) -> Result<(), AddressError> {
    let uri: Uri = url.parse().map_err(|_| AddressError::NotAUrl)?;
    let (Some(scheme), Some(authority)) = (uri.scheme_str(), uri.authority()) else {
        return Err(AddressError::NotAUrl);
    };
    if authority.as_str().contains('@') {
        return Err(AddressError::UserInfo);
    }
    match scheme {
        "https" => Ok(()),
        "http" if http_on_loopback && is_loopback(authority.host()) => Ok(()),
        _ => Err(AddressError::NotHttps),
    }
}

/// Names that are resolved are not asked for: only what cannot lead anywhere else.
fn is_loopback(host: &str) -> bool {
    let host = host.trim_start_matches('[').trim_end_matches(']');
    host.eq_ignore_ascii_case("localhost")
        || host.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_come_over_https() {
        for url in ["https://id.example/jwks", "https://id.example:8443/a?b", "HTTPS://id.example"] {
            assert_eq!(check(url, false), Ok(()), "{url}");
        }
        for url in ["http://id.example/jwks", "http://127.0.0.1/jwks", "ftp://id.example/", "file://x/jwks"] {
            assert_eq!(check(url, false), Err(AddressError::NotHttps), "{url}");
        }
        for url in ["", "jwks", "/jwks", "https://", "https:///jwks", "https://id example/"] {
            assert_eq!(check(url, false), Err(AddressError::NotAUrl), "{url}");
        }
        assert_eq!(check("https://user:password@id.example/", false), Err(AddressError::UserInfo));
    }

    #[test]
    fn plain_http_reaches_this_machine_alone() {
        for url in ["http://localhost:3000/jwks", "http://127.0.0.1/", "http://127.9.9.9/", "http://[::1]:80/"] {
            assert_eq!(check(url, true), Ok(()), "{url}");
        }
        for url in
            ["http://id.example/", "http://localhost.example/", "http://10.0.0.1/", "http://0.0.0.0/", "http://[::]/"]
        {
            assert_eq!(check(url, true), Err(AddressError::NotHttps), "{url}");
        }
        assert_eq!(check("http://localhost@id.example/", true), Err(AddressError::UserInfo));
    }
}
