//! Errors of the server's keys.

use std::fmt;

use super::envelope::KEY_LENGTH;

/// Bytes or a text that cannot be a [`SealingKey`](super::SealingKey), an [`IndexKey`](super::IndexKey) or the secret of
/// [`ServerKeys`](super::ServerKeys).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ServerKeyError {
    /// It has this many bytes, fewer than 32.
    TooShort(usize),
    /// All its bytes are the same.
    NotRandom,
    /// The text is not base64.
    NotBase64,
}

impl fmt::Display for ServerKeyError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooShort(length) => {
                write!(formatter, "a server key needs at least {KEY_LENGTH} random bytes; this one has {length}")
            }
            Self::NotRandom => {
                formatter.write_str("a server key needs random bytes; all bytes of this one are the same")
            }
            Self::NotBase64 => {
                formatter.write_str("this server key is not base64; `openssl rand -base64 32` makes one")
            }
        }
    }
}

impl std::error::Error for ServerKeyError {}
