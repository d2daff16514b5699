//! Whatever is sent to the shop: no answer of 500 and above, no way to another site, and nothing of it in a page as markup.

use axum::body::Body;
use axum::http::header::{ACCEPT, CONTENT_TYPE, COOKIE, HOST, LOCATION, SET_COOKIE};
use axum::http::{HeaderName, HeaderValue, Request};

use crate::site::{Answer, Site};

const FORM: &str = "application/x-www-form-urlencoded";
const MARKUP: &str = "<b>evil";

/// Bodies, each with what it says it is.
fn bodies() -> Vec<(&'static str, Vec<u8>)> {
    let everything = |value: &str| {
        ["username", "password", "next", "remember", "article", "session", "change", "from", "to", "amount", "_confirm"]
            .map(|name| format!("{name}={value}"))
            .join("&")
            .into_bytes()
    };
    let mut bodies: Vec<_> = [
        "",
        "%3Cb%3Eevil",
        "//evil.example",
        "/%5Cevil.example",
        "https://evil.example",
        "%00",
        "%0d%0aSet-Cookie:%20evil=1",
        "%ff%fe",
        "%zz",
        "9999999999999999999999",
        "-1",
        "%F0%9F%90%8E",
    ]
    .into_iter()
    .map(|value| (FORM, everything(value)))
    .collect();
    let twice = [everything("1"), everything("2")].join(&b'&');
    bodies.extend([
        (FORM, twice),
        (FORM, vec![0xff; 64]),
        (FORM, b"username=alice&password=%".to_vec()),
        (FORM, vec![b'&'; 100_000]),
        (FORM, everything(&"a".repeat(200_000))),
        (FORM, vec![b'a'; 3 << 20]),
        ("text/plain", everything("%3Cb%3Eevil")),
        ("multipart/form-data; boundary=x", b"--x\r\n\r\n--x--".to_vec()),
        ("application/json", b"{\"username\":{},\"password\":[]}".to_vec()),
        ("application/json", "[".repeat(10_000).into_bytes()),
        ("application/x-www-form-urlencoded; charset=utf-16", everything("1")),
    ]);
    bodies
}

/// Headers beside the cookie of somebody who is logged in, or in its place.
fn headers(cookie: &str) -> Vec<Vec<(HeaderName, Vec<u8>)>> {
    let with = |value: &[u8]| vec![(COOKIE, value.to_vec())];
    let mut all = vec![
        with(cookie.as_bytes()),
        with(b"__Host-shop=; __Host-shop="),
        with(format!("{cookie}; __Host-shop=AQ").as_bytes()),
        with(format!("$Version=1; {cookie}; $Path=/").as_bytes()),
        with(cookie.replace('=', "=\"").as_bytes()),
        with(&[b"__Host-shop=".as_slice(), &[0x80; 44]].concat()),
        with(&[b"__Host-shop=".as_slice(), &vec![b'A'; 1 << 20]].concat()),
        with(b";;;===,,,"),
    ];
    let own = |more: &[(HeaderName, &[u8])]| {
        let more = more.iter().map(|(name, value)| (name.clone(), value.to_vec()));
        more.chain([(COOKIE, cookie.as_bytes().to_vec())]).collect::<Vec<_>>()
    };
    let [site, origin, upgrade, authorization, mode] =
        ["sec-fetch-site", "origin", "upgrade", "authorization", "sec-fetch-mode"].map(HeaderName::from_static);
    all.extend([
        own(&[(COOKIE, cookie.as_bytes())]),
        own(&[(site.clone(), b"same-origin"), (site, b"cross-site")]),
        own(&[(origin.clone(), b"http://127.0.0.1:3000"), (origin.clone(), b"null")]),
        own(&[(origin, b"\xff\xfe")]),
        own(&[(HOST, b"evil.example")]),
        own(&[(upgrade, b"websocket")]),
        own(&[(authorization.clone(), b"Bearer a"), (authorization.clone(), b"Bearer b")]),
        own(&[(authorization, b"Bearer \xff")]),
        own(&[(mode, b"navigate")]),
        own(&[(ACCEPT, b"text/html;q=\xff, */*;q=9"), (ACCEPT, b"")]),
    ]);
    all
}

async fn send(
    site: &Site,
    method: &str,
    path: &str,
    headers: &[(HeaderName, Vec<u8>)],
    body: &(&str, Vec<u8>),
) -> Answer {
    let mut request =
        Request::builder().method(method).uri(path).header(ACCEPT, "text/html").header(CONTENT_TYPE, body.0);
    if headers.iter().all(|(name, _)| name != HOST) {
        request = request.header(HOST, "127.0.0.1:3000");
    }
    for (name, value) in headers {
        request = request.header(name, HeaderValue::from_bytes(value).unwrap());
    }
    let mut answer = site.open_response(request.body(Body::from(body.1.clone())).unwrap()).await;
    let head = (answer.status(), std::mem::take(answer.headers_mut()));
    // That of the page that stays open would not come to its end.
    let body = if path.starts_with("/account/live") { Vec::new() } else { collected(answer).await };
    Answer { status: head.0, headers: head.1, body: String::from_utf8(body).unwrap() }
}

async fn collected(answer: axum::response::Response) -> Vec<u8> {
    axum::body::to_bytes(answer.into_body(), usize::MAX).await.unwrap().to_vec()
}

fn assert_harmless(answer: &Answer, what: &str) {
    assert!(answer.status.as_u16() < 500, "{what}: {}", answer.status);
    assert!(!answer.body.contains(MARKUP), "{what}: {}", answer.body);
    // axum's own rejections are plain text.
    assert!(answer.header(CONTENT_TYPE).is_none_or(|kind| !kind.starts_with("text/plain")), "{what}");
    assert_eq!(answer.header("x-content-type-options"), Some("nosniff"), "{what}");
    if let Some(location) = answer.header(LOCATION) {
        // ASVS 3.7.2.
        assert!(
            location.starts_with('/') && !location.starts_with("//") && !location.contains('\\'),
            "{what}: {location}"
        );
    }
    for cookie in answer.headers.get_all(SET_COOKIE) {
        assert!(cookie.to_str().unwrap().starts_with("__Host-shop="), "{what}: {cookie:?}");
    }
}

#[tokio::test]
async fn whatever_is_sent_to_the_shop_breaks_nothing_and_leads_nowhere_else() {
    let table = examples::shop::policies();
    let (bodies, mut asked) = (bodies(), 0);
    for row in table.rows().iter().filter(|row| row.method != "*") {
        let site = Site::open();
        let mut carol = site.browser();
        carol.log_in("carol").await;
        let headers = headers(carol.cookie.as_deref().unwrap());
        let queries = ["", "?next=//evil.example&from=%3Cb%3Eevil", "?from=%00&from=till&%zz=%ff"];
        let tries =
            headers.iter().map(|headers| (headers, &bodies[0])).chain(bodies.iter().map(|body| (&headers[0], body)));
        for (number, (headers, body)) in tries.enumerate() {
            // Hashing a password takes as long as all the rest.
            if row.path == "/login" && number % 4 > 0 {
                continue;
            }
            for query in queries {
                let path = format!("{}{query}", row.path);
                let answer = send(&site, row.method, &path, headers, body).await;
                assert_harmless(&answer, &format!("{} {path}, try {number}", row.method));
                asked += 1;
            }
        }
    }
    assert!(asked > 3_000, "{asked}");
}
