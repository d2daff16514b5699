//! Session-guarded routes for Axum: what a route demands of its visitor is written above it, checked when the program is
//! compiled, and enforced before anything else reads the request.
//!
//! ```
//! use axum::extract::FromRef;
//! use serde::{Deserialize, Serialize};
//! use session_runtime::routing::{get, post};
//! use session_runtime::{
//!     AuthSession, ConfigError, GuardedRouter, MemoryStore, Principal, Session, SessionError, Sessions, session,
//! };
//!
//! #[derive(Clone, Serialize, Deserialize, Principal)]
//! struct User {
//!     #[principal(id)]
//!     id: u64,
//!     name: String,
//! }
//!
//! #[derive(Clone, FromRef)]
//! struct App {
//!     sessions: Sessions<User>,
//! }
//!
//! #[session(required, max_age = "15m", sliding)]
//! async fn account(session: Session<User>) -> String {
//!     format!("Hello, {}", session.name)
//! }
//!
//! #[session(optional)]
//! async fn log_in(mut auth: AuthSession<User>) -> Result<&'static str, SessionError> {
//!     // After the password was verified:
//!     auth.log_in(User { id: 7, name: "Ada".into() }).await?;
//!     Ok("Welcome")
//! }
//!
//! fn router() -> Result<axum::Router, ConfigError> {
//!     let sessions = Sessions::builder().store(MemoryStore::new()).build()?;
//!     GuardedRouter::new()
//!         .route("/account", get(account))
//!         .route("/log-in", post(log_in))
//!         .with_state(App { sessions })
//!         .into_router()
//! }
//! # router().unwrap();
//! ```
//!
//! # Where to look
//!
//! | for | see |
//! |---|---|
//! | what a route can demand | [`session`](macro@session) |
//! | demands with a name, to build on | [`policy`](macro@policy) |
//! | who is logged in, and how their sessions travel | [`Principal`](macro@Principal) |
//! | a visitor's session in a handler | [`Session`] |
//! | logging in and out | [`AuthSession`] |
//! | rights that change while somebody is logged in | [`Revalidation`] |
//! | listing and ending somebody's sessions | [`Sessions::of`] |
//! | ending a token before it expires | `Sessions::revoke` |
//! | access tokens, and refresh tokens to renew them | `Sessions::issue_pair` |
//! | key-values of a visitor, logged in or not | [`key_values`] |
//! | connections that stay open | [`Session::ended`] |
//! | stores, keys, origins | [`SessionsBuilder`] |
//! | a router that denies by default and lists every policy | [`GuardedRouter`] |
//! | forms that are sent once, and as they were shown | [`Session::confirmation`] |
//! | pages to go back to after logging in | [`ReturnTo`] |
//! | how refusals look | [`OnRefusal`] |
//! | an error of the compiler | [`compile_errors`] |
//!
//! # The path of a request
//!
//! ```text
//! request -> credential -> authenticate -> authorise -> forgery -> check -> other extractors -> confirm -> handler -> finalise
//! ```
//!
//! Only what the policy accepts is read. Each step is a pure function over data and an injected clock; the guard alone does
//! I/O, and it is short enough to read as the security argument. The modules of this crate are named in the order in which a
//! request meets them, after what they share.
//!
//! # Promises
//!
//! * A route without a declared policy does not compile on a [`GuardedRouter`].
//! * The guard is done before the body is read.
//! * Logging out is final, also against requests that are still running; no update is lost.
//! * A store that does not answer refuses (503) and never admits.
//! * Limits count on the server. The cookie holds random bytes, and the store holds their hash.
//! * Unsafe requests with a cookie are checked for forgery.
//!
//! # Events
//!
//! Under the target `session`, through `tracing`: `session.refused`, `session.token_refused`, `session.forgery`,
//! `session.forgery_reported`, `session.store_unavailable`, `session.touch_failed`, `session.displaced`,
//! `session.clock_skew`, `session.sweep_failed`, `session.misused`, `session.unreadable`, `session.revalidation_failed`,
//! `session.rotation_failed`, `session.keys_fetched`, `session.keys_unavailable`, `session.key_values_not_kept`,
//! `session.refresh_reused`, `session.too_large`.
//!
//! No event, and no `Debug` or `Display` of an error, contains a cookie, a token, a principal, a subject or a key-value. Of
//! errors of serde and of stores, events show the class alone: see [`StoreError`]. What a client without a session can
//! cause is logged at `DEBUG`.
//!
//! # Features
//!
//! | feature | default | brings |
//! |---|---|---|
//! | `aws_lc_rs` | yes | tokens, by AWS-LC |
//! | `rust_crypto` | | tokens, by the `RustCrypto` crates instead: `default-features = false, features = ["rust_crypto"]` |
//! | `memcached` | | [`MemcachedStore`]: sessions in Memcached |
//! | `redis` | | [`RedisStore`]: sessions in Redis or Valkey |
//! | `redis-cluster` | | the same in a cluster of them |
//! | `redis-near-cache` | | records of Redis kept in the process until the server says that they changed |
//! | `sealing` | | stores outside the process: what they keep is encrypted |
//! | `sqlite` | | `SqliteStore`: sessions in a file |
//! | `postgres` | | `PostgresStore` |
//! | `mysql` | | `MySqlStore`, also for MariaDB |
//! | `sql-tls` | | TLS to the two of them, by rustls and AWS-LC |
//! | `cookie-tokens` | | sessions that live in their cookie, in no store: `cookie(token = "jwt")` |
//! | `jwks-url` | | the keys of issuers from their URLs: `KeySetUrl` |
//! | `tower-sessions` | | [`key_values`] by `tower_sessions::Session` 0.15; [`TowerStore`]: sessions in any store of tower-sessions 0.15, as well as that can be done |
//! | `tower-sessions-0-14` | | the same for tower-sessions 0.14, where its stores for SQL databases, Redis and Moka still are |
//! | `trusted-proxies` | | [`SessionsBuilder`] takes the addresses of reverse proxies that say which host was asked |
//! | `test-util` | | `ManualClock`, a clock that a test moves; `conformance`, the rules that a store owes |
//!
//! Without either of the first two there are session cookies and no tokens.

