//! What a builder refuses: each error names what is wrong and what to write instead. And what it makes of a cookie.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use axum::Json;
use serde::{Deserialize, Serialize};
use session_runtime::routing::post;
use session_runtime::{
    Algorithm, AuthSession, ConfigErrorKind, GuardedRouter, MemoryStore, Principal, Sessions, SessionsBuilder,
    SigningKey, VerifyingKey, session,
};
use tests::{Failed, Partner, SECRET, User, Visitor, router};

#[derive(Clone, Serialize, Deserialize, Principal)]
#[principal(bearer(alg("HS256")), realm = "configuration-machine")]
struct Machine {
    #[principal(id)]
    id: u64,
}

#[derive(Clone, Serialize, Deserialize, Principal)]
#[principal(
    cookie(name = "__Secure-shared", shared, path = "/app", same_site = "strict"),
    realm = "configuration-sibling"
)]
struct Sibling {
    #[principal(id)]
    id: u64,
}

#[derive(Clone, Serialize, Deserialize, Principal)]
#[principal(cookie(name = "__Secure-declared", shared, domain = "shop.example"), realm = "configuration-declared")]
struct Declared {
    #[principal(id)]
    id: u64,
}

#[derive(Clone, Serialize, Deserialize, Principal)]
#[principal(
    cookie(name = "__Host-widget", same_site = "none", cross_site, partitioned),
    realm = "configuration-widget"
)]
struct Widget {
    #[principal(id)]
    id: u64,
}

fn builder<P: Principal>() -> SessionsBuilder<P> {
    Sessions::builder().store(MemoryStore::new())
}

fn signing_key() -> SigningKey {
    SigningKey::secret(Algorithm::HS256, &SECRET).unwrap()
}

fn verifying_key() -> VerifyingKey {
    VerifyingKey::secret(Algorithm::HS256, &[7; 32]).unwrap()
}

#[track_caller]
fn assert_refused<P: Principal>(builder: SessionsBuilder<P>, kind: ConfigErrorKind, text: &str) {
    let error = builder.build().unwrap_err();
    assert_eq!((error.kind(), error.to_string().as_str()), (kind, text));
}

#[test]
fn a_principal_with_a_cookie_needs_a_store() {
    assert_refused(
        Sessions::<User>::builder(),
        ConfigErrorKind::Store,
        "`User` has session cookies and there is no store for its sessions; add `.store(MemoryStore::new())` to the \
         builder",
    );
    let machine =
        Sessions::<Machine>::builder().signing_key(signing_key()).issuer("https://id.example").audience("shop");
    assert!(machine.build().is_ok(), "tokens need none");
}

// ASVS 3.3.1: a cookie is shared with other hosts only where both say so.
#[test]
fn a_cookie_is_shared_only_where_it_is_declared_and_said_with_whom() {
    assert_refused(
        builder::<User>().cookie_domain("shop.example"),
        ConfigErrorKind::Cookie,
        "`.cookie_domain(\"shop.example\")` would share `__Host-id` with every subdomain; declare `cookie(shared)` to say \
         that you mean it, or remove it",
    );
    assert_refused(
        builder::<Sibling>(),
        ConfigErrorKind::Cookie,
        "`__Secure-shared` is shared and nothing says with whom; add `.cookie_domain(\"example.com\")` to the builder",
    );
    assert_refused(
        builder::<Declared>().cookie_domain("other.example"),
        ConfigErrorKind::Cookie,
        "`.cookie_domain(\"other.example\")` contradicts `cookie(domain = \"shop.example\")`; keep one of them",
    );
    assert!(builder::<Declared>().cookie_domain("shop.example").build().is_ok());
}

#[test]
fn a_domain_that_cannot_stand_in_a_header_is_refused() {
    for domain in
        ["shop\n.example", "shop.example; SameSite=None", "shop.example, other.example", "shop example", "", "é"]
    {
        assert_refused(
            builder::<Sibling>().cookie_domain(domain),
            ConfigErrorKind::Cookie,
            "the path or domain of `__Secure-shared` cannot stand in a header; use letters, digits, `-`, `.` and `/`",
        );
    }
}

#[test]
fn tokens_need_a_key_and_keys_need_tokens() {
    assert_refused(
        builder::<Partner>(),
        ConfigErrorKind::Key,
        "`Partner` has bearer tokens and there is no key to verify them; add `.signing_key(..)` to issue them here, or \
         `.verifying_key(..)` for another's",
    );
    let out_of_place = "`User` has no tokens that a key, issuer or audience could be for; declare `bearer(..)`, or remove \
                        them";
    for builder in [
        builder::<User>().signing_key(signing_key()),
        builder::<User>().verifying_key(verifying_key()),
        builder::<User>().issuer("https://id.example"),
        builder::<User>().audience("shop"),
    ] {
        assert_refused(builder, ConfigErrorKind::Key, out_of_place);
    }
    assert_refused(
        builder::<Partner>().signing_key(SigningKey::secret(Algorithm::HS512, &[7; 64]).unwrap()),
        ConfigErrorKind::Key,
        "a key is for HS512, which is not declared: add it to `bearer(alg(\"HS512\"))`",
    );
    assert_refused(
        builder::<Partner>().verifying_key(verifying_key().with_id("a")).verifying_key(verifying_key().with_id("a")),
        ConfigErrorKind::Key,
        "two keys have the id `a`",
    );
}

