//! The key under which rows are found.

use std::fmt;

use zeroize::Zeroizing;

use super::ServerKeyError;
use super::envelope::KEY_LENGTH;
use super::secret::Secret;

const SALT: &[u8] = b"session-runtime index 1";

/// The server's key for finding rows: the sessions, token families and revocations of a subject.
///
/// At least 32 random bytes, the same on every node and after every start, different from the
/// [`SealingKey`](super::SealingKey). Unlike that key it does not rotate. With another index key, no subject's rows are
/// found any more, so changing it ends every session. Access tokens are not sealed: replace their signing keys at the same
/// time, because their revocations are not found either.
///
/// ```
/// use session_runtime::IndexKey;
///
/// let key = IndexKey::from_base64("vN4SNFZ4kBI0VniQEjRWeJASNFZ4q83vEjRWeJASNFY=")?;
/// assert_eq!(format!("{key:?}"), "IndexKey(..)");
/// # Ok::<(), session_runtime::ServerKeyError>(())
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct IndexKey(Secret);

impl IndexKey {
    /// Takes at least 32 random bytes.
    ///
    /// # Errors
    ///
    /// [`ServerKeyError::TooShort`] below 32 bytes, [`ServerKeyError::NotRandom`] if all are the same.
    pub fn new(bytes: impl AsRef<[u8]>) -> Result<Self, ServerKeyError> {
        Secret::new(bytes.as_ref()).map(Self)
    }

    /// Takes these bytes in base64, of either alphabet, with padding or without.
    ///
    /// # Errors
    ///
    /// As [`new`](Self::new), and [`ServerKeyError::NotBase64`].
    pub fn from_base64(text: &str) -> Result<Self, ServerKeyError> {
        Secret::from_base64(text).map(Self)
    }

    /// The key of the HMAC that makes subject keys.
    pub(crate) fn subjects(&self) -> Zeroizing<[u8; KEY_LENGTH]> {
        self.0.derive(SALT, &[b"subjects"])
    }

    /// Names this key in the associated data of sealed records, so that they open under this index key only.
    pub(crate) fn fingerprint(&self) -> [u8; 8] {
        let [first, second, third, fourth, fifth, sixth, seventh, eighth, ..] = *self.0.derive(SALT, &[b"fingerprint"]);
        [first, second, third, fourth, fifth, sixth, seventh, eighth]
    }
}

impl fmt::Debug for IndexKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("IndexKey(..)")
    }
}
