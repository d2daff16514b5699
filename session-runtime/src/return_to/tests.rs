use proptest::prelude::*;

use super::ReturnToErrorKind::{Character, DotSegment, Encoding, Fragment, NotAPath, OtherSite, TooLong};
use super::*;

// ASVS 3.7.2: redirects stay on the site. The tables below are what attacks on redirects are made of.

/// Asserts that each value is refused for its reason, and that a log-in page goes to the front page instead.
fn assert_refused(values: &[(&str, ReturnToErrorKind)]) {
    for (value, kind) in values {
        assert_eq!(ReturnTo::parse(value).map_err(|error| error.kind()), Err(*kind), "{value:?}");
        assert_eq!(from_query(value).as_str(), "/", "{value:?}");
    }
}

#[test]
fn no_other_site_by_its_address() {
    assert_refused(&[
        ("", NotAPath),
        ("https://evil.example", NotAPath),
        ("https://evil.example/login", NotAPath),
        ("HTTPS:evil.example", NotAPath),
        ("http:/evil.example", NotAPath),
        ("https:///evil.example", NotAPath),
        ("ftp://evil.example", NotAPath),
        ("javascript:alert(1)", NotAPath),
        ("JaVaScRiPt:alert(1)", NotAPath),
        ("data:text/html,hello", NotAPath),
        ("vbscript:msgbox(1)", NotAPath),
        ("mailto:somebody@evil.example", NotAPath),
        ("evil.example", NotAPath),
        ("evil.example/path", NotAPath),
        ("@evil.example", NotAPath),
        (":@evil.example", NotAPath),
        ("user:secret@evil.example", NotAPath),
        (".evil.example", NotAPath),
        (":8443", NotAPath),
        ("?next=/", NotAPath),
        ("*", NotAPath),
        ("relative", NotAPath),
        ("./relative", NotAPath),
        ("../relative", NotAPath),
        ("%2fevil.example", NotAPath),
        ("%2f%2fevil.example", NotAPath),
        ("%68ttps://evil.example", NotAPath),
    ]);
}

#[test]
fn no_other_site_by_slashes() {
    assert_refused(&[
        ("//evil.example", OtherSite),
        ("//", OtherSite),
        ("///evil.example", OtherSite),
        ("////evil.example", OtherSite),
        ("//evil.example@shop.example", OtherSite),
        ("//shop.example@evil.example", OtherSite),
        ("//[::1]", OtherSite),
        ("//evil%2eexample", OtherSite),
        ("//google.com/%2f..", OtherSite),
        ("/%2fevil.example", OtherSite),
        ("/%2Fevil.example", OtherSite),
        ("/%2f/evil.example", OtherSite),
        ("/%2f%2fevil.example", OtherSite),
        ("/%252fevil.example", OtherSite),
        ("/%25252fevil.example", OtherSite),
        ("/%25%32%66evil.example", OtherSite),
        ("/%2%66evil.example", OtherSite),
        ("/%2f..", OtherSite),
        ("/%2f/..", DotSegment),
        ("/%5cevil.example", OtherSite),
        ("/%5Cevil.example", OtherSite),
        ("/%255cevil.example", OtherSite),
        ("/%5c%2fevil.example", OtherSite),
    ]);
}

