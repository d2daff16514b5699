//! Origins: read from a request, or trusted by configuration.

use std::fmt;
use std::net::{Ipv4Addr, Ipv6Addr};

/// The scheme, host and port of a site (RFC 6454 4), the port always filled in.
///
/// There is no way to make one of an origin with user info, of `null`, or of another scheme.
#[derive(Clone, Copy, Debug)]
pub(super) struct Origin<S> {
    scheme: Scheme,
    host: Host<S>,
    port: u16,
}

impl<'r> Origin<&'r str> {
    pub(super) fn parse(text: &'r str) -> Result<Self, OriginErrorKind> {
        let (scheme, authority) = text.split_once("://").ok_or(OriginErrorKind::Scheme)?;
        let scheme = Scheme::parse(scheme)?;
        let Authority { host, port } = Authority::parse(authority)?;
        Ok(Self { scheme, host, port: port.unwrap_or(scheme.default_port()) })
    }

    /// Whether this is where the request was sent to, and over a connection that nobody else can write to: `https`,
    /// whatever scheme a TLS proxy in front shows, or `http` within one machine.
    pub(super) fn is_own(&self, requested: &str) -> bool {
        let Ok(Authority { host, port }) = Authority::parse(requested) else { return false };
        let over_trusted_connection = self.scheme == Scheme::Https || host.is_loopback();
        over_trusted_connection && self.host.same(&host) && self.port == port.unwrap_or(self.scheme.default_port())
    }
}

impl<S: AsRef<str>> Origin<S> {
    pub(super) fn same<T: AsRef<str>>(&self, other: &Origin<T>) -> bool {
        self.scheme == other.scheme && self.port == other.port && self.host.same(&other.host)
    }
}

impl Origin<&str> {
    pub(super) fn to_owned(self) -> Origin<Box<str>> {
        let host = match self.host {
            Host::Name(name) => Host::Name(name.to_ascii_lowercase().into()),
            Host::V6(address) => Host::V6(address),
        };
        Origin { scheme: self.scheme, host, port: self.port }
    }
}

/// As a browser writes it: in lower case and without the default port.
impl<S: AsRef<str>> fmt::Display for Origin<S> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.host {
            Host::Name(name) => write!(formatter, "{}://{}", self.scheme.as_str(), name.as_ref())?,
            Host::V6(address) => write!(formatter, "{}://[{address}]", self.scheme.as_str())?,
        }
        if self.port == self.scheme.default_port() { Ok(()) } else { write!(formatter, ":{}", self.port) }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Scheme {
    Http,
    Https,
}

impl Scheme {
    fn parse(text: &str) -> Result<Self, OriginErrorKind> {
        if text.eq_ignore_ascii_case("https") {
            Ok(Self::Https)
        } else if text.eq_ignore_ascii_case("http") {
            Ok(Self::Http)
        } else {
            Err(OriginErrorKind::Scheme)
        }
    }

    const fn as_str(self) -> &'static str {
        match self {
            Self::Http => "http",
            Self::Https => "https",
        }
    }

    const fn default_port(self) -> u16 {
        match self {
            Self::Http => 80,
            Self::Https => 443,
        }
    }
}

/// A host and, when written, its port: the value of `Host` or `:authority`.
struct Authority<'r> {
    host: Host<&'r str>,
    port: Option<u16>,
}

impl<'r> Authority<'r> {
    fn parse(text: &'r str) -> Result<Self, OriginErrorKind> {
        if text.contains('@') {
            return Err(OriginErrorKind::UserInfo);
        }
        if text.contains(['/', '?', '#', '\\']) {
            return Err(OriginErrorKind::Path);
        }
        let (host, port) = match text.rsplit_once(':') {
            // The last colon may be one within the address.
            Some((host, port)) if !port.ends_with(']') => (host, Some(Self::port(port)?)),
            _ => (text, None),
        };
        Ok(Self { host: Host::parse(host)?, port })
    }

    fn port(text: &str) -> Result<u16, OriginErrorKind> {
        // `u16` would also take a sign.
        let digits = text.bytes().all(|byte| byte.is_ascii_digit());
        text.parse().ok().filter(|_| digits).ok_or(OriginErrorKind::Port)
    }
}

#[derive(Clone, Copy, Debug)]
enum Host<S> {
    Name(S),
    V6(Ipv6Addr),
}

impl<'r> Host<&'r str> {
    fn parse(text: &'r str) -> Result<Self, OriginErrorKind> {
        if text.contains('*') {
            return Err(OriginErrorKind::Wildcard);
        }
        if let Some(address) = text.strip_prefix('[').and_then(|text| text.strip_suffix(']')) {
            return address.parse().map(Self::V6).map_err(|_| OriginErrorKind::Host);
        }
        let of_a_name = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_');
        if text.is_empty() || !text.bytes().all(of_a_name) {
            return Err(OriginErrorKind::Host);
        }
        Ok(Self::Name(text))
    }

