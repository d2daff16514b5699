//! Somebody shops, by whatever client: the cookie is looked at in its jar after every step.

use std::time::{SystemTime, UNIX_EPOCH};

use crate::client::{Client, Kept};
use crate::front::Front;

pub(crate) const COOKIE: &str = "__Host-shop";
const PASSWORD: &str = "password=correct+horse+battery";

pub(crate) fn journey(front: &Front, client: &mut dyn Client) {
    let visitor = nobody_yet(client);
    let carol = logs_in(client, &visitor);
    let carol = proves_it_again(front, client, &carol);
    pages_of_others(front, client);
    logs_out(client, &carol);
    is_remembered(client);
}

/// The cookie in the jar, which has every attribute that it was given, until the client is closed.
fn kept(client: &mut dyn Client) -> Kept {
    let kept = client.kept().unwrap();
    let Kept { path, host_only, secure, http_only, expires, .. } = kept.clone();
    assert_eq!((path.as_str(), host_only, secure, http_only, expires), ("/", true, true, true, None));
    kept
}

fn nobody_yet(client: &mut dyn Client) -> Kept {
    assert_eq!(client.get("/").status, 200);
    assert_eq!(client.get("/account").destination(), Some("/login?next=%2Faccount"));
    let refused = client.ask("/account", &[("Accept", "*/*")], None);
    assert_eq!((refused.status, refused.header("content-type")), (401, Some("application/problem+json")));
    assert_eq!(refused.header("www-authenticate"), Some("Bearer"));
    assert_eq!(client.post("/login", "username=carol&password=wrong").status, 422);
    assert_eq!(client.kept(), None, "nobody gets a cookie by looking around");
    assert_eq!(client.post("/basket", "article=Horse").destination(), Some("/basket"));
    kept(client)
}

fn logs_in(client: &mut dyn Client, before: &Kept) -> Kept {
    let login = format!("username=carol&{PASSWORD}&next=/account");
    assert_eq!(client.post("/login", &login).destination(), Some("/account"));
    let carol = kept(client);
    assert_ne!(carol.value, before.value, "a new id");
    let account = client.get("/account");
    assert!(account.body.contains("Hello, carol."));
    assert_eq!((account.header("cache-control"), account.header("set-cookie")), (Some("no-store"), None));
    assert!(client.get("/basket").body.contains("Horse"), "what was in it is taken along");
    assert_eq!(kept(client), carol);
    carol
}

fn proves_it_again(front: &Front, client: &mut dyn Client, before: &Kept) -> Kept {
    front.pass(6);
    let asked = client.ask("/treasury/transfer", &[("Accept", "*/*")], None);
    assert_eq!(asked.status, 401);
    let challenge = asked.header("www-authenticate").unwrap();
    assert!(challenge.contains("insufficient_user_authentication") && challenge.contains("max_age"), "{challenge}");
    // What is filled in is taken all the same, and shown when the password has been given.
    let filled_in = client.post("/treasury/transfer?from=safe", "to=till&amount=0.85");
    assert_eq!(filled_in.destination(), Some("/treasury/confirm?from=safe"));
    let asked = client.get("/treasury/confirm?from=safe");
    assert_eq!(asked.destination(), Some("/reauthenticate?next=%2Ftreasury%2Fconfirm%3Ffrom%3Dsafe"));
    assert_eq!(&kept(client), before);
    let proof = format!("{PASSWORD}&next=%2Ftreasury%2Fconfirm%3Ffrom%3Dsafe");
    assert_eq!(client.post("/reauthenticate", &proof).destination(), Some("/treasury/confirm?from=safe"));
    let carol = kept(client);
    assert_ne!(carol.value, before.value, "a new id");

    let page = client.get("/treasury/confirm?from=safe").body;
    let (_, rest) = page.split_once(r#"name="_confirm" value=""#).unwrap();
    let token = rest.split('"').next().unwrap();
    let form = format!("_confirm={token}&from=safe&to=till&amount=0.85");
    let moved = client.post("/treasury/confirm?from=safe", &form);
    assert_eq!(moved.destination(), Some("/treasury/transfer?from=safe"));
    assert_eq!(client.post("/treasury/confirm?from=safe", &form).status, 403, "once");
    assert!(client.get("/treasury/transfer").body.contains("315.00"));
    assert_eq!(kept(client), carol);
    carol
}

/// The own origin is that which the visitor sees: `https` and the port in front, not what the shop listens on.
fn pages_of_others(front: &Front, client: &mut dyn Client) {
    let own = front.origin();
    for (origin, status) in [
        (own.as_str(), 303),
        ("https://evil.example", 403),
        (&own.replace("https", "http"), 303),
        ("https://localhost", 403),
        ("null", 403),
    ] {
        let answer = client.ask("/basket", &[("Origin", origin), ("Accept", "text/html")], Some("article=Staple"));
        assert_eq!(answer.status, status, "{origin}");
    }
}

fn logs_out(client: &mut dyn Client, before: &Kept) {
    let out = client.post("/logout", "");
    assert_eq!((out.destination(), out.header("clear-site-data")), (Some("/"), Some("\"cache\"")));
    assert_eq!(client.kept(), None, "it is gone from the jar");
    assert_eq!(client.get("/account").destination(), Some("/login?next=%2Faccount"));
    let dead = format!("{COOKIE}={}", before.value);
    let replayed = client.ask("/account", &[("Cookie", &dead), ("Accept", "*/*")], None);
    assert_eq!(replayed.status, 401, "whoever has kept it has kept nothing");
}

fn is_remembered(client: &mut dyn Client) {
    let login = format!("username=alice&{PASSWORD}&remember=on&next=/account");
    assert_eq!(client.post("/login", &login).destination(), Some("/account"));
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
    let lasts = client.kept().unwrap().expires.unwrap() - now;
    assert!((30 * 86_400 - 60..=30 * 86_400 + 1).contains(&lasts), "{lasts}");
    assert!(client.get("/account").body.contains("Hello, alice."));
    assert_eq!(client.post("/logout", "").destination(), Some("/"));
    assert_eq!(client.kept(), None, "a cookie with a Max-Age is removed, too");
}
