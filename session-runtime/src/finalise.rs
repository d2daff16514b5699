//! The end of every guarded response: the one place that writes the session's cookie.

use http::header::{CACHE_CONTROL, Entry, SET_COOKIE, VARY};
use http::{HeaderMap, HeaderName, HeaderValue};

use crate::cookie::CookieWriter;
use crate::policy::Via;
use crate::sessions::{CookieChange, Outcome};

/// What a response says of its session, when that began, changed or ended: most say nothing.
#[derive(Debug, Default)]
pub(crate) struct Said {
    /// The cookie's `Set-Cookie`.
    pub(crate) cookie: Option<HeaderValue>,
    /// What the browser is to forget of this site.
    pub(crate) clear_site_data: Option<HeaderValue>,
}

const CLEAR_SITE_DATA: HeaderName = HeaderName::from_static("clear-site-data");

impl Said {
    /// What came of a request, in the words of the cookie's writer.
    pub(crate) fn of(outcome: &Outcome, writer: &CookieWriter) -> Self {
        let cookie = match &outcome.cookie {
            CookieChange::Keep => None,
            CookieChange::Issue(issued) => writer.issue(issued),
            CookieChange::Remove => Some(writer.removal()),
        };
        Self { cookie, clear_site_data: outcome.clear_site_data.then(|| writer.clear_site_data()).flatten() }
    }
}

/// Writes what the guard has to say into a response's headers.
///
/// * A response that sets the session's cookie is `no-store` whatever its handler set; any other of a route that reads
///   credentials is, unless its handler set its own (ASVS 14.3.2).
/// * `Vary` names what was read.
/// * Nobody else writes the session's cookie: what that is called, only a response with cookies is asked.
/// * `Clear-Site-Data` goes with logging out (ASVS 14.3.1).
pub(crate) fn finish(
    headers: &mut HeaderMap,
    read: Via,
    cookie_name: impl FnOnce() -> Option<&'static str>,
    said: Option<Said>,
) {
    let own = Own::of(headers);
    let sets_cookie = said.as_ref().is_some_and(|said| said.cookie.is_some());
    if sets_cookie || !own.cache_control {
        headers.insert(CACHE_CONTROL, const { HeaderValue::from_static("no-store") });
    }
    let read = vary(read);
    // The refusal of an argument is finished where it is made, and again as a response of this route.
    if !own.vary || headers.get_all(VARY).iter().all(|named| named != read) {
        headers.append(VARY, read);
    }
    if own.cookies
        && let Some(name) = cookie_name()
    {
        remove_cookies_called(name, headers);
    }
    let Some(Said { cookie, clear_site_data }) = said else { return };
    if let Some(cookie) = cookie {
        headers.append(SET_COOKIE, cookie);
    }
    if let Some(data) = clear_site_data {
        headers.append(CLEAR_SITE_DATA, data);
    }
}

/// Which of the headers that matter here a response has already.
///
/// Found out in one pass: most responses have a handful of headers, and to hash three names takes longer than to look at each.
#[derive(Default)]
struct Own {
    cache_control: bool,
    vary: bool,
    cookies: bool,
}

impl Own {
    fn of(headers: &HeaderMap) -> Self {
        let mut own = Self::default();
        for name in headers.keys() {
            own.cache_control |= name == CACHE_CONTROL;
            own.vary |= name == VARY;
            own.cookies |= name == SET_COOKIE;
        }
        own
    }
}

/// Takes away what a handler says about the session's cookie: of two lines of one name, browsers differ on which counts
/// (RFC 6265bis 4.1.1), and one alone would take the session away or put another in its place.
fn remove_cookies_called(name: &str, headers: &mut HeaderMap) {
    if let Entry::Occupied(lines) = headers.entry(SET_COOKIE) {
        let (_, lines) = lines.remove_entry_mult();
        let others: Vec<HeaderValue> = lines.filter(|line| name_of(line) != name.as_bytes()).collect();
        headers.extend(others.into_iter().map(|line| (SET_COOKIE, line)));
    }
}

fn name_of(line: &HeaderValue) -> &[u8] {
    line.as_bytes().split(|byte| matches!(byte, b'=' | b';')).next().unwrap_or_default().trim_ascii()
}

/// Constants, because each use of a name that is no constant looks at every byte of it.
fn vary(read: Via) -> HeaderValue {
    match (read.cookie, read.bearer) {
        (true, true) => const { HeaderValue::from_static("cookie, authorization") },
        (true, false) => const { HeaderValue::from_static("cookie") },
        (false, _) => const { HeaderValue::from_static("authorization") },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const COOKIE: Via = Via { cookie: true, bearer: false };

    const NAME: &str = "__Host-id";

    fn finished(mut headers: HeaderMap, read: Via, said: Option<Said>) -> HeaderMap {
        finish(&mut headers, read, || Some(NAME), said);
        headers
    }

    #[test]
    fn a_handler_may_say_how_its_response_is_cached() {
        let mut headers = HeaderMap::new();
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("private, max-age=60"));
        let headers = finished(headers, COOKIE, None);
        assert_eq!(headers[CACHE_CONTROL], "private, max-age=60");
        assert_eq!(headers[VARY], "cookie");
    }

    // ASVS 14.3.2: a shared cache must never hand somebody's new cookie to somebody else.
    #[test]
    fn a_response_with_the_cookie_is_never_stored() {
        let mut headers = HeaderMap::new();
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("public, max-age=60"));
        let said = Said {
            cookie: Some(HeaderValue::from_static("__Host-id=x")),
            clear_site_data: Some(HeaderValue::from_static("\"cache\"")),
        };
        let headers = finished(headers, COOKIE, Some(said));
        assert_eq!(headers[CACHE_CONTROL], "no-store");
        assert_eq!(headers[SET_COOKIE], "__Host-id=x");
        assert_eq!(headers[CLEAR_SITE_DATA], "\"cache\"");
    }

    // RFC 6265bis 4.1.1: one line of a name, and that one is the guard's.
    #[test]
    fn nobody_else_writes_the_sessions_cookie() {
        for cookie in [None, Some(HeaderValue::from_static("__Host-id=x"))] {
            let mut headers = HeaderMap::new();
            for line in ["a=b", "__Host-id=mine; Path=/", "__Host-id;", " __Host-id =", "__Host-id", "__Host-idx=c"] {
                headers.append(SET_COOKIE, HeaderValue::from_static(line));
            }
            let said = Said { cookie: cookie.clone(), clear_site_data: None };
            let headers = finished(headers, COOKIE, Some(said));
            let lines: Vec<_> = headers.get_all(SET_COOKIE).iter().cloned().collect();
            let others = ["a=b", "__Host-idx=c"].map(HeaderValue::from_static);
            assert_eq!(lines, others.into_iter().chain(cookie).collect::<Vec<_>>());
        }
    }

    #[test]
    fn vary_is_added_to_what_the_handler_says() {
        let mut headers = HeaderMap::new();
        headers.insert(VARY, HeaderValue::from_static("accept-language"));
        let headers = finished(headers, Via { cookie: true, bearer: true }, None);
        let vary: Vec<_> = headers.get_all(VARY).iter().collect();
        assert_eq!(vary, ["accept-language", "cookie, authorization"]);
    }
}
