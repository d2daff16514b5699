//! What rust-analyzer takes for `std` in the editor tests.

pub use core::*;
