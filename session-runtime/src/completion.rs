//! What editors offer inside the attributes, each with a line of documentation. Expansions import these under
//! `cfg(rust_analyzer)`.
//!
//! Written from the table of keys by `UPDATE_EXPECT=1 cargo test -p session-macros editor`.

#![allow(non_upper_case_globals)]

/// In `#[session(..)]`.
pub mod session {
    /// `required`: refuses visitors without a session; the default
    pub const required: &str = "required";

    /// `optional`: admits visitors without a session as such
    pub const optional: &str = "optional";

    /// `public`: reads no credential
    pub const public: &str = "public";

    /// `policy(Staff)`: starts from a named policy, which the other items tighten
    pub const policy: &str = "policy(Staff)";

    /// `max_age = "15m"`: refuses sessions whose log-in is longer ago; with `sliding`, whose last activity is
    pub const max_age: &str = "max_age = \"15m\"";

    /// `sliding`: counts each admitted request as activity
    pub const sliding: &str = "sliding";

    /// `fresh = "5m"`: asks to prove again who one is when the log-in is longer ago
    pub const fresh: &str = "fresh = \"5m\"";

    /// `role(Role::Admin)`: demands a role
    pub const role: &str = "role(Role::Admin)";

    /// `scope("orders:read")`: demands an OAuth scope
    pub const scope: &str = "scope(\"orders:read\")";

    /// `all(role(Role::Staff), scope("orders"))`: demands each of these
    pub const all: &str = "all(role(Role::Staff), scope(\"orders\"))";

    /// `any(role(Role::Admin), role(Role::Staff))`: demands at least one of these
    pub const any: &str = "any(role(Role::Admin), role(Role::Staff))";

    /// `not(role(Role::Suspended))`: demands that this is not so
    pub const not: &str = "not(role(Role::Suspended))";

    /// `check(owns_account)`: asks an `async fn` of extractors, which may refuse
    pub const check: &str = "check(owns_account)";

    /// `factors("otp")`: demands that the visitor proved who they are with each of these
    pub const factors: &str = "factors(\"otp\")";

    /// `confirm = "transfer"`: demands a single-use token for this purpose, as `session.confirmation("transfer")` makes it
    pub const confirm: &str = "confirm = \"transfer\"";

    /// `cookie`: accepts a session cookie; of the principal's ways only those named here are accepted
    pub const cookie: &str = "cookie";

    /// `bearer`: accepts a bearer token; of the principal's ways only those named here are accepted
    #[cfg(feature = "jwt")]
    pub const bearer: &str = "bearer";

    /// `csrf(same_site)`: loosens the forgery check: `off`, `same_site` or `report`
    pub const csrf: &str = "csrf(same_site)";

    /// `login = "/login"`: sends browsers without a session there
    pub const login: &str = "login = \"/login\"";

    /// `reauthenticate = "/confirm-login"`: sends browsers whose log-in is not `fresh` there
    pub const reauthenticate: &str = "reauthenticate = \"/confirm-login\"";

    /// `principal(User)`: says whose session it is, where the arguments do not
    pub const principal: &str = "principal(User)";

    /// `state(App)`: names the router's state, for `check(..)` functions that need one state
    pub const state: &str = "state(App)";

    /// `crate(::session_runtime)` (written without the underscore): names the runtime crate, when it is renamed
    pub const crate_: &str = "crate(::session_runtime)";
}

/// In `#[policy(..)]`.
pub mod policy {
    /// `required`: refuses visitors without a session; the default
    pub const required: &str = "required";

    /// `optional`: admits visitors without a session as such
    pub const optional: &str = "optional";

    /// `public`: reads no credential
    pub const public: &str = "public";

    /// `extends(Staff)`: starts from another policy, which the other items tighten
    pub const extends: &str = "extends(Staff)";

    /// `max_age = "15m"`: refuses sessions whose log-in is longer ago; with `sliding`, whose last activity is
    pub const max_age: &str = "max_age = \"15m\"";

    /// `sliding`: counts each admitted request as activity
    pub const sliding: &str = "sliding";

    /// `fresh = "5m"`: asks to prove again who one is when the log-in is longer ago
    pub const fresh: &str = "fresh = \"5m\"";

