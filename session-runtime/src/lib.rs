//! Session-guarded routes for Axum.

mod clock;
mod principal;
#[cfg(feature = "jwt")]
mod token;

#[cfg(any(test, feature = "test-util"))]
pub use clock::ManualClock;
pub use clock::{Clock, SystemClock, Timestamp};
pub use principal::{Algorithm, BearerSpec, ClaimNames, Principal, PrincipalSpec};
#[cfg(feature = "jwt")]
#[cfg_attr(docsrs, doc(cfg(feature = "jwt")))]
pub use token::{
    IssueError, KeyError, SigningKey, TokenConfigError, TokenIssuer, TokenRefusal, Verifier, VerifyingKey,
};
