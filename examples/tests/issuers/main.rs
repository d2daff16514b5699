//! The running shop and tokens that other people's libraries have signed: it takes those that are for it and no others, also
//! while their issuer changes its keys, goes down and comes back.
#![allow(clippy::indexing_slicing, clippy::unwrap_used, reason = "a test fails by panicking")]

mod program;

use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;
use tests::{HttpProgram, free_port};

use self::program::{Library, shop};

/// What the shop answers to the bearer of this token.
fn me(shop: &HttpProgram, token: &str) -> (u16, String) {
    let answer = shop.ask("GET", "/api/me", &[("Authorization", &format!("Bearer {token}"))], "").unwrap();
    (answer.status, answer.body)
}

fn token(issuer: &HttpProgram, query: &str) -> String {
    let answer = issuer.get(&format!("/token?{query}"));
    assert_eq!(answer.status, 200, "{answer:?}");
    answer.body
}

fn trusting(issuer: &HttpProgram) -> HttpProgram {
    let address = format!("http://{}", issuer.address());
    shop(&address, Some(&format!("{address}/jwks")))
}

/// Tokens that are for the shop, and what is wrong with others.
fn tokens_of(library: Library) {
    let Some(issuer) = library.start(0, &[]) else { return };
    let (shop, name) = (trusting(&issuer), library.name());
    for algorithm in ["ES256", "EdDSA", "PS256"] {
        let of = |more: &str| token(&issuer, &format!("alg={algorithm}{more}"));
        let (status, body) = me(&shop, &of(""));
        assert_eq!(status, 200, "{name}, {algorithm}: {body}");
        let known: Value = serde_json::from_str(&body).unwrap();
        assert_eq!((&known["username"], &known["scope"]), (&"ada".into(), &"profile orders:read".into()), "{body}");
        for wrong in [
            "&aud=%22bank%22",
            "&aud=%5B%5D",
            "&iss=%22https%3A%2F%2Fid.example%22",
            "&iss=%22https%3A%2F%2Fshop.example%22",
            "&exp=1000000000",
            "&iat=4000000000",
            "&nbf=4000000000",
            "&auth_time=null",
            "&sub=7",
            "&cnf=%7B%7D",
            "&realm=%22__Host-other%22",
            "&typ=JWT",
            "&typ=rt%2Bjwt",
        ] {
            assert_eq!(me(&shop, &of(wrong)).0, 401, "{name}, {algorithm}{wrong}");
        }
    }
}

#[test]
fn tokens_of_pyjwt() {
    tokens_of(Library::PyJwt);
}

#[test]
fn tokens_of_authlib() {
    tokens_of(Library::Authlib);
}

#[test]
fn tokens_of_joserfc() {
    tokens_of(Library::Joserfc);
}

#[test]
fn tokens_of_jose() {
    tokens_of(Library::Jose);
}

// The shop is told the issuer alone, and finds its keys by discovery.
#[test]
fn tokens_of_oidc_provider() {
    for algorithm in ["ES256", "EdDSA", "PS256"] {
        let Some(provider) = Library::OidcProvider.start(0, &[algorithm]) else { return };
        let shop = shop(&format!("http://{}", provider.address()), None);
        // `ada`, and the secret in the provider's script (RFC 6749 2.3.1).
        let headers = [
            ("Authorization", "Basic YWRhOmErc2VjcmV0K29mK2ErdGVzdA=="),
            ("Content-Type", "application/x-www-form-urlencoded"),
        ];
        let body = "grant_type=client_credentials&scope=profile%20orders%3Aread";
        let answer = provider.ask("POST", "/token", &headers, body).unwrap();
        let granted: Value = serde_json::from_str(&answer.body).unwrap();
        let token = granted["access_token"].as_str().unwrap();
        let (status, body) = me(&shop, token);
        assert_eq!(status, 200, "{algorithm}: {body}");
        let (signed, _) = token.rsplit_once('.').unwrap();
        assert_eq!(me(&shop, &format!("{signed}.{}", "A".repeat(86))).0, 401);
    }
}

/// What the shop answers to this token, as soon as it is `expected`. Until then it is 401: never 5xx.
fn becomes(shop: &HttpProgram, token: &str, expected: u16) {
    let deadline = Instant::now() + Duration::from_secs(20);
    loop {
        let (status, body) = me(shop, token);
        assert!([200, 401].contains(&status), "{status} {body}");
        if status == expected {
            return;
        }
        assert!(Instant::now() < deadline, "still {status}, not {expected}");
        thread::sleep(Duration::from_millis(50));
    }
}

#[test]
fn an_issuer_rotates_goes_down_and_comes_back_under_load() {
    for library in [Library::Jose, Library::Joserfc] {
        let port = free_port();
        let Some(issuer) = library.start(port, &[]) else { continue };
        let Some(stranger) = library.start(0, &[]) else { continue };
        let shop = trusting(&issuer);
        let first = token(&issuer, "alg=EdDSA");
        // Claims to be of the issuer, and is signed by somebody else.
        let forged = token(&stranger, &format!("alg=EdDSA&iss=%22http%3A%2F%2F127.0.0.1%3A{port}%22"));
        assert_eq!(me(&shop, &first).0, 200);

        let over = AtomicBool::new(false);
        thread::scope(|scope| {
            let asking: Vec<_> = (0..4)
                .map(|number| {
                    let (shop, over, first, forged) = (&shop, &over, &first, &forged);
                    scope.spawn(move || {
                        let mut asked = 0_u32;
                        while !over.load(Ordering::SeqCst) {
                            let (token, admitted) = if number % 2 == 0 { (first, true) } else { (forged, false) };
                            let (status, body) = me(shop, token);
                            assert_eq!(status == 200, admitted, "{status} {body}");
                            assert!(status < 500, "{status} {body}");
                            asked += 1;
                        }
                        asked
                    })
                })
                .collect();

            let changes = scope.spawn(|| {
                issuer.post("/rotate");
                becomes(&shop, &token(&issuer, "alg=EdDSA"), 200);
                issuer.post("/rotate");
                let last = token(&issuer, "alg=ES256");
                becomes(&shop, &last, 200);
                drop(issuer);
                // Down: what was known counts, what was not does not.
                for _ in 0..50 {
                    assert_eq!((me(&shop, &last).0, me(&shop, &forged).0), (200, 401));
                    thread::sleep(Duration::from_millis(50));
                }
            });
            let outcome = changes.join();
            over.store(true, Ordering::SeqCst);
            let asked: u32 = asking.into_iter().map(|asking| asking.join().unwrap()).sum();
            assert!(outcome.is_ok() && asked > 100, "{asked}");
        });

        // It comes back with other keys, so that the old ones count no more.
        let Some(issuer) = library.start(port, &[]) else { continue };
        let after = token(&issuer, "alg=EdDSA");
        becomes(&shop, &after, 200);
        becomes(&shop, &first, 401);
    }
}
