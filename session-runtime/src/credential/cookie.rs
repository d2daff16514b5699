//! The session's cookie among those that a request shows.

use http::{HeaderMap, header};

use super::CredentialError;

/// The value of the cookie called `name`, in one pass over the `Cookie` headers.
///
/// Names are compared byte for byte (RFC 6265bis 5.7), several headers are one list (HTTP/2 splits them, RFC 9113
/// 8.2.3), and `$Version` or `$Path` are names like any other: RFC 6265 took their meaning away.
///
/// # Errors
///
/// When there are two with different values. The order in which they arrive says nothing about who set them (RFC 6265bis
/// 4.2.2, 8.6), so none is preferred.
pub(super) fn find<'r>(headers: &'r HeaderMap, name: &str) -> Result<Option<&'r [u8]>, CredentialError> {
    let mut found = None;
    for list in headers.get_all(header::COOKIE) {
        for pair in pairs(list.as_bytes()) {
            let Some(value) = value_of(pair, name) else { continue };
            if found.replace(value).is_some_and(|earlier| earlier != value) {
                return Err(CredentialError::TwoCookies);
            }
        }
    }
    Ok(found)
}

fn pairs(list: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut rest = Some(list);
    std::iter::from_fn(move || {
        let list = rest?;
        let end = memchr::memchr(b';', list).unwrap_or(list.len());
        let (pair, tail) = list.split_at_checked(end)?;
        rest = tail.get(1..);
        Some(pair)
    })
}

fn value_of<'r>(pair: &'r [u8], name: &str) -> Option<&'r [u8]> {
    pair.trim_ascii().strip_prefix(name.as_bytes())?.strip_prefix(b"=")
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::HeaderValue;
    use proptest::prelude::*;

    fn find_in(lists: &[&str]) -> Result<Option<String>, CredentialError> {
        let mut headers = HeaderMap::new();
        for list in lists {
            headers.append(header::COOKIE, HeaderValue::from_bytes(list.as_bytes()).unwrap());
        }
        let found = find(&headers, "__Host-id")?;
        Ok(found.map(|value| String::from_utf8_lossy(value).into_owned()))
    }

    #[test]
    fn the_named_cookie_is_found_wherever_it_stands() {
        for list in [
            "__Host-id=v",
            "a=b; __Host-id=v",
            "__Host-id=v; a=b",
            "a=b;__Host-id=v;c=d",
            "a=b;  \t__Host-id=v\t ;c",
            ";;; ;__Host-id=v;",
            "=; =v; __Host-id=v",
            "café=1; __Host-id=v",
            "$Version=1; __Host-id=v; $Path=/",
        ] {
            assert_eq!(find_in(&[list]), Ok(Some("v".into())), "{list}");
        }
    }

    // RFC 6265bis 5.7: a cookie's name is compared exactly.
    #[test]
    fn a_similar_name_is_another_cookie() {
        for list in ["", "__host-id=v", "__Host-id", "__Host-id =v", "__Host-idx=v", "x__Host-id=v", "a=__Host-id=v"] {
            assert_eq!(find_in(&[list]), Ok(None), "{list}");
        }
        assert_eq!(find_in(&[]), Ok(None));
    }

    // RFC 6265bis 4.2.1: HTTP/2 splits the list into several fields.
    #[test]
    fn several_headers_are_one_list() {
        assert_eq!(find_in(&["a=b", "__Host-id=v", "c=d"]), Ok(Some("v".into())));
    }

    // RFC 6265bis 4.2.2, 8.6: two values of the session's name are refused, none is preferred.
    #[test]
    fn two_different_values_are_refused() {
        assert_eq!(find_in(&["__Host-id=v; __Host-id=w"]), Err(CredentialError::TwoCookies));
        assert_eq!(find_in(&["__Host-id=v", "__Host-id="]), Err(CredentialError::TwoCookies));
        assert_eq!(find_in(&["__Host-id=v; __Host-id=v", "__Host-id=v"]), Ok(Some("v".into())));
    }

    #[test]
    fn a_mebibyte_of_cookies_is_read_in_one_pass() {
        let many = "a=b;".repeat(1 << 18);
        assert_eq!(find_in(&[&many]), Ok(None));
        assert_eq!(find_in(&[&many, "__Host-id=v"]), Ok(Some("v".into())));
    }

    proptest! {
        #[test]
        fn hostile_bytes_do_no_harm(bytes: Vec<u8>) {
            let mut headers = HeaderMap::new();
            if let Ok(value) = HeaderValue::from_bytes(&bytes) {
                headers.insert(header::COOKIE, value);
            }
            let _ = find(&headers, "");
            let _ = find(&headers, "id");
        }

        #[test]
        fn other_cookies_neither_hide_nor_change_the_value(before in "[^;\\pC]{0,20}", after in "[^;\\pC]{0,20}") {
            prop_assume!(!before.trim().starts_with("__Host-id=") && !after.trim().starts_with("__Host-id="));
            prop_assert_eq!(find_in(&[&format!("{before}; __Host-id=v; {after}")]), Ok(Some("v".into())));
        }
    }
}
