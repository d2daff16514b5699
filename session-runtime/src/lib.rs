//! Session-guarded routes for Axum.

mod clock;
mod policy;
mod principal;

#[cfg(any(test, feature = "test-util"))]
pub use clock::ManualClock;
pub use clock::{Clock, SystemClock, Timestamp};
pub use policy::Policy;
pub use principal::Principal;
pub use principal::{RoleSet, ScopeSet};
pub use session_macros::{Principal, default_principal, policy, session};

/// What the macros' expansions name. Not part of the public API.
#[doc(hidden)]
pub mod __private {
    pub use crate::policy::{
        Access, Declared, DefaultRealm, Demand, ForgeryCheck, Of, Open, Policy, PolicySpec, PrincipalRealm, Realm,
        assert, no_principal,
    };
    pub use crate::principal::{
        Algorithm, BearerSpec, CarriesRoles, CarriesScopes, ClaimNames, CookieSpec, NoRole, Principal, PrincipalSpec,
        RoleSet, SameSite, ScopeSet,
    };
    pub use axum::response::Response;
}
