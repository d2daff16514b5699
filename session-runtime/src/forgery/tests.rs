use http::Request;
use proptest::prelude::*;

use super::*;

const SHOP: &str = "shop.example";

fn trusted() -> Trust {
    let origins = TrustedOrigins::new(["https://pay.example", "https://admin.shop.example"]).unwrap();
    Trust { origins, proxies: TrustedProxies::new(["10.0.0.0/8"]).unwrap() }
}

fn request(method: &str, uri: &str, fields: &[(&str, &str)]) -> Parts {
    let builder = fields.iter().fold(Request::builder().method(method).uri(uri), |builder, (name, value)| {
        builder.header(*name, HeaderValue::from_bytes(value.as_bytes()).unwrap())
    });
    builder.body(()).unwrap().into_parts().0
}

/// The verdict on `POST /` to `host` with these headers.
fn post_to(host: &str, mode: ForgeryCheck, fields: &[(&str, &str)]) -> Verdict {
    let fields = [&[("host", host)], fields].concat();
    judge(&request("POST", "/", &fields), mode, &trusted())
}

fn post(fields: &[(&str, &str)]) -> Verdict {
    post_to(SHOP, ForgeryCheck::Enforced, fields)
}

const ORIGINS: [Option<&str>; 6] = [
    None,
    Some("https://shop.example"),
    Some("https://pay.example"),
    Some("https://evil.example"),
    Some("null"),
    Some("https://user@shop.example"),
];

/// Verdicts on `POST /` for `site` and each of [`ORIGINS`].
fn row(mode: ForgeryCheck, site: Option<&str>) -> Vec<Verdict> {
    let verdict = |origin: Option<&str>| {
        let fields =
            site.map(|site| ("sec-fetch-site", site)).into_iter().chain(origin.map(|origin| ("origin", origin)));
        post_to(SHOP, mode, &fields.collect::<Vec<_>>())
    };
    ORIGINS.into_iter().map(verdict).collect()
}

/// A row of the published table: `Sec-Fetch-Site`, `Origin`, and the answer, in its words.
type Row = [&'static str; 3];

fn published() -> Vec<Row> {
    let lines = include_str!("mod.rs").lines().filter_map(|line| line.strip_prefix("/// | "));
    let cells = |line: &'static str| {
        let cells: Vec<&str> = line.trim_end_matches(" |").split(" | ").collect();
        Row::try_from(cells).unwrap()
    };
    lines.skip(1).map(cells).collect()
}

/// Whether the words for `Sec-Fetch-Site` are about these values of it.
fn is_about_site(words: &str, values: &[&str]) -> bool {
    match words.split(" (").next().unwrap() {
        "any" => true,
        "there twice" => values.len() == 2,
        "missing" => values.is_empty(),
        "unknown" => values == ["quantum"],
        "missing or unknown" => values.is_empty() || values == ["quantum"],
        quoted => values.len() == 1 && quoted == format!("`{}`", values[0]),
    }
}

fn is_about_origin(words: &str, values: &[&str]) -> bool {
    let (own, trusted) = (values == ["https://shop.example"], values == ["https://pay.example"]);
    match words {
        // What is other stands behind the rows for the rest.
        "any" | "any other, or missing" | "any other, `null`, one with user info" => true,
        "there twice" => values.len() == 2,
        "missing" => values.is_empty(),
        "trusted" => trusted,
        "own or trusted" => own || trusted,
        _ => panic!("no words for an origin: {words}"),
    }
}

