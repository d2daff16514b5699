//! Session-guarded routes for Axum.

mod clock;
mod policy;
mod credential;
mod forgery;
mod principal;
mod refusal;
mod return_to;

#[cfg(any(test, feature = "test-util"))]
pub use clock::ManualClock;
pub use clock::{Clock, SystemClock, Timestamp};
pub use policy::Policy;
pub use principal::Principal;
pub use principal::{RoleSet, ScopeSet};

/// What the macros' expansions name. Not part of the public API.
#[doc(hidden)]
pub mod __private {
    pub use crate::policy::{Access, Demand, ForgeryCheck, Of, Open, Policy, PolicySpec, Realm, assert};
    pub use crate::principal::{
        Algorithm, BearerSpec, CarriesRoles, CarriesScopes, ClaimNames, CookieSpec, NoRole, Principal, PrincipalSpec,
        RoleSet, SameSite, ScopeSet,
    };
    pub use axum::response::Response;
}
pub use forgery::{ForgeryCheck, OriginError, OriginErrorKind, TrustedOrigins};
pub use principal::Principal;
pub use refusal::{OnRefusal, Refusal, RefusalKind, RefusedRequest};
pub use return_to::{ReturnTo, ReturnToError, ReturnToErrorKind};
