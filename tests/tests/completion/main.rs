//! Operations that end what they began, whatever becomes of their request.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod giving_up;
mod leaving;
mod site;
