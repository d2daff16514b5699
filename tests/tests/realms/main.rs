//! One principal type is one realm: nothing that was issued in one realm is accepted in another.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "a test fails by panicking")]

mod configuration;
mod former;
mod matrix;
mod principals;
