//! JSON Web Tokens: one strict way to verify them (RFC 7519, RFC 8725), one way to issue them (RFC 9068).
//!
//! In the order in which a token meets them: [`compact`] takes it apart, [`header`] says how it claims to be signed, [`issuer`]
//! whose tokens are accepted, [`keys`] check the signature by the [`provider`]'s cryptography, [`fields`] reads the payload once
//! into [`claims`] and the principal, [`admit`] judges the claims, [`remembered`] makes that cost once. [`verify`] is that order, [`issue`] the way back.

mod admit;
mod base64url;
mod buffers;
mod claims;
mod compact;
mod error;
mod fields;
mod header;
mod issue;
mod issuer;
mod keys;
mod known_headers;
mod opening;
mod peek;
mod provider;
mod remembered;
mod scope;
mod text;
mod verify;

#[cfg(test)]
mod tests;

pub(crate) use self::admit::Verified;
pub(crate) use self::error::TokenConfigError;
pub use self::error::{IssueError, TokenRefusal};
pub use self::issue::{IssuedToken, TokenOptions};
pub(crate) use self::issue::{KeptOptions, TokenIssuer, authentication};
pub(crate) use self::keys::published;

pub use self::issuer::TrustedIssuer;
#[cfg(feature = "jwks-url")]
pub use self::issuer::{FetchError, FetchFuture, FetchKeys, KeySetUrl};
pub use self::keys::{KeyError, KeySet, SigningKey, VerifyingKey};
pub(crate) use self::provider::is_symmetric;
pub(crate) use self::remembered::Remembered;
pub use self::remembered::RememberedTokens;
pub(crate) use self::verify::{Standing, Verifier};