#![cfg_attr(docsrs, feature(doc_cfg))]
#![cfg_attr(not(feature = "jwt"), allow(dead_code, unused_imports, reason = "only tokens need it"))]

// What the request's path shares.
mod clock;
mod json_fault;
mod principal;
mod policy;
mod store;
#[cfg(feature = "sealing")]
mod sealing;
mod cookie;
mod sessions;
#[cfg(any(feature = "tower-sessions", feature = "tower-sessions-0-14"))]
#[cfg_attr(docsrs, doc(cfg(any(feature = "tower-sessions", feature = "tower-sessions-0-14"))))]
pub mod key_values;
#[cfg(not(any(feature = "tower-sessions", feature = "tower-sessions-0-14")))]
mod key_values;
mod session;
mod shared;

// The request's path.
mod credential;
#[cfg(feature = "jwt")]
mod token;
mod authenticate;
mod authorise;
mod forgery;
mod guard;
mod finalise;
mod refusal;

// Around it.
mod return_to;
pub mod routing;
pub mod compile_errors;
mod completion;
#[cfg(any(test, feature = "test-util"))]
#[cfg_attr(docsrs, doc(cfg(feature = "test-util")))]
pub mod conformance;

#[cfg(any(test, feature = "test-util"))]
pub use clock::ManualClock;
pub use clock::{Clock, SystemClock, TOLERATED_CLOCK_SKEW, Timestamp};
pub use cookie::SiteData;
pub use forgery::{ForgeryCheck, ForgeryCounts, OriginError, OriginErrorKind, TrustedOrigins};
pub use guard::Confirmed;
#[cfg(any(feature = "tower-sessions", feature = "tower-sessions-0-14"))]
#[cfg_attr(docsrs, doc(cfg(any(feature = "tower-sessions", feature = "tower-sessions-0-14"))))]
pub use key_values::{SessionsLayer, SessionsService};
pub use policy::Policy;
pub use principal::{
    Algorithm, EndsSessions, ForgetsCookies, ListsSessions, Principal, RememberedPrincipal, RoleSet, ScopeSet,
};
pub use refusal::{OnRefusal, Refusal, RefusalKind, RefusedRequest};
pub use return_to::{ReturnTo, ReturnToError, ReturnToErrorKind};
pub use routing::{GuardedRouter, PolicyTable};
#[cfg(feature = "sealing")]
#[cfg_attr(docsrs, doc(cfg(feature = "sealing")))]
pub use sealing::{IndexKey, SealingKey, ServerKeyError, ServerKeys};
pub use session::{
    AuthSession, Confirmation, ConfirmationToken, CredentialKind, IssuerSessions, ListedSession, LogIn,
    Reauthentication, Session,
};
pub use session_macros::{Principal, default_principal, policy, session};
pub use sessions::{
    ConfigError, ConfigErrorKind, PrincipalSource, Revalidation, SessionError, SessionErrorKind, SessionFuture,
    SessionHandle, SessionHandleError, Sessions, SessionsBuilder,
};
#[cfg(feature = "jwt")]
#[cfg_attr(docsrs, doc(cfg(feature = "jwt")))]
pub use sessions::{GrantError, GrantErrorKind, TokenPair};
#[cfg(feature = "mysql")]
#[cfg_attr(docsrs, doc(cfg(feature = "mysql")))]
pub use store::MySqlStore;
#[cfg(feature = "postgres")]
#[cfg_attr(docsrs, doc(cfg(feature = "postgres")))]
pub use store::PostgresStore;
#[cfg(feature = "sqlite")]
#[cfg_attr(docsrs, doc(cfg(feature = "sqlite")))]
pub use store::SqliteStore;
#[cfg(any(feature = "tower-sessions", feature = "tower-sessions-0-14"))]
#[cfg_attr(docsrs, doc(cfg(any(feature = "tower-sessions", feature = "tower-sessions-0-14"))))]
pub use store::TowerStore;
#[cfg(feature = "memcached")]
#[cfg_attr(docsrs, doc(cfg(feature = "memcached")))]
pub use store::{MemcachedStore, MemcachedStoreBuilder};
pub use store::{
    MemoryStore, MemoryStoreStatistics, Payload, Record, RecordParts, Removed, Replaced, Store, StoreError,
    StoreFuture, StoreKey, StorePromises, SubjectKey,
};
#[cfg(feature = "redis")]
#[cfg_attr(docsrs, doc(cfg(feature = "redis")))]
pub use store::{RedisStore, RedisStoreBuilder};
#[cfg(any(feature = "mysql", feature = "postgres", feature = "sqlite"))]
#[cfg_attr(docsrs, doc(cfg(any(feature = "mysql", feature = "postgres", feature = "sqlite"))))]
pub use store::{SqlEngine, SqlStore, SqlStoreStatistics, TableNameError};
#[cfg(feature = "jwks-url")]
#[cfg_attr(docsrs, doc(cfg(feature = "jwks-url")))]
pub use token::{FetchError, FetchFuture, FetchKeys, KeySetUrl};
#[cfg(feature = "jwt")]
#[cfg_attr(docsrs, doc(cfg(feature = "jwt")))]
pub use token::{
    IssueError, IssuedToken, KeyError, KeySet, RememberedTokens, SigningKey, TokenOptions, TokenRefusal, TrustedIssuer,
    VerifyingKey,
};

