//! The public name of a session, which does not open it.

use std::fmt;
use std::str::FromStr;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use super::{SessionError, SessionErrorKind};

/// Names a session in a list without opening it. Travels in forms and URLs as 22 characters of base64url.
///
/// A session keeps its handle until it ends, whatever becomes of its id. A log-in begins another session.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct SessionHandle([u8; LENGTH]);

const LENGTH: usize = 16;

impl SessionHandle {
    /// The handle of a session that begins.
    pub(crate) fn generate() -> Result<Self, SessionError> {
        let mut bytes = [0; LENGTH];
        getrandom::fill(&mut bytes).map_err(|_| SessionErrorKind::Unavailable)?;
        Ok(Self(bytes))
    }
}

impl fmt::Display for SessionHandle {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&URL_SAFE_NO_PAD.encode(self.0))
    }
}

impl fmt::Debug for SessionHandle {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "SessionHandle({self})")
    }
}

/// The text is no [`SessionHandle`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct SessionHandleError;

impl fmt::Display for SessionHandleError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("this names no session")
    }
}

impl std::error::Error for SessionHandleError {}

impl FromStr for SessionHandle {
    type Err = SessionHandleError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| SessionHandleError)?;
        bytes.try_into().map(Self).map_err(|_| SessionHandleError)
    }
}

impl Serialize for SessionHandle {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for SessionHandle {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_handle_has_one_spelling() {
        let handle = SessionHandle::generate().unwrap();
        assert_eq!(handle.to_string().parse(), Ok(handle));
        assert_eq!(handle.to_string().len(), 22);
        for text in ["", "AAAA", &format!("{handle}="), &"A".repeat(23), "é"] {
            assert_eq!(text.parse::<SessionHandle>(), Err(SessionHandleError), "{text}");
        }
    }
}