// ASVS 3.5.1: what the documentation says is what is done, for every pair of values, by the first row that fits.
#[test]
fn the_published_table_is_what_is_decided() {
    let rows = published();
    let mut used = vec![0; rows.len()];
    let sites: [&[&str]; 7] =
        [&["same-origin", "none"], &[], &["same-origin"], &["none"], &["same-site"], &["cross-site"], &["quantum"]];
    let twice: &[&str] = &["https://shop.example", "https://shop.example"];
    let origins = ORIGINS.iter().map(Option::as_slice).chain([twice]);
    for (site, origin) in origins.flat_map(|origin| sites.map(|site| (site, origin))) {
        let fits = |row: &Row| is_about_site(row[0], site) && is_about_origin(row[1], origin);
        let (position, row) = rows.iter().enumerate().find(|(_, row)| fits(row)).unwrap();
        used[position] += 1;
        let passes_under = match row[2].split(':').next().unwrap() {
            "passes" => [true, true],
            "refused" => [false, false],
            "passes under `csrf(same_site)`, else refused" => [false, true],
            answer => panic!("no answer: {answer}"),
        };
        let fields = site.iter().map(|site| ("sec-fetch-site", *site));
        let fields: Vec<_> = fields.chain(origin.iter().map(|origin| ("origin", *origin))).collect();
        let passed = [ForgeryCheck::Enforced, ForgeryCheck::SameSite]
            .map(|mode| post_to(SHOP, mode, &fields) == Verdict::Passed);
        assert_eq!(passed, passes_under, "{site:?} {origin:?} by {row:?}");
    }
    assert!(rows.len() == 12 && used.iter().all(|times| *times > 0), "{used:?}");
}

// The same, row by row, and why.

#[test]
fn a_header_that_is_there_twice_is_refused() {
    let refused = Verdict::Forged(Forged::RepeatedHeader);
    let same_origin = ("sec-fetch-site", "same-origin");
    assert_eq!(post(&[same_origin, same_origin]), refused);
    assert_eq!(post(&[same_origin, ("sec-fetch-site", "cross-site")]), refused);
    let own = ("origin", "https://shop.example");
    assert_eq!(post(&[own, own]), refused);
    assert_eq!(post(&[same_origin, own, own]), refused);
}

#[test]
fn same_origin_and_none_pass_whatever_the_origin_says() {
    // Under `Referrer-Policy: no-referrer` a browser sends `Origin: null` with a form of the own site.
    for site in ["same-origin", "none"] {
        assert_eq!(row(ForgeryCheck::Enforced, Some(site)), [Verdict::Passed; 6], "{site}");
    }
}

#[test]
fn same_site_passes_when_the_policy_or_the_trusted_origins_say_so() {
    let refused = Verdict::Forged(Forged::SameSite);
    assert_eq!(
        row(ForgeryCheck::Enforced, Some("same-site")),
        [refused, refused, Verdict::Passed, refused, refused, refused]
    );
    assert_eq!(row(ForgeryCheck::SameSite, Some("same-site")), [Verdict::Passed; 6]);
}

#[test]
fn cross_site_passes_only_from_a_trusted_origin() {
    let refused = Verdict::Forged(Forged::CrossSite);
    for mode in [ForgeryCheck::Enforced, ForgeryCheck::SameSite] {
        let expected = [refused, refused, Verdict::Passed, refused, refused, refused];
        assert_eq!(row(mode, Some("cross-site")), expected);
    }
}

#[test]
fn without_both_headers_it_is_no_browser() {
    assert_eq!(post(&[]), Verdict::Passed);
}

#[test]
fn without_sec_fetch_site_the_origin_decides() {
    let refused = Verdict::Forged(Forged::ForeignOrigin);
    for mode in [ForgeryCheck::Enforced, ForgeryCheck::SameSite] {
        let expected = [Verdict::Passed, Verdict::Passed, Verdict::Passed, refused, refused, refused];
        assert_eq!(row(mode, None), expected);
    }
}

#[test]
fn an_unknown_sec_fetch_site_needs_an_origin() {
    let (unknown, refused) = (Verdict::Forged(Forged::UnknownSite), Verdict::Forged(Forged::ForeignOrigin));
    for site in ["", "Same-Origin", "same-origin, none", "same-origin;x", "same-origin\u{e9}", "quantum"] {
        let expected = [unknown, Verdict::Passed, Verdict::Passed, refused, refused, refused];
        assert_eq!(row(ForgeryCheck::Enforced, Some(site)), expected, "{site}");
    }
}

