//! Ending everything of a subject, on nodes whose clocks disagree: it reaches what was issued before, and nothing after.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod cookies;
mod foreign;
mod nodes;
mod tokens;
