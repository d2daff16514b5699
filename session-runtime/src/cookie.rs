//! The `Set-Cookie` lines of a session, rendered once.

use std::fmt;
use std::sync::Arc;

use http::HeaderValue;
use zeroize::Zeroizing;

use crate::clock::{Clock, Timestamp};
use crate::principal::CookieSpec;

/// What a browser keeps at the least, name and value together (RFC 6265bis 5.6).
pub(crate) const LARGEST_COOKIE: usize = 4096;
/// How long a session id is in a cookie.
pub(crate) const ID_LENGTH: usize = 44;

/// What a browser keeps of a site, and forgets when it is told to ([`Clear-Site-Data`]).
///
/// [`Clear-Site-Data`]: https://www.w3.org/TR/clear-site-data/
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SiteData {
    /// Pages and files that were stored, so that the back button shows nothing private.
    Cache,
    /// All cookies, of the whole registrable domain: also those of other applications on sibling hosts.
    Cookies,
    /// What scripts stored: local storage, databases, service workers. Of this origin.
    Storage,
}

impl SiteData {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Cache => "\"cache\"",
            Self::Cookies => "\"cookies\"",
            Self::Storage => "\"storage\"",
        }
    }

    /// The value of the header, if there is something to forget.
    fn header(data: &[Self]) -> Option<HeaderValue> {
        let names: Vec<&str> = [Self::Cache, Self::Cookies, Self::Storage]
            .into_iter()
            .filter(|known| data.contains(known))
            .map(Self::as_str)
            .collect();
        HeaderValue::try_from(names.join(", ")).ok().filter(|value| !value.is_empty())
    }
}

/// What a browser is given.
pub(crate) struct IssuedCookie {
    pub(crate) value: Zeroizing<String>,
    /// Until when it keeps the cookie of a remembered session. `None`: until it is closed.
    pub(crate) persists_until: Option<Timestamp>,
}

impl fmt::Debug for IssuedCookie {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("IssuedCookie").field("persists_until", &self.persists_until).finish_non_exhaustive()
    }
}

/// Writes the session's cookie and its removal, with the same attributes.
pub(crate) struct CookieWriter {
    name: &'static str,
    attributes: String,
    removal: HeaderValue,
    clock: Arc<dyn Clock>,
    clear_site_data: Option<HeaderValue>,
}

impl CookieWriter {
    /// `None` when a name, path or domain cannot stand in a header.
    pub(crate) fn new(
        spec: &CookieSpec,
        domain: Option<&str>,
        clock: Arc<dyn Clock>,
        cleared: &[SiteData],
    ) -> Option<Self> {
        if !spec.path.bytes().all(is_of_a_path) || domain.is_some_and(|domain| !is_domain(domain)) {
            return None;
        }
        let mut attributes = format!("; Path={}", spec.path);
        if let Some(domain) = domain {
            attributes.push_str("; Domain=");
            attributes.push_str(domain);
        }
        attributes.push_str("; Secure; HttpOnly; SameSite=");
        attributes.push_str(spec.same_site.as_str());
        if spec.partitioned {
            attributes.push_str("; Partitioned");
        }
        // RFC 6265bis 5.7: a cookie is removed by one of the same name, domain and path; a prefix demands the rest.
        let removal = HeaderValue::try_from(format!("{}=; Max-Age=0{attributes}", spec.name)).ok()?;
        let clear_site_data = SiteData::header(cleared);
        Some(Self { name: spec.name, attributes, removal, clock, clear_site_data })
    }

    /// What the cookie is called.
    pub(crate) fn name(&self) -> &'static str {
        self.name
    }

    /// The line that gives the browser a session.
    pub(crate) fn issue(&self, cookie: &IssuedCookie) -> Option<HeaderValue> {
        let max_age = cookie.persists_until.map_or_else(String::new, |until| {
            // RFC 6265bis 5.6.2: whole seconds; less than one is none, and the session is over by then.
            format!("; Max-Age={}", until.since(self.clock.now()).as_secs())
        });
        let line = format!("{}={}{max_age}{}", self.name, cookie.value.as_str(), self.attributes);
        let mut line = HeaderValue::try_from(line).ok()?;
        line.set_sensitive(true);
        Some(line)
    }

    /// What the browser is told to forget beside it when the session was ended.
    pub(crate) fn clear_site_data(&self) -> Option<HeaderValue> {
        self.clear_site_data.clone()
    }

    /// The line that takes it away.
    pub(crate) fn removal(&self) -> HeaderValue {
        self.removal.clone()
    }
}

impl fmt::Debug for CookieWriter {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("CookieWriter").field("name", &self.name).finish_non_exhaustive()
    }
}

/// Nothing that would end the attribute and begin another (RFC 6265bis 4.1.1).
fn is_of_a_path(byte: u8) -> bool {
    byte.is_ascii_graphic() && byte != b';'
}

fn is_domain(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.'))
}