// An origin with user info, `null`, or another scheme never passes (golang/go#78563).
#[test]
fn an_origin_of_another_form_is_foreign() {
    for origin in [
        "",
        "null",
        "http://shop.example",
        "https://user@shop.example",
        "https://shop.example@evil.example",
        "https://shop.example/",
        "https://shop.example:8443",
        "https://shop.example.evil.example",
        "https://evil.example?shop.example",
        "https://evil.example https://shop.example",
        "https://shop.example https://evil.example",
        "ftp://shop.example",
        "chrome-extension://shop.example",
        "shop.example",
        "//shop.example",
        "https://shop.example\u{e9}",
        "http://pay.example",
        "https://pay.example:444",
    ] {
        assert_eq!(post(&[("origin", origin)]), Verdict::Forged(Forged::ForeignOrigin), "{origin}");
    }
    for origin in ["https://SHOP.example", "https://shop.example:443", "https://PAY.example:443"] {
        assert_eq!(post(&[("origin", origin)]), Verdict::Passed, "{origin}");
    }
}

#[test]
fn plain_http_is_the_own_origin_only_within_the_machine() {
    let from = |host, origin| post_to(host, ForgeryCheck::Enforced, &[("origin", origin)]);
    assert_eq!(from("localhost:3000", "http://localhost:3000"), Verdict::Passed);
    assert_eq!(from("[::1]:3000", "http://[::1]:3000"), Verdict::Passed);
    assert_eq!(from("localhost:3000", "http://localhost:4000"), Verdict::Forged(Forged::ForeignOrigin));
    assert_eq!(from("10.0.0.1:3000", "http://10.0.0.1:3000"), Verdict::Forged(Forged::ForeignOrigin));
}

#[test]
fn report_and_off_let_every_request_pass() {
    let cross_site = [("sec-fetch-site", "cross-site")];
    assert_eq!(post_to(SHOP, ForgeryCheck::Report, &cross_site), Verdict::Reported(Forged::CrossSite));
    assert_eq!(post_to(SHOP, ForgeryCheck::Report, &[("sec-fetch-site", "none")]), Verdict::Passed);
    assert_eq!(post_to(SHOP, ForgeryCheck::Off, &cross_site), Verdict::Passed);
}

// ASVS 3.5.1: what is unsafe.

#[test]
fn safe_methods_are_not_looked_at() {
    let forged = [("host", SHOP), ("sec-fetch-site", "cross-site"), ("origin", "https://evil.example")];
    for method in ["GET", "HEAD", "OPTIONS", "TRACE"] {
        assert!(facts_of(&request(method, "/", &forged), &TrustedProxies::default()).is_none(), "{method}");
    }
    for method in ["POST", "PUT", "PATCH", "DELETE", "CONNECT", "PROPFIND", "get", "GETX"] {
        let verdict = judge(&request(method, "https://shop.example", &forged), ForgeryCheck::Enforced, &trusted());
        assert_eq!(verdict, Verdict::Forged(Forged::CrossSite), "{method}");
    }
}

// ASVS 4.4.2: a WebSocket is opened by a GET with the visitor's cookie, and no CORS rule holds it back.
#[test]
fn websocket_upgrades_are_checked() {
    for upgrade in ["websocket", "WebSocket", "h2c, websocket", "websocket/13", "h2c,\twebsocket "] {
        let mut fields = vec![("host", SHOP), ("upgrade", upgrade), ("origin", "https://evil.example")];
        let verdict = judge(&request("GET", "/", &fields), ForgeryCheck::Enforced, &trusted());
        assert_eq!(verdict, Verdict::Forged(Forged::ForeignOrigin), "{upgrade}");
        fields.pop();
        fields.push(("origin", "https://shop.example"));
        assert_eq!(judge(&request("GET", "/", &fields), ForgeryCheck::Enforced, &trusted()), Verdict::Passed);
    }
    assert!(facts_of(&request("GET", "/", &[("upgrade", "h2c")]), &TrustedProxies::default()).is_none());
}

#[test]
fn the_authority_overrides_the_host_header() {
    let fields = [("host", "evil.example"), ("origin", "https://shop.example")];
    let verdict = |uri| judge(&request("POST", uri, &fields), ForgeryCheck::Enforced, &trusted());
    assert_eq!(verdict("https://shop.example/"), Verdict::Passed);
    assert_eq!(verdict("/"), Verdict::Forged(Forged::ForeignOrigin));
    assert_eq!(verdict("https://user@shop.example/"), Verdict::Forged(Forged::ForeignOrigin));
}

