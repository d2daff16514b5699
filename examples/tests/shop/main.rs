//! The shop, as its visitors meet it.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod browsers;
mod process;
mod programs;
mod site;