    /// `role(Role::Admin)`: demands a role
    pub const role: &str = "role(Role::Admin)";

    /// `scope("orders:read")`: demands an OAuth scope
    pub const scope: &str = "scope(\"orders:read\")";

    /// `all(role(Role::Staff), scope("orders"))`: demands each of these
    pub const all: &str = "all(role(Role::Staff), scope(\"orders\"))";

    /// `any(role(Role::Admin), role(Role::Staff))`: demands at least one of these
    pub const any: &str = "any(role(Role::Admin), role(Role::Staff))";

    /// `not(role(Role::Suspended))`: demands that this is not so
    pub const not: &str = "not(role(Role::Suspended))";

    /// `check(owns_account)`: asks an `async fn` of extractors, which may refuse
    pub const check: &str = "check(owns_account)";

    /// `factors("otp")`: demands that the visitor proved who they are with each of these
    pub const factors: &str = "factors(\"otp\")";

    /// `confirm = "transfer"`: demands a single-use token for this purpose, as `session.confirmation("transfer")` makes it
    pub const confirm: &str = "confirm = \"transfer\"";

    /// `cookie`: accepts a session cookie; of the principal's ways only those named here are accepted
    pub const cookie: &str = "cookie";

    /// `bearer`: accepts a bearer token; of the principal's ways only those named here are accepted
    #[cfg(feature = "jwt")]
    pub const bearer: &str = "bearer";

    /// `csrf(same_site)`: loosens the forgery check: `off`, `same_site` or `report`
    pub const csrf: &str = "csrf(same_site)";

    /// `login = "/login"`: sends browsers without a session there
    pub const login: &str = "login = \"/login\"";

    /// `reauthenticate = "/confirm-login"`: sends browsers whose log-in is not `fresh` there
    pub const reauthenticate: &str = "reauthenticate = \"/confirm-login\"";

    /// `principal(User)`: says whose session it is, where the arguments do not
    pub const principal: &str = "principal(User)";

    /// `state(App)`: names the router's state, for `check(..)` functions that need one state
    pub const state: &str = "state(App)";

    /// `crate(::session_runtime)` (written without the underscore): names the runtime crate, when it is renamed
    pub const crate_: &str = "crate(::session_runtime)";
}

/// In `all(..)`, `any(..)` and `not(..)`.
pub mod demand {
    /// `role(Role::Admin)`: demands a role
    pub const role: &str = "role(Role::Admin)";

    /// `scope("orders:read")`: demands an OAuth scope
    pub const scope: &str = "scope(\"orders:read\")";

    /// `all(role(Role::Staff), scope("orders"))`: demands each of these
    pub const all: &str = "all(role(Role::Staff), scope(\"orders\"))";

    /// `any(role(Role::Admin), role(Role::Staff))`: demands at least one of these
    pub const any: &str = "any(role(Role::Admin), role(Role::Staff))";

    /// `not(role(Role::Suspended))`: demands that this is not so
    pub const not: &str = "not(role(Role::Suspended))";

    /// `check(owns_account)`: asks an `async fn` of extractors, which may refuse
    pub const check: &str = "check(owns_account)";

    /// `factors("otp")`: demands that the visitor proved who they are with each of these
    pub const factors: &str = "factors(\"otp\")";

    /// `confirm = "transfer"`: demands a single-use token for this purpose, as `session.confirmation("transfer")` makes it
    pub const confirm: &str = "confirm = \"transfer\"";
}

/// In `csrf(..)`.
pub mod csrf {
    /// `csrf(off)`: checks nothing
    pub const off: &str = "csrf(off)";

    /// `csrf(same_site)`: admits requests from sibling origins of the same site
    pub const same_site: &str = "csrf(same_site)";

    /// `csrf(report)`: admits and counts what it would refuse
    pub const report: &str = "csrf(report)";
}

/// In `#[principal(..)]` on a type.
pub mod principal {
    /// `crate(::session_runtime)` (written without the underscore): names the runtime crate, when it is renamed
    pub const crate_: &str = "crate(::session_runtime)";

    /// `cookie(name = "__Host-id")`: sessions travel in a cookie; the default
    pub const cookie: &str = "cookie(name = \"__Host-id\")";

