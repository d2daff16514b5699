//! What a refusal looks at in the request.

use axum::extract::OriginalUri;
use http::request::Parts;
use http::{HeaderMap, HeaderName, Method, Uri, header};

/// The request that was refused, as far as presenting the refusal needs it.
#[derive(Clone, Copy)]
pub struct RefusedRequest<'r> {
    method: &'r Method,
    uri: &'r Uri,
    headers: &'r HeaderMap,
}

/// Shows the method. The URI may contain a token, and the headers hold credentials.
impl std::fmt::Debug for RefusedRequest<'_> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("RefusedRequest").field("method", self.method).finish_non_exhaustive()
    }
}

impl<'r> RefusedRequest<'r> {
    pub(crate) fn of(parts: &'r Parts) -> Self {
        // Inside a nested router the request's own URI lacks the prefix.
        let uri = parts.extensions.get::<OriginalUri>().map_or(&parts.uri, |original| &original.0);
        Self { method: &parts.method, uri, headers: &parts.headers }
    }

    /// The method.
    pub fn method(&self) -> &'r Method {
        self.method
    }

    /// The URI as the client sent it, also inside a nested router.
    pub fn uri(&self) -> &'r Uri {
        self.uri
    }

    /// The headers, for choosing a language. Take care not to show what is in them.
    pub fn headers(&self) -> &'r HeaderMap {
        self.headers
    }

    /// Whether the client can show an HTML page: `Accept` lists `text/html`.
    pub fn accepts_html(&self) -> bool {
        self.headers
            .get_all(header::ACCEPT)
            .iter()
            .any(|value| value.as_bytes().split(|byte| *byte == b',').any(is_html))
    }

    /// Whether a browser is going to show the response as a page of its own, so that a redirect leads somewhere.
    ///
    /// That is `Sec-Fetch-Mode: navigate` with `Sec-Fetch-Dest: document`. Where a browser sends neither, it is a client
    /// that [accepts HTML](Self::accepts_html) and says of itself neither by `HX-Request` nor by `X-Requested-With` that a
    /// script will read the response.
    pub fn is_navigation(&self) -> bool {
        let [mode, destination] = ["sec-fetch-mode", "sec-fetch-dest"].map(|name| self.headers.get(name));
        if mode.is_some() || destination.is_some() {
            return mode.is_some_and(|mode| mode == "navigate")
                && destination.is_some_and(|destination| destination == "document");
        }
        let by_script = [HX_REQUEST, X_REQUESTED_WITH].iter().any(|name| self.headers.contains_key(name));
        self.accepts_html() && !by_script
    }
}

const HX_REQUEST: HeaderName = HeaderName::from_static("hx-request");
const X_REQUESTED_WITH: HeaderName = HeaderName::from_static("x-requested-with");

/// Whether a media range is `text/html` and not excluded by a weight of zero (RFC 9110 12.4.2, 12.5.1).
fn is_html(range: &[u8]) -> bool {
    let mut parts = range.split(|byte| *byte == b';').map(<[u8]>::trim_ascii);
    let named = parts.next().is_some_and(|name| name.eq_ignore_ascii_case(b"text/html"));
    named && !parts.any(is_zero_weight)
}

fn is_zero_weight(parameter: &[u8]) -> bool {
    match parameter.split_at_checked(2) {
        Some((name, value)) => {
            name.eq_ignore_ascii_case(b"q=")
                && !value.is_empty()
                && value.iter().all(|byte| matches!(byte, b'0' | b'.'))
        }
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::{HeaderValue, Request};
    use proptest::prelude::*;

    fn parts(fields: &[(&str, &str)]) -> Parts {
        let builder = fields.iter().fold(Request::builder(), |builder, (name, value)| builder.header(*name, *value));
        builder.body(()).unwrap().into_parts().0
    }

    fn is_navigation(fields: &[(&str, &str)]) -> bool {
        RefusedRequest::of(&parts(fields)).is_navigation()
    }

    #[test]
    fn fetch_metadata_decide_where_they_are_sent() {
        let mode = |mode| ("sec-fetch-mode", mode);
        let destination = |destination| ("sec-fetch-dest", destination);
        let html = ("accept", "text/html");
        assert!(is_navigation(&[mode("navigate"), destination("document")]));
        assert!(is_navigation(&[mode("navigate"), destination("document"), ("hx-request", "true")]));
        assert!(!is_navigation(&[mode("navigate"), destination("iframe"), html]));
        assert!(!is_navigation(&[mode("cors"), destination("empty"), html]));
        assert!(!is_navigation(&[mode("same-origin"), destination("document"), html]));
        assert!(!is_navigation(&[mode("navigate"), html]));
        assert!(!is_navigation(&[destination("document"), html]));
    }

    #[test]
    fn elsewhere_it_is_who_accepts_html_and_is_no_script() {
        let html = ("accept", "text/html,application/xhtml+xml;q=0.9,*/*;q=0.8");
        assert!(is_navigation(&[html]));
        assert!(!is_navigation(&[html, ("hx-request", "true")]));
        assert!(!is_navigation(&[html, ("x-requested-with", "XMLHttpRequest")]));
        assert!(!is_navigation(&[]));
    }

    #[test]
    fn accepting_html_is_saying_so() {
        for accept in
            ["text/html", "TEXT/HTML", "a/b, text/html;q=0.1", "a/b ,\ttext/html ; q=1.0", "text/html;level=0"]
        {
            assert!(RefusedRequest::of(&parts(&[("accept", accept)])).accepts_html(), "{accept}");
        }
        for accept in ["", "*/*", "text/*", "application/json", "text/html5", "text/html;q=0", "text/html; Q=0.000"] {
            assert!(!RefusedRequest::of(&parts(&[("accept", accept)])).accepts_html(), "{accept}");
        }
        assert!(RefusedRequest::of(&parts(&[("accept", "a/b"), ("accept", "text/html")])).accepts_html());
    }

    // ASVS 14.2.1, 16.2.5: no credential appears in a log.
    #[test]
    fn debug_shows_no_headers() {
        let parts = parts(&[("cookie", "__Host-id=secret"), ("authorization", "Bearer secret")]);
        assert!(!format!("{:?}", RefusedRequest::of(&parts)).contains("secret"));
    }

    proptest! {
        #[test]
        fn hostile_bytes_do_no_harm(bytes: Vec<u8>) {
            let mut parts = parts(&[]);
            if let Ok(value) = HeaderValue::from_bytes(&bytes) {
                parts.headers.insert(header::ACCEPT, value);
            }
            let _ = RefusedRequest::of(&parts).is_navigation();
        }
    }
}
