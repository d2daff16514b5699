//! Programs that show session-guarded routes.
//!
//! * `quickstart`: log in, see a guarded page, log out, in one file.
//! * `shop`: a small web shop with customers, staff and a treasury, for browsers and for clients with tokens. Its routes
//!   are in [`shop`], so that tests drive them without a socket.

pub mod shop;

/// The README, whose listings are compiled as documentation tests.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
pub struct Readme;
