//! Both keys of a server from one secret.

use std::fmt;

use super::secret::Secret;
use super::{IndexKey, SealingKey, ServerKeyError};

const SALT: &[u8] = b"session-runtime server keys 1";

/// A [`SealingKey`] and an [`IndexKey`] derived from one secret, for applications that never rotate keys.
///
/// The index key cannot change without ending every session, so an application that wants to rotate its sealing key needs
/// two secrets.
///
/// ```
/// use session_runtime::ServerKeys;
///
/// let keys = ServerKeys::from_base64("q83vEjRWeJASNFZ4kBI0VniQEjRWeJASNFZ4kBI0Vng=")?;
/// assert_eq!(format!("{keys:?}"), "ServerKeys(..)");
/// # Ok::<(), session_runtime::ServerKeyError>(())
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct ServerKeys {
    sealing: SealingKey,
    index: IndexKey,
}

impl ServerKeys {
    /// Derives both keys from at least 32 random bytes.
    ///
    /// # Errors
    ///
    /// [`ServerKeyError::TooShort`] below 32 bytes, [`ServerKeyError::NotRandom`] if all are the same.
    pub fn from_secret(bytes: impl AsRef<[u8]>) -> Result<Self, ServerKeyError> {
        Self::derive(&Secret::new(bytes.as_ref())?)
    }

    /// Derives both keys from these bytes in base64, of either alphabet, with padding or without.
    ///
    /// # Errors
    ///
    /// As [`from_secret`](Self::from_secret), and [`ServerKeyError::NotBase64`].
    pub fn from_base64(text: &str) -> Result<Self, ServerKeyError> {
        Self::derive(&Secret::from_base64(text)?)
    }

    /// The key that seals records.
    pub fn sealing_key(&self) -> SealingKey {
        self.sealing.clone()
    }

    /// The key that finds rows.
    pub fn index_key(&self) -> IndexKey {
        self.index.clone()
    }

    fn derive(secret: &Secret) -> Result<Self, ServerKeyError> {
        Ok(Self {
            sealing: SealingKey::new(*secret.derive(SALT, &[b"sealing"]))?,
            index: IndexKey::new(*secret.derive(SALT, &[b"index"]))?,
        })
    }
}

impl fmt::Debug for ServerKeys {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("ServerKeys(..)")
    }
}
