//! Session-guarded routes for Axum.

mod clock;
mod principal;

#[cfg(any(test, feature = "test-util"))]
pub use clock::ManualClock;
pub use clock::{Clock, SystemClock, Timestamp};
pub use principal::Principal;
