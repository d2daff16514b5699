//! The shop, as its visitors meet it.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "a test fails by panicking")]

mod attempts;
mod baskets;
mod browsers;
mod devices;
mod hostile;
mod live;
mod nodes;
mod process;
mod programs;
mod rejections;
mod site;
mod socket;
mod treasury;