#[test]
fn no_characters_that_browsers_change() {
    assert_refused(&[
        ("/\\evil.example", Character),
        ("\\\\evil.example", Character),
        ("\\/evil.example", Character),
        ("/\\/evil.example", Character),
        ("/a\\..\\..\\evil.example", Character),
        ("/a%5c..%5cevil.example", Character),
        ("/?\\evil.example", Character),
        ("/\t/evil.example", Character),
        ("/\n/evil.example", Character),
        ("/\r/evil.example", Character),
        ("/\r\nLocation: //evil.example", Character),
        ("\t//evil.example", Character),
        (" //evil.example", Character),
        (" /account", Character),
        ("/account ", Character),
        ("/ /evil.example", Character),
        ("\0//evil.example", Character),
        ("/\0/evil.example", Character),
        ("/\u{7f}/evil.example", Character),
        ("\u{1}https://evil.example", Character),
        ("java\nscript:alert(1)", Character),
        ("ht\ttps://evil.example", Character),
        ("/%09/evil.example", Character),
        ("/%0a/evil.example", Character),
        ("/%0D%0ALocation:%20//evil.example", Character),
        ("/%00/evil.example", Character),
        ("/%7f/evil.example", Character),
        ("/%2509/evil.example", Character),
        ("/%c2%85/evil.example", Character),
        ("/\u{85}/evil.example", Character),
        ("/\u{ff0f}evil.example", Character),
        ("\u{ff0f}\u{ff0f}evil.example", Character),
        ("/\u{2028}/evil.example", Character),
        ("\u{feff}//evil.example", Character),
        ("/caf\u{e9}", Character),
        ("/\"><script>alert(1)</script>", Character),
        ("/<svg/onload=alert(1)>", Character),
    ]);
}

#[test]
fn no_path_that_becomes_another() {
    assert_refused(&[
        ("/..", DotSegment),
        ("/.", DotSegment),
        ("/./", DotSegment),
        ("/..//evil.example", DotSegment),
        ("/.//evil.example", DotSegment),
        ("/a/..//evil.example", DotSegment),
        ("/a/../../evil.example", DotSegment),
        ("/%2e%2e//evil.example", DotSegment),
        ("/%2E/%2e/evil.example", DotSegment),
        ("/.%2e//evil.example", DotSegment),
        ("/%252e%252e//evil.example", DotSegment),
        ("/a%2f..%2f..%2fevil.example", DotSegment),
        ("/..%2f/evil.example", DotSegment),
        ("/a/%2e%2e?x", DotSegment),
    ]);
}

#[test]
fn no_writing_that_nobody_uses_for_good() {
    let too_long = format!("/{}", "a".repeat(2048));
    let endlessly_encoded = format!("/%{}2fevil.example", "25".repeat(20));
    assert_refused(&[
        ("/#//evil.example", Fragment),
        ("/account#top", Fragment),
        ("/%c0%afevil.example", Encoding),
        ("/%ff", Encoding),
        (endlessly_encoded.as_str(), Encoding),
        (too_long.as_str(), TooLong),
    ]);
}

/// What a log-in page makes of `next`.
fn from_query(next: &str) -> ReturnTo {
    use serde::de::IntoDeserializer;
    use serde::de::value::Error;
    let deserializer: serde::de::value::StrDeserializer<'_, Error> = next.into_deserializer();
    ReturnTo::deserialize(deserializer).unwrap()
}

// A visitor loses nothing: what browsers send for a page is accepted, unchanged.
#[test]
fn what_browsers_send_is_accepted() {
    let longest = format!("/{}", "a".repeat(2047));
    for value in [
        "/",
        "/account",
        "/account/",
        "/a//b",
        "/orders?page=2&sort=date",
        "/?",
        "/?next=//evil.example",
        "/?next=https://evil.example/../",
        "/search?q=100%25+a%0Ab%5Cc%2F%2F",
        "/search?q={a|b}^`'",
        "/@alice",
        "/users/alice@shop.example",
        "/wiki/Talk:Main_Page",
        "/wiki/100%25",
        "/wiki/100%",
        "/wiki/caf%C3%A9",
        "/groups/a%2Fb/issues",
        "/a%20b",
        "/.well-known/change-password",
        "/...",
        "/..a/b../.c",
        "/a;v=1,2/b=c&d!$'()*+~_-",
        &longest,
    ] {
        assert_eq!(ReturnTo::parse(value).unwrap().as_str(), value);
        assert_eq!(from_query(value).as_str(), value);
        assert_eq!(value.parse::<ReturnTo>().unwrap().to_string(), value);
    }
}

