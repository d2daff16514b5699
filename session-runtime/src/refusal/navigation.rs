//! Where a browser is sent instead of being shown an error.

use http::{HeaderValue, Method};

use super::{RefusalContext, RefusalKind, RefusedRequest};
use crate::return_to::ReturnTo;

/// Everything that [`RefusedRequest::is_navigation`] looks at.
pub(super) const VARY: HeaderValue =
    HeaderValue::from_static("Sec-Fetch-Mode, Sec-Fetch-Dest, Accept, HX-Request, X-Requested-With");

/// The page that helps against this refusal, if the policy names one that is not the page being served: that would be a
/// redirect without end.
pub(super) fn page(kind: RefusalKind, context: &RefusalContext, request: &RefusedRequest<'_>) -> Option<&'static str> {
    let page = match kind {
        RefusalKind::NoCredential | RefusalKind::InvalidCredential => context.login,
        RefusalKind::NotFresh | RefusalKind::MissingFactor => context.reauthenticate,
        _ => None,
    };
    page.filter(|page| path_of(page) != request.uri().path())
}

fn path_of(page: &str) -> &str {
    page.split(['?', '#']).next().unwrap_or_default()
}

/// The page with `next`, which says where the visitor wanted to go, and with the `factors` that are missing, if it is for
/// that. A form that was posted cannot be returned to, and so is not named; neither is what [`ReturnTo`] would refuse on the
/// way back.
pub(super) fn location(page: &str, factors: &[&str], request: &RefusedRequest<'_>) -> Option<HeaderValue> {
    let may_return = matches!(*request.method(), Method::GET | Method::HEAD);
    let next = ReturnTo::to(request.uri()).filter(|_| may_return);
    let next = next.map(|next| ("next", next.as_str().to_owned()));
    let factors = (!factors.is_empty()).then(|| ("factors", factors.join(" ")));
    let location =
        next.into_iter().chain(factors).fold(page.to_owned(), |page, (name, value)| with(&page, name, &value));
    HeaderValue::try_from(location).ok()
}

/// The page with one parameter more.
fn with(page: &str, name: &str, value: &str) -> String {
    let (address, fragment) =
        page.split_once('#').map_or((page, None), |(address, fragment)| (address, Some(fragment)));
    let separator = match address.split_once('?') {
        None => "?",
        Some((_, query)) if query.is_empty() || query.ends_with('&') => "",
        Some(_) => "&",
    };
    let encoded = form_urlencoded::byte_serialize(value.as_bytes());
    let mut location = String::from(address);
    location.extend([separator, name, "="].into_iter().chain(encoded));
    location.extend(fragment.into_iter().flat_map(|fragment| ["#", fragment]));
    location
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::Request;
    use proptest::prelude::*;

    fn location_of(page: &str, method: Method, uri: &str) -> String {
        let (parts, ()) = Request::builder().method(method).uri(uri).body(()).unwrap().into_parts();
        location(page, &[], &RefusedRequest::of(&parts)).unwrap().to_str().unwrap().to_owned()
    }

    #[test]
    fn next_joins_the_query_of_the_page() {
        for (page, expected) in [
            ("/login", "/login?next=%2Forders%3Fpage%3D2"),
            ("/login?tenant=1", "/login?tenant=1&next=%2Forders%3Fpage%3D2"),
            ("/login?", "/login?next=%2Forders%3Fpage%3D2"),
            ("/login?tenant=1&", "/login?tenant=1&next=%2Forders%3Fpage%3D2"),
            ("/login#form", "/login?next=%2Forders%3Fpage%3D2#form"),
            ("/login?tenant=1#form", "/login?tenant=1&next=%2Forders%3Fpage%3D2#form"),
        ] {
            assert_eq!(location_of(page, Method::GET, "/orders?page=2"), expected);
        }
    }

    #[test]
    fn only_what_can_be_returned_to_is_named() {
        let next_of = |method, uri: &str| location_of("/login", method, uri);
        assert_eq!(next_of(Method::HEAD, "/orders"), "/login?next=%2Forders");
        assert_eq!(next_of(Method::POST, "/orders"), "/login");
        assert_eq!(next_of(Method::from_bytes(b"get").unwrap(), "/orders"), "/login");
        assert_eq!(next_of(Method::GET, "//evil.example"), "/login");
        assert_eq!(next_of(Method::GET, &format!("/{}", "a".repeat(2048))), "/login");
        let longest = format!("/{}", "a".repeat(2047));
        assert_eq!(next_of(Method::GET, &longest), format!("/login?next=%2F{}", "a".repeat(2047)));
    }

    proptest! {
        // What the guard writes, a log-in page reads, and the visitor arrives where they wanted to go.
        #[test]
        fn next_comes_back_unchanged(path in "/[a-zA-Z0-9%&=+;:@!$'()*,~_-]{0,40}", query in "[!$-;=?-\\[\\]-_a-z|~]{0,40}") {
            let uri = format!("{path}?{query}");
            let location = location_of("/login?a=b", Method::GET, &uri);
            if ReturnTo::parse(&uri).is_ok() {
                let (_, query) = location.split_once('?').unwrap();
                let fields: Vec<_> = form_urlencoded::parse(query.as_bytes()).into_owned().collect();
                prop_assert_eq!(fields, [("a".into(), "b".into()), ("next".to_owned(), uri)]);
            } else {
                prop_assert_eq!(location, "/login?a=b");
            }
        }
    }
}
