//! The shop in a real browser: Chromium, without a window.
//!
//! Nothing waits for anything to expire: the shop's clock is moved. The main pages are kept as pictures in `tests/screenshots`, for
//! a person to look at.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "a test fails by panicking")]

mod accessible;
mod chromium;
mod foreign;
mod journey;
mod same_site;
mod sockets;
mod store;
mod tabs;
mod town;