#[test]
fn the_way_back_to_a_request_is_its_path_and_query() {
    let to = |uri: &'static str| ReturnTo::to(&Uri::from_static(uri)).map(|to| to.to_string());
    assert_eq!(to("/orders?page=2"), Some("/orders?page=2".into()));
    assert_eq!(to("https://shop.example/orders?page=2"), Some("/orders?page=2".into()));
    assert_eq!(to("/search?q=a\\b"), Some("/search?q=a%5Cb".into()));
    assert_eq!(to("//evil.example/"), None);
    assert_eq!(to("/a/../b"), None);
    assert_eq!(to("shop.example:443"), None);
    assert_eq!(to("*"), None);
}

// RFC 9110 15.4.4: after a form was posted, the page is fetched with GET.
#[test]
fn it_is_a_redirect_with_303() {
    let response = ReturnTo::parse("/orders?page=2").unwrap().into_response();
    assert_eq!(response.status(), StatusCode::SEE_OTHER);
    assert_eq!(response.headers().get(header::LOCATION).unwrap(), "/orders?page=2");
}

#[test]
fn it_serialises_as_a_string() {
    let to = ReturnTo::parse("/orders").unwrap();
    let json = serde_json::to_string(&to).unwrap();
    assert_eq!(json, "\"/orders\"");
    assert_eq!(serde_json::from_str::<ReturnTo>(&json).unwrap(), to);
    assert_eq!(serde_json::from_str::<ReturnTo>(r#""\/\/evil.example""#).unwrap(), ReturnTo::default());
}

/// Pieces of which attacks on redirects are made.
fn hostile() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        Just("/"),
        Just("\\"),
        Just("%2f"),
        Just("%5C"),
        Just("%252f"),
        Just("."),
        Just(".."),
        Just("%2e"),
        Just("@"),
        Just(":"),
        Just("?"),
        Just("#"),
        Just("\t"),
        Just("%09"),
        Just("%0d%0a"),
        Just("%"),
        Just("25"),
        Just("2f"),
        Just("evil.example"),
        Just("https:"),
        Just("javascript:"),
        Just("[::1]"),
        Just("%c0%af"),
        Just("\u{ff0f}"),
        Just("a"),
        Just(";"),
        Just(" "),
    ];
    ("/?", prop::collection::vec(piece, 0..8)).prop_map(|(start, pieces)| start + &pieces.concat())
}

/// Asserts that browsers stay on `https://shop.example` when they follow `value` from `base`.
fn stays_on_the_site(base: &str, value: &str) -> Result<(), TestCaseError> {
    let base = url::Url::parse(base).unwrap();
    let joined = base.join(value).unwrap();
    prop_assert_eq!(joined.origin(), base.origin());
    prop_assert_eq!((joined.username(), joined.password()), ("", None));
    prop_assert!(!joined.path().starts_with("//"));
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2048))]

    // Whatever is accepted stays on the site by the rules that browsers follow (URL Standard), from whichever page.
    #[test]
    fn whatever_is_accepted_stays_on_the_site(value in prop_oneof![hostile(), any::<String>(), "/[ -~]{0,30}"]) {
        if let Ok(to) = ReturnTo::parse(&value) {
            prop_assert_eq!(to.as_str(), &value);
            prop_assert!(HeaderValue::from_str(&value).is_ok());
            stays_on_the_site("https://shop.example", &value)?;
            stays_on_the_site("https://shop.example/login/form?next=/", &value)?;
        }
    }

    // The same for a server that decodes the path before it redirects.
    #[test]
    fn whatever_is_accepted_stays_on_the_site_when_decoded(value in hostile()) {
        if let Ok(to) = ReturnTo::parse(&value) {
            let path = to.as_str().split('?').next().unwrap_or_default();
            let decoded: String = form_urlencoded::parse(path.replace('+', "%2B").replace('=', "%3D").replace('&', "%26").as_bytes())
                .map(|(name, _)| name.into_owned())
                .collect();
            stays_on_the_site("https://shop.example", &decoded)?;
        }
    }

    // What a guard writes comes back unchanged.
    #[test]
    fn the_way_back_to_a_request_is_accepted(value in "/[!-~]{0,40}") {
        if let Some(to) = value.parse().ok().and_then(|uri| ReturnTo::to(&uri)) {
            prop_assert_eq!(ReturnTo::parse(to.as_str()).unwrap(), to);
        }
    }
}