// ASVS 9.2.3; RFC 8725 3.8, 3.9: both are required, and are what was declared.
#[test]
fn issuer_and_audience_are_said_exactly_once() {
    let machine = || Sessions::<Machine>::builder().signing_key(signing_key());
    assert_refused(
        machine().audience("shop"),
        ConfigErrorKind::Issuer,
        "nothing says the issuer of the tokens of `Machine`; declare `bearer(issuer = \"..\")`, or add `.issuer(\"..\")` to \
         the builder",
    );
    assert_refused(
        machine().issuer("https://id.example"),
        ConfigErrorKind::Audience,
        "nothing says the audience of the tokens of `Machine`; declare `bearer(audience = \"..\")`, or add \
         `.audience(\"..\")` to the builder",
    );
    assert_refused(machine().issuer("").audience("shop"), ConfigErrorKind::Issuer, "the issuer is empty");
    assert_refused(machine().issuer("x").audience(""), ConfigErrorKind::Audience, "the audience is empty");
    let partner = || builder::<Partner>().signing_key(signing_key());
    assert_refused(
        partner().issuer("https://other.example"),
        ConfigErrorKind::Issuer,
        "`.issuer(\"https://other.example\")` contradicts `bearer(issuer = \"https://id.shop.example\")` of `Partner`; keep \
         one of them",
    );
    assert_refused(
        partner().audience("other"),
        ConfigErrorKind::Audience,
        "`.audience(\"other\")` contradicts `bearer(audience = \"shop\")` of `Partner`; keep one of them",
    );
    assert!(partner().issuer("https://id.shop.example").audience("shop").build().is_ok());
}

#[test]
fn an_origin_that_is_none_is_not_trusted() {
    assert_refused(
        builder::<User>().trusted_origins(["https://ok.example", "https://shop.example/"]),
        ConfigErrorKind::Origin,
        "`https://shop.example/` cannot be a trusted origin: end it with the host or port, without a slash",
    );
    for origin in ["*", "null", "shop.example", "https://*.shop.example", "https://user@shop.example", ""] {
        let error = builder::<User>().trusted_origins([origin]).build().unwrap_err();
        assert_eq!(error.kind(), ConfigErrorKind::Origin, "{origin}");
        assert!(error.to_string().contains(&format!("`{origin}`")), "{error}");
    }
}

// ASVS 14.2.1, 16.2.5.
#[test]
fn debug_shows_no_secret() {
    let builder = builder::<Partner>().signing_key(signing_key());
    let text = format!("{builder:?} {:?} {:?}", signing_key(), verifying_key());
    let sessions = builder.build().unwrap();
    let text = format!("{text} {sessions:?}");
    assert!(text.contains("partner"));
    assert!(!text.contains("secret"), "{text}");
    assert!(!text.contains("7, 7"), "{text}");
}

macro_rules! log_in_as {
    ($name:ident $principal:ident) => {
        #[session(optional)]
        async fn $name(mut auth: AuthSession<$principal>, body: Json<u64>) -> Result<(), Failed> {
            if body.0 == 0 {
                auth.log_out().await?;
            } else {
                auth.log_in($principal { id: body.0 }).await?;
            }
            Ok(())
        }
    };
}
log_in_as!(sibling Sibling);
log_in_as!(declared Declared);
log_in_as!(widget Widget);

/// The attributes of the session's cookie, and of its removal.
async fn attributes<S: Clone + Send + Sync + 'static>(routes: GuardedRouter<S>, state: S) -> [String; 2] {
    let mut visitor = Visitor::of(&router(routes, state));
    let mut lines = Vec::new();
    for id in [7, 0] {
        let line = visitor.post_json("/", &id).await.header("set-cookie").unwrap();
        lines.push(line.split_once("; ").unwrap().1.to_owned());
    }
    lines.try_into().unwrap()
}

// ASVS 3.3.1 to 3.3.4; RFC 6265bis 4.1: the removal has the attributes of the original.
#[tokio::test]
async fn a_cookie_has_the_attributes_that_are_declared_and_its_removal_too() {
    let shared = builder::<Sibling>().cookie_domain("shop.example").build().unwrap();
    let declared_sessions = builder::<Declared>().build().unwrap();
    let partitioned = builder::<Widget>().build().unwrap();
    for (answer, expected) in [
        (
            attributes(GuardedRouter::new().route("/", post(sibling)), shared).await,
            "Path=/app; Domain=shop.example; Secure; HttpOnly; SameSite=Strict",
        ),
        (
            attributes(GuardedRouter::new().route("/", post(declared)), declared_sessions).await,
            "Path=/; Domain=shop.example; Secure; HttpOnly; SameSite=Lax",
        ),
        (
            attributes(GuardedRouter::new().route("/", post(widget)), partitioned).await,
            "Path=/; Secure; HttpOnly; SameSite=None; Partitioned",
        ),
    ] {
        assert_eq!(answer, [expected.to_owned(), format!("Max-Age=0; {expected}")]);
    }
}
