//! Keys: what signs, what verifies, and for which one algorithm.
//!
//! [`verifying`] and [`signing`] are the two kinds; [`pem`], [`jwk`] and [`der`] are how they come in, [`publish`] is how
//! public ones go out, [`fit`] what each has to be. [`set`] holds several, [`prepared`] makes using one cheap.

mod der;
mod error;
mod fit;
mod jwk;
mod pem;
mod prepared;
mod publish;
mod set;
mod signing;
mod verifying;

pub use self::error::KeyError;
#[cfg(test)]
pub(in crate::token) use self::prepared::checked;
pub(crate) use self::publish::published;
pub use self::set::KeySet;
pub use self::signing::SigningKey;
pub use self::verifying::VerifyingKey;