/// What the macros' expansions name. Not part of the public API.
#[doc(hidden)]
pub mod __private {
    pub mod completion {
        pub use crate::completion::*;
    }
    pub use crate::forgery::ForgeryCheck;
    pub use crate::guard::{
        Admits, Argument, Arguments, Call, Check, Checking, Checks, Enforced, EnforcedIn, Follows, Guarded, Guards,
        HandlerResponse, Handles, HasSessions, InTurn, LastArgument, NoChecks, RunChecks, ViaGuard, Visited, provides,
        run_checks, uncallable,
    };
    pub use crate::policy::{
        About, AboutBase, AboutPrincipal, Access, Declared, DefaultRealm, Demand, Limits, Of, Open, Policy, PolicySpec,
        PrincipalRealm, Realm, SamePrincipal, Stated, Subject, Via, assert, holds, no_principal,
    };
    pub use crate::principal::{
        Algorithm, BearerSpec, CarriesRoles, CarriesScopes, ClaimNames, CookieSpec, CookieToken, EndsSessions,
        ForgetsCookies, IssuerText, Kept, ListsSessions, MayHold, NoRole, Principal, PrincipalSpec, RealmName,
        RememberedPrincipal, RoleSet, SameSite, ScopeSet,
    };
    pub use axum::extract::Request;
    pub use axum::response::Response;
}
