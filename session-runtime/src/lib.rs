//! Session-guarded routes for Axum.

mod clock;
mod principal;
mod policy;
mod store;
mod credential;
#[cfg(feature = "jwt")]
mod token;
mod authenticate;
mod authorise;
mod forgery;
mod refusal;
mod return_to;
mod cookie;
mod session;
mod sessions;
mod finalise;
mod guard;
pub mod routing;

#[cfg(any(test, feature = "test-util"))]
pub use clock::ManualClock;
pub use clock::{Clock, SystemClock, Timestamp};
pub use forgery::{ForgeryCheck, OriginError, OriginErrorKind, TrustedOrigins};
pub use policy::Policy;
pub use principal::{Algorithm, Principal, RoleSet, ScopeSet};
pub use refusal::{OnRefusal, Refusal, RefusalKind, RefusedRequest};
pub use return_to::{ReturnTo, ReturnToError, ReturnToErrorKind};
pub use routing::{GuardedRouter, PolicyTable};
pub use session::{AuthSession, CredentialKind, Session, SessionError, SessionErrorKind};
pub use session_macros::{Principal, default_principal, policy, session};
pub use sessions::{ConfigError, ConfigErrorKind, Sessions, SessionsBuilder};
pub use store::{
    MemoryStore, MemoryStoreStatistics, Payload, Record, Replaced, Store, StoreError, StoreFuture, StoreKey, SubjectKey,
};
#[cfg(feature = "jwt")]
#[cfg_attr(docsrs, doc(cfg(feature = "jwt")))]
pub use token::{IssueError, KeyError, SigningKey, TokenRefusal, VerifyingKey};

/// What the macros' expansions name. Not part of the public API.
#[doc(hidden)]
pub mod __private {
    pub use crate::forgery::ForgeryCheck;
    pub use crate::guard::{Admits, Call, Checks, Guarded, HandlerResponse, HasSessions, Visited, run_check};
    pub use crate::policy::{
        Access, Declared, DefaultRealm, Demand, Of, Open, Policy, PolicySpec, PrincipalRealm, Realm, SamePrincipal,
        assert, no_principal,
    };
    pub use crate::principal::{
        Algorithm, BearerSpec, CarriesRoles, CarriesScopes, ClaimNames, CookieSpec, NoRole, Principal, PrincipalSpec,
        RoleSet, SameSite, ScopeSet,
    };
    pub use axum::response::Response;
}
