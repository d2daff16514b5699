//! When it does not compile: what was written, what the compiler says, and what to write instead.
//!
//! A policy that cannot work, contradicts itself, is looser than the one it builds on, or is missing, is an error. It stands
//! at the word that is wrong, and all mistakes of an attribute are reported at once: begin with the first. To find an error
//! here, search for some of its words; the names in it are those of this page's examples.
//!
//! Where it says (warning), the program compiles. `#[allow(deprecated)]` on the handler, the policy or the principal says
//! that it is meant.
//!
#![doc = include_str!("../docs/compile-errors.md")]
//!
//! ## Features
//!
//! | id | written | error | instead |
//! |---|---|---|---|
//! | F01 | `bearer` | `bearer` needs the `jwt` feature of `session-runtime` | enable it in Cargo.toml: `aws_lc_rs` or `rust_crypto` brings it |
//! | F02 | `cookie(token = "jwt", revocable)` | `token` needs the `cookie-tokens` feature of `session-runtime` | enable it in Cargo.toml: `cookie-tokens` beside one of those two |
