//! The end of every guarded response: the one place that writes the session's cookie.

use http::header::{CACHE_CONTROL, Entry, SET_COOKIE, VARY};
use http::{HeaderMap, HeaderName, HeaderValue};

use crate::policy::Via;

/// What a guarded response says beside what its handler says.
#[derive(Debug, Default)]
pub(crate) struct Finish {
    /// What the session's cookie is called, if it has one.
    pub(crate) cookie_name: Option<&'static str>,
    /// Its `Set-Cookie`.
    pub(crate) cookie: Option<HeaderValue>,
    /// What the browser is to forget of this site.
    pub(crate) clear_site_data: Option<HeaderValue>,
    /// What the guard has read.
    pub(crate) read: Option<Via>,
}

const CLEAR_SITE_DATA: HeaderName = HeaderName::from_static("clear-site-data");

/// Writes what the guard has to say into a response's headers.
///
/// * A response that sets the session's cookie is `no-store` whatever its handler set; any other of a route that reads
///   credentials is, unless its handler set its own (ASVS 14.3.2).
/// * `Vary` names what was read.
/// * Nobody else writes the session's cookie.
/// * `Clear-Site-Data` goes with logging out (ASVS 14.3.1).
pub(crate) fn finish(headers: &mut HeaderMap, finish: Finish) {
    let Some(read) = finish.read else { return };
    let no_store = HeaderValue::from_static("no-store");
    match headers.entry(CACHE_CONTROL) {
        Entry::Vacant(unsaid) => {
            unsaid.insert(no_store);
        }
        Entry::Occupied(mut said) if finish.cookie.is_some() => drop(said.insert_mult(no_store)),
        Entry::Occupied(_) => {}
    }
    let read = HeaderValue::from_static(vary(read));
    match headers.entry(VARY) {
        Entry::Vacant(unsaid) => {
            unsaid.insert(read);
        }
        // The refusal of an argument is finished where it is made, and again as a response of this route.
        Entry::Occupied(mut said) if said.iter().all(|named| named != read) => said.append(read),
        Entry::Occupied(_) => {}
    }
    if let Some(name) = finish.cookie_name {
        remove_cookies_called(name, headers);
    }
    if let Some(cookie) = finish.cookie {
        headers.append(SET_COOKIE, cookie);
    }
    if let Some(data) = finish.clear_site_data {
        headers.append(CLEAR_SITE_DATA, data);
    }
}

/// Takes away what a handler says about the session's cookie: of two lines of one name, browsers differ on which counts
/// (RFC 6265bis 4.1.1), and one alone would take the session away or put another in its place.
fn remove_cookies_called(name: &str, headers: &mut HeaderMap) {
    if !headers.contains_key(SET_COOKIE) {
        return;
    }
    if let Entry::Occupied(lines) = headers.entry(SET_COOKIE) {
        let (_, lines) = lines.remove_entry_mult();
        let others: Vec<HeaderValue> = lines.filter(|line| name_of(line) != name.as_bytes()).collect();
        headers.extend(others.into_iter().map(|line| (SET_COOKIE, line)));
    }
}

fn name_of(line: &HeaderValue) -> &[u8] {
    line.as_bytes().split(|byte| matches!(byte, b'=' | b';')).next().unwrap_or_default().trim_ascii()
}

const fn vary(read: Via) -> &'static str {
    match (read.cookie, read.bearer) {
        (true, true) => "cookie, authorization",
        (true, false) => "cookie",
        (false, _) => "authorization",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const COOKIE: Via = Via { cookie: true, bearer: false };

    fn finished(mut headers: HeaderMap, finish: Finish) -> HeaderMap {
        super::finish(&mut headers, finish);
        headers
    }

    #[test]
    fn a_public_response_is_left_alone() {
        assert!(finished(HeaderMap::new(), Finish::default()).is_empty());
    }

    #[test]
    fn a_handler_may_say_how_its_response_is_cached() {
        let mut headers = HeaderMap::new();
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("private, max-age=60"));
        let headers = finished(headers, Finish { read: Some(COOKIE), ..Finish::default() });
        assert_eq!(headers[CACHE_CONTROL], "private, max-age=60");
        assert_eq!(headers[VARY], "cookie");
    }

    // ASVS 14.3.2: a shared cache must never hand somebody's new cookie to somebody else.
    #[test]
    fn a_response_with_the_cookie_is_never_stored() {
        let mut headers = HeaderMap::new();
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("public, max-age=60"));
        let cookie = Some(HeaderValue::from_static("__Host-id=x"));
        let finish = Finish {
            cookie,
            read: Some(COOKIE),
            clear_site_data: Some(HeaderValue::from_static("\"cache\"")),
            ..Finish::default()
        };
        let headers = finished(headers, finish);
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
            let cookie_name = Some("__Host-id");
            let headers = finished(
                headers,
                Finish { cookie_name, cookie: cookie.clone(), read: Some(COOKIE), ..Finish::default() },
            );
            let lines: Vec<_> = headers.get_all(SET_COOKIE).iter().cloned().collect();
            let others = ["a=b", "__Host-idx=c"].map(HeaderValue::from_static);
            assert_eq!(lines, others.into_iter().chain(cookie).collect::<Vec<_>>());
        }
    }

    #[test]
    fn vary_is_added_to_what_the_handler_says() {
        let mut headers = HeaderMap::new();
        headers.insert(VARY, HeaderValue::from_static("accept-language"));
        let read = Some(Via { cookie: true, bearer: true });
        let headers = finished(headers, Finish { read, ..Finish::default() });
        let vary: Vec<_> = headers.get_all(VARY).iter().collect();
        assert_eq!(vary, ["accept-language", "cookie, authorization"]);
    }
}
