//! Sessions that live in their cookie, as a signed and sealed token, and in no store.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "a test fails by panicking")]

mod ending;
mod limits;
mod readers;
mod rights;
mod sealing;