    /// Names that never leave the machine (RFC 6761 6.3, RFC 1122 3.2.1.3).
    fn is_loopback(&self) -> bool {
        const LOCALHOST: &str = "localhost";
        match self {
            Self::V6(address) => address.is_loopback(),
            Self::Name(name) => {
                let last_label = name.rsplit('.').next().unwrap_or_default();
                let address: Result<Ipv4Addr, _> = name.parse();
                last_label.eq_ignore_ascii_case(LOCALHOST) || address.is_ok_and(|address| address.is_loopback())
            }
        }
    }
}

impl<S: AsRef<str>> Host<S> {
    fn same<T: AsRef<str>>(&self, other: &Host<T>) -> bool {
        match (self, other) {
            (Self::Name(one), Host::Name(other)) => one.as_ref().eq_ignore_ascii_case(other.as_ref()),
            (Self::V6(one), Host::V6(other)) => one == other,
            _ => false,
        }
    }
}

/// What is wrong with an origin; the category of an [`OriginError`](super::OriginError).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum OriginErrorKind {
    /// It does not begin with `https://` or `http://`. `null` is one of these: every sandboxed page sends it.
    Scheme,
    /// It has a user name or a password, which a browser never sends.
    UserInfo,
    /// It goes on after the host and port, if only by a slash.
    Path,
    /// It has a `*`. Each trusted site is listed by itself.
    Wildcard,
    /// The host is empty, or neither an ASCII name nor an address. A name of other letters is given in Punycode.
    Host,
    /// The port is not a number below 65,536.
    Port,
}

impl OriginErrorKind {
    pub(super) const fn advice(self) -> &'static str {
        match self {
            Self::Scheme => "write `https://` and the host",
            Self::UserInfo => "leave out the user info before `@`",
            Self::Path => "end it with the host or port, without a slash",
            Self::Wildcard => "list each trusted site instead of `*`",
            Self::Host => "name the host as a browser sends it: an ASCII name (Punycode) or an address",
            Self::Port => "the port is a number below 65536",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn an_origin_is_normalised() {
        for (text, normalised) in [
            ("https://shop.example", "https://shop.example"),
            ("HTTPS://Shop.Example:443", "https://shop.example"),
            ("https://shop.example:8443", "https://shop.example:8443"),
            ("http://localhost:80", "http://localhost"),
            ("http://[0:0:0:0:0:0:0:1]:3000", "http://[::1]:3000"),
            ("https://xn--caf-dma.example", "https://xn--caf-dma.example"),
        ] {
            assert_eq!(Origin::parse(text).unwrap().to_owned().to_string(), normalised);
        }
    }

    // An origin compares by scheme, host in any case, and port with the default filled in (RFC 6454 5).
    #[test]
    fn origins_compare_by_scheme_host_and_port() {
        let same = |one, other| Origin::parse(one).unwrap().same(&Origin::parse(other).unwrap());
        assert!(same("https://shop.example", "https://SHOP.example:443"));
        assert!(same("https://[::1]", "https://[0::1]:443"));
        assert!(!same("https://shop.example", "http://shop.example"));
        assert!(!same("https://shop.example", "https://shop.example:444"));
        assert!(!same("https://shop.example", "https://shop.example."));
        assert!(!same("https://shop.example", "https://www.shop.example"));
    }

    #[test]
    fn the_own_origin_is_https_or_within_the_machine() {
        let own = |origin, requested| Origin::parse(origin).unwrap().is_own(requested);
        for (origin, requested) in [
            ("https://shop.example", "shop.example"),
            ("https://shop.example", "Shop.Example:443"),
            ("https://shop.example:8443", "shop.example:8443"),
            ("http://localhost:3000", "localhost:3000"),
            ("https://localhost:3000", "localhost:3000"),
            ("http://app.LOCALHOST", "app.localhost"),
            ("http://127.1.2.3:80", "127.1.2.3"),
            ("http://[::1]:3000", "[::1]:3000"),
        ] {
            assert!(own(origin, requested), "{origin} {requested}");
        }
        for (origin, requested) in [
            ("http://shop.example", "shop.example"),
            ("http://192.168.0.1", "192.168.0.1"),
            ("http://notlocalhost", "notlocalhost"),
            ("http://localhost.evil.example", "localhost.evil.example"),
            ("http://[::2]", "[::2]"),
            ("https://shop.example", "shop.example:8443"),
            ("https://shop.example:8443", "shop.example"),
            ("https://shop.example", "evil.example"),
            ("https://shop.example", ""),
            ("https://shop.example", "user@shop.example"),
            ("https://shop.example", "shop.example/"),
        ] {
            assert!(!own(origin, requested), "{origin} {requested}");
        }
    }

    proptest! {
        #[test]
        fn hostile_text_does_no_harm(text: String, requested: String) {
            for text in [text.clone(), format!("https://{text}"), format!("https://[{text}]"), format!("http://h:{text}")] {
                let _ = Origin::parse(&text).map(|origin| origin.is_own(&requested));
            }
        }

        #[test]
        fn what_is_displayed_is_the_same_origin(text in "https?://[A-Za-z0-9.-]{1,20}(:[0-9]{1,4})?") {
            let origin = Origin::parse(&text).unwrap();
            let displayed = origin.to_owned().to_string();
            prop_assert!(Origin::parse(&displayed).unwrap().same(&origin));
        }
    }
}