/// The verdict on a form of the shop's own page that a peer passes on under the name of an inner host.
#[cfg(feature = "trusted-proxies")]
fn passed_on_by(peer: Option<&str>, forwarded: &[&str]) -> Verdict {
    let mut fields = vec![("host", "app.internal:8080"), ("origin", "https://shop.example")];
    fields.extend(forwarded.iter().map(|host| ("x-forwarded-host", *host)));
    let mut parts = request("POST", "/", &fields);
    if let Some(peer) = peer {
        let address: std::net::SocketAddr = peer.parse().unwrap();
        parts.extensions.insert(axum::extract::ConnectInfo(address));
    }
    judge(&parts, ForgeryCheck::Enforced, &trusted())
}

// The word of a proxy counts, and nobody else's.
#[cfg(feature = "trusted-proxies")]
#[test]
fn a_trusted_proxy_says_which_host_was_asked() {
    let refused = Verdict::Forged(Forged::ForeignOrigin);
    for (peer, forwarded, expected) in [
        (Some("10.1.2.3:4000"), &["shop.example"][..], Verdict::Passed),
        (Some("[::ffff:10.1.2.3]:4000"), &["SHOP.example:443"], Verdict::Passed),
        (Some("10.1.2.3:4000"), &["evil.example"], refused),
        (Some("10.1.2.3:4000"), &["shop.example, app.internal"], refused),
        (Some("10.1.2.3:4000"), &["shop.example", "shop.example"], refused),
        (Some("10.1.2.3:4000"), &[""], refused),
        (Some("10.1.2.3:4000"), &[], refused),
        (Some("11.1.2.3:4000"), &["shop.example"], refused),
        (Some("127.0.0.1:4000"), &["shop.example"], refused),
        (None, &["shop.example"], refused),
    ] {
        assert_eq!(passed_on_by(peer, forwarded), expected, "{peer:?} {forwarded:?}");
    }
}

// What a stranger says of the outer host does no harm, either: the inner one is then the own origin, as ever.
#[cfg(feature = "trusted-proxies")]
#[test]
fn a_forwarded_host_of_anybody_else_is_not_read() {
    let fields = [("host", SHOP), ("origin", "https://evil.example"), ("x-forwarded-host", "evil.example")];
    let mut parts = request("POST", "/", &fields);
    assert_eq!(judge(&parts, ForgeryCheck::Enforced, &trusted()), Verdict::Forged(Forged::ForeignOrigin));
    parts.headers.insert("origin", HeaderValue::from_static("https://shop.example"));
    assert_eq!(judge(&parts, ForgeryCheck::Enforced, &trusted()), Verdict::Passed);
}

#[test]
fn without_one_host_there_is_no_own_origin() {
    let own = ("origin", "https://shop.example");
    let verdict = |fields: &[_]| judge(&request("POST", "/", fields), ForgeryCheck::Enforced, &trusted());
    assert_eq!(verdict(&[own]), Verdict::Forged(Forged::ForeignOrigin));
    assert_eq!(verdict(&[own, ("host", SHOP), ("host", SHOP)]), Verdict::Forged(Forged::ForeignOrigin));
    assert_eq!(verdict(&[own, ("host", "shop\u{e9}")]), Verdict::Forged(Forged::ForeignOrigin));
}

proptest! {
    #[test]
    fn hostile_bytes_never_pass_as_an_origin(origin: Vec<u8>, host: Vec<u8>, upgrade: Vec<u8>) {
        let mut parts = request("POST", "/", &[]);
        for (name, bytes) in [(header::ORIGIN, origin), (header::HOST, host), (header::UPGRADE, upgrade)] {
            if let Ok(value) = HeaderValue::from_bytes(&bytes) {
                parts.headers.insert(name, value);
            }
        }
        let verdict = judge(&parts, ForgeryCheck::Enforced, &Trust::default());
        prop_assert_eq!(verdict == Verdict::Passed, !parts.headers.contains_key(header::ORIGIN));
    }
}
