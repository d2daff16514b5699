//! The table of keys: parsing, suggestions, lists of valid options and the reference are all made of it.

use super::keys::{Availability, Key, Place, Shape};

const ROUTE: &[Place] = &[Place::Session, Place::Policy];
const DEMAND: &[Place] = &[Place::Session, Place::Policy, Place::Demand];
const PRINCIPAL: &[Place] = &[Place::Principal];
const COOKIE: &[Place] = &[Place::Cookie];
const BEARER: &[Place] = &[Place::Bearer];

pub(super) static TABLE: &[Key] = &[
    flag("required", ROUTE, "required", "refuses visitors without a session; the default"),
    flag("optional", ROUTE, "optional", "admits visitors without a session as such"),
    flag("public", ROUTE, "public", "reads no credential"),
    list("policy", &[Place::Session], "policy(Staff)", "starts from a named policy, which the other items tighten"),
    list("extends", &[Place::Policy], "extends(Staff)", "starts from another policy, which the other items tighten"),
    value(
        "max_age",
        ROUTE,
        "max_age = \"15m\"",
        "refuses sessions whose log-in is longer ago; with `sliding`, whose last activity is",
    ),
    flag("sliding", ROUTE, "sliding", "counts each admitted request as activity"),
    value("fresh", ROUTE, "fresh = \"5m\"", "asks to prove again who one is when the log-in is longer ago"),
    list("role", DEMAND, "role(Role::Admin)", "demands a role").repeated(),
    list("scope", DEMAND, "scope(\"orders:read\")", "demands an OAuth scope").repeated(),
    list("all", DEMAND, "all(role(Role::Staff), scope(\"orders\"))", "demands each of these").repeated(),
    list("any", DEMAND, "any(role(Role::Admin), role(Role::Staff))", "demands at least one of these").repeated(),
    list("not", DEMAND, "not(role(Role::Suspended))", "demands that this is not so").repeated(),
    list("check", DEMAND, "check(owns_account)", "asks an `async fn` of extractors, which may refuse").repeated(),
    list("factors", DEMAND, "factors(\"otp\")", "demands that the visitor proved who they are with each of these")
        .repeated(),
    value(
        "confirm",
        DEMAND,
        "confirm = \"transfer\"",
        "demands a single-use token for this purpose, as `session.confirmation(\"transfer\")` makes it",
    ),
    flag(
        "cookie",
        ROUTE,
        "cookie",
        "accepts a session cookie; of the principal's ways only those named here are accepted",
    ),
    flag(
        "bearer",
        ROUTE,
        "bearer",
        "accepts a bearer token; of the principal's ways only those named here are accepted",
    )
    .jwt(),
    list("csrf", ROUTE, "csrf(same_site)", "loosens the forgery check: `off`, `same_site` or `report`"),
    value("login", ROUTE, "login = \"/login\"", "sends browsers without a session there"),
    value(
        "reauthenticate",
        ROUTE,
        "reauthenticate = \"/confirm-login\"",
        "sends browsers whose log-in is not `fresh` there",
    ),
    list("principal", ROUTE, "principal(User)", "says whose session it is, where the arguments do not"),
    list("state", ROUTE, "state(App)", "names the router's state, for `check(..)` functions that need one state"),
    list(
        "crate",
        &[Place::Session, Place::Policy, Place::Principal],
        "crate(::session_runtime)",
        "names the runtime crate, when it is renamed",
    ),
    flag("off", &[Place::Csrf], "csrf(off)", "checks nothing"),
    flag("same_site", &[Place::Csrf], "csrf(same_site)", "admits requests from sibling origins of the same site"),
    flag("report", &[Place::Csrf], "csrf(report)", "admits and counts what it would refuse"),
    list("cookie", PRINCIPAL, "cookie(name = \"__Host-id\")", "sessions travel in a cookie; the default"),
    list("bearer", PRINCIPAL, "bearer(alg(\"EdDSA\"))", "sessions travel in bearer tokens").jwt(),
    value("absolute", PRINCIPAL, "absolute = \"12h\"", "ends a session this long after it began; `12h` by default"),
    value(
        "idle",
        PRINCIPAL,
        "idle = \"2h\"",
        "ends a session this long after its last activity; `absolute` by default",
    ),
    value("max_sessions", PRINCIPAL, "max_sessions = 5", "ends the oldest session of a subject when there are more"),
    value(
        "realm",
        PRINCIPAL,
        "realm = \"shop-user\"",
        "names the realm; needed when its data leaves the process; package and type by default",
    ),
    value("name", COOKIE, "name = \"__Host-id\"", "the cookie's name; `__Host-id` by default"),
    value("same_site", COOKIE, "same_site = \"lax\"", "`strict`, `lax` or `none`; `lax` by default"),
    flag("cross_site", COOKIE, "cross_site", "says that `same_site = \"none\"` is meant"),
    flag("partitioned", COOKIE, "partitioned", "keeps one cookie for each site that embeds this one"),
    value("path", COOKIE, "path = \"/app\"", "the cookie's path; `/` by default"),
    value("domain", COOKIE, "domain = \"shop.example\"", "sends the cookie to the subdomains of a domain too"),
    flag("shared", COOKIE, "shared", "says that the subdomains of a domain are meant to receive the cookie"),
    value(
        "persistent",
        COOKIE,
        "persistent = \"30d\"",
        "how long a remembered session lasts, also when the browser is closed; none is remembered by default",
    ),
    value("token", COOKIE, "token = \"jwt\"", "keeps the session in the cookie itself, and in no store")
        .cookie_tokens(),
    flag("revocable", BEARER, "revocable", "asks at every use whether the token was revoked"),
    flag(
        "revocable",
        COOKIE,
        "revocable",
        "beside `token`: a list of the sessions that were ended is asked at every use",
    )
    .cookie_tokens(),
    flag("unrevocable", COOKIE, "unrevocable", "beside `token`: says that no session can be ended before it expires")
        .cookie_tokens(),
    list("alg", BEARER, "alg(\"EdDSA\")", "the algorithms that the issuer signs with"),
    flag("legacy", BEARER, "legacy", "says that an algorithm or token type being retired is meant"),
    value(
        "issuer",
        BEARER,
        "issuer = \"https://id.example\"",
        "the `iss` that tokens must have; else the builder names it",
    ),
    value("audience", BEARER, "audience = \"shop\"", "the `aud` that tokens must have; else the builder names it"),
    value("typ", BEARER, "typ = \"at+jwt\"", "the `typ` that tokens must have; `at+jwt` by default"),
    value("leeway", BEARER, "leeway = \"30s\"", "how far the issuer's clock may be off; `30s` by default"),
    value("max_age", BEARER, "max_age = \"15m\"", "refuses tokens that are older, or were issued for longer"),
    flag("auth_time", BEARER, "auth_time", "says that tokens tell when their subject logged in"),
    list(
        "claim",
        BEARER,
        "claim(\"token_use\", \"access\")",
        "a claim that tells access tokens from others of the same issuer",
    ),
    flag("id", &[Place::Field], "id", "the field that identifies the subject"),
    flag("roles", &[Place::Field], "roles", "the field that holds the roles"),
    flag("scopes", &[Place::Field], "scopes", "the field that holds the scopes"),
    flag(
        "issuer",
        &[Place::Field],
        "issuer",
        "the field that holds the issuer, which identifies the subject with the id",
    ),
];

const fn flag(name: &'static str, places: &'static [Place], example: &'static str, doc: &'static str) -> Key {
    Key { name, places, shape: Shape::Flag, repeats: false, availability: Availability::Now, example, doc }
}

const fn value(name: &'static str, places: &'static [Place], example: &'static str, doc: &'static str) -> Key {
    Key { shape: Shape::Value, ..flag(name, places, example, doc) }
}

const fn list(name: &'static str, places: &'static [Place], example: &'static str, doc: &'static str) -> Key {
    Key { shape: Shape::List, ..flag(name, places, example, doc) }
}

impl Key {
    const fn repeated(self) -> Self {
        Self { repeats: true, ..self }
    }

    const fn jwt(self) -> Self {
        Self { availability: Availability::Jwt, ..self }
    }

    const fn cookie_tokens(self) -> Self {
        Self { availability: Availability::CookieTokens, ..self }
    }
}
