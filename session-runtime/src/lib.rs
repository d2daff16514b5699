//! Session-guarded routes for Axum.

mod clock;
mod credential;
mod forgery;
mod principal;
mod refusal;
mod return_to;

#[cfg(any(test, feature = "test-util"))]
pub use clock::ManualClock;
pub use clock::{Clock, SystemClock, Timestamp};
pub use forgery::{ForgeryCheck, OriginError, OriginErrorKind, TrustedOrigins};
pub use principal::Principal;
pub use refusal::{OnRefusal, Refusal, RefusalKind, RefusedRequest};
pub use return_to::{ReturnTo, ReturnToError, ReturnToErrorKind};