    /// `bearer(alg("EdDSA"))`: sessions travel in bearer tokens
    #[cfg(feature = "jwt")]
    pub const bearer: &str = "bearer(alg(\"EdDSA\"))";

    /// `absolute = "12h"`: ends a session this long after it began; `12h` by default
    pub const absolute: &str = "absolute = \"12h\"";

    /// `idle = "2h"`: ends a session this long after its last activity; `absolute` by default
    pub const idle: &str = "idle = \"2h\"";

    /// `max_sessions = 5`: ends the oldest session of a subject when there are more
    pub const max_sessions: &str = "max_sessions = 5";

    /// `realm = "shop-user"`: names the realm; needed when its data leaves the process; package and type by default
    pub const realm: &str = "realm = \"shop-user\"";
}

/// In `cookie(..)` of a principal.
pub mod cookie {
    /// `name = "__Host-id"`: the cookie's name; `__Host-id` by default
    pub const name: &str = "name = \"__Host-id\"";

    /// `same_site = "lax"`: `strict`, `lax` or `none`; `lax` by default
    pub const same_site: &str = "same_site = \"lax\"";

    /// `cross_site`: says that `same_site = "none"` is meant
    pub const cross_site: &str = "cross_site";

    /// `partitioned`: keeps one cookie for each site that embeds this one
    pub const partitioned: &str = "partitioned";

    /// `path = "/app"`: the cookie's path; `/` by default
    pub const path: &str = "path = \"/app\"";

    /// `domain = "shop.example"`: sends the cookie to the subdomains of a domain too
    pub const domain: &str = "domain = \"shop.example\"";

    /// `shared`: says that the subdomains of a domain are meant to receive the cookie
    pub const shared: &str = "shared";

    /// `persistent = "30d"`: how long a remembered session lasts, also when the browser is closed; none is remembered by default
    pub const persistent: &str = "persistent = \"30d\"";

    /// `token = "jwt"`: keeps the session in the cookie itself, and in no store
    #[cfg(feature = "cookie-tokens")]
    pub const token: &str = "token = \"jwt\"";

    /// `revocable`: beside `token`: a list of the sessions that were ended is asked at every use
    #[cfg(feature = "cookie-tokens")]
    pub const revocable: &str = "revocable";

    /// `unrevocable`: beside `token`: says that no session can be ended before it expires
    #[cfg(feature = "cookie-tokens")]
    pub const unrevocable: &str = "unrevocable";
}

/// In `bearer(..)` of a principal.
pub mod bearer {
    /// `revocable`: asks at every use whether the token was revoked
    pub const revocable: &str = "revocable";

    /// `alg("EdDSA")`: the algorithms that the issuer signs with
    pub const alg: &str = "alg(\"EdDSA\")";

    /// `legacy`: says that an algorithm or token type being retired is meant
    pub const legacy: &str = "legacy";

    /// `issuer = "https://id.example"`: the `iss` that tokens must have; else the builder names it
    pub const issuer: &str = "issuer = \"https://id.example\"";

    /// `audience = "shop"`: the `aud` that tokens must have; else the builder names it
    pub const audience: &str = "audience = \"shop\"";

    /// `typ = "at+jwt"`: the `typ` that tokens must have; `at+jwt` by default
    pub const typ: &str = "typ = \"at+jwt\"";

    /// `leeway = "30s"`: how far the issuer's clock may be off; `30s` by default
    pub const leeway: &str = "leeway = \"30s\"";

    /// `max_age = "15m"`: refuses tokens that are older, or were issued for longer
    pub const max_age: &str = "max_age = \"15m\"";

    /// `auth_time`: says that tokens tell when their subject logged in
    pub const auth_time: &str = "auth_time";

    /// `claim("token_use", "access")`: a claim that tells access tokens from others of the same issuer
    pub const claim: &str = "claim(\"token_use\", \"access\")";
}

/// In `#[principal(..)]` on a field.
pub mod field {
    /// `id`: the field that identifies the subject
    pub const id: &str = "id";

    /// `roles`: the field that holds the roles
    pub const roles: &str = "roles";

    /// `scopes`: the field that holds the scopes
    pub const scopes: &str = "scopes";

    /// `issuer`: the field that holds the issuer, which identifies the subject with the id
    pub const issuer: &str = "issuer";
}
