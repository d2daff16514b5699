//! The key that seals, and the keys that are derived from it.

use std::fmt;

use hkdf::Hkdf;
use sha2::Sha256;
use zeroize::Zeroizing;

#[cfg(feature = "cookie-tokens")]
use super::IndexKey;
use super::ServerKeyError;
#[cfg(feature = "cookie-tokens")]
use super::cookie::CookieKey;
use super::envelope::KEY_LENGTH;
use super::secret::Secret;

const SALT: &[u8] = b"session-runtime sealing 1";

/// The server's key for sealing: with it and the visitor's cookie, a record outside the process can be read.
///
/// At least 32 random bytes, the same on every node and after every start, kept where the store's dumps are not. Made once,
/// for example by `openssl rand -base64 32`. [`SessionsBuilder::next_sealing_key`](crate::SessionsBuilder::next_sealing_key)
/// describes how it is rotated.
///
/// ```
/// use session_runtime::SealingKey;
///
/// let key = SealingKey::from_base64("q83vEjRWeJASNFZ4kBI0VniQEjRWeJASNFZ4kBI0Vng=")?;
/// assert_eq!(format!("{key:?}"), "SealingKey(..)");
/// # Ok::<(), session_runtime::ServerKeyError>(())
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct SealingKey(Secret);

impl SealingKey {
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

    /// Derives the keys of one realm, so that nothing of one realm opens in another.
    pub(super) fn for_realm(&self, realm: &str, index_fingerprint: [u8; 8]) -> RealmKeys {
        let derived = |purpose| self.derived(purpose, realm);
        // The fingerprint's length is fixed, so that the end of the realm's name is known.
        let context = [realm.as_bytes(), &index_fingerprint].concat().into();
        RealmKeys { id: self.id(realm), context, wrapping: derived("wrapping"), listing: derived("listing") }
    }

    /// Derives the keys for the cookies of one realm.
    #[cfg(feature = "cookie-tokens")]
    pub(crate) fn for_cookies(&self, realm: &str, index: Option<&IndexKey>) -> CookieKey {
        let derived = |purpose| self.derived(purpose, realm);
        let fingerprint = index.map(IndexKey::fingerprint).unwrap_or_default();
        CookieKey {
            id: self.id(realm),
            sealing: derived("cookie"),
            signing: derived("cookie signature"),
            associated: [b"cookie".as_slice(), &fingerprint].concat().into(),
        }
    }

    /// Names key and realm, and tells nothing about the key.
    fn id(&self, realm: &str) -> [u8; 4] {
        let [first, second, third, fourth, ..] = *self.derived("key id", realm);
        [first, second, third, fourth]
    }

    fn derived(&self, purpose: &str, realm: &str) -> Zeroizing<[u8; KEY_LENGTH]> {
        self.0.derive(SALT, &[purpose.as_bytes(), &[0], realm.as_bytes()])
    }
}

impl fmt::Debug for SealingKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("SealingKey(..)")
    }
}

/// The keys that one sealing key gives one realm.
pub(super) struct RealmKeys {
    /// Names key and realm, and tells nothing about the key.
    pub(super) id: [u8; 4],
    /// The realm and the index key, bound to whatever is sealed.
    pub(super) context: Box<[u8]>,
    wrapping: Zeroizing<[u8; KEY_LENGTH]>,
    pub(super) listing: Zeroizing<[u8; KEY_LENGTH]>,
}

impl RealmKeys {
    /// Derives the key that wraps the data key of the session whose cookie holds `id`.
    pub(super) fn wrapping(&self, id: &[u8; 32]) -> Option<Zeroizing<[u8; KEY_LENGTH]>> {
        let mut key = Zeroizing::new([0; KEY_LENGTH]);
        Hkdf::<Sha256>::new(Some(self.wrapping.as_slice()), id).expand(b"data key", key.as_mut_slice()).ok()?;
        Some(key)
    }
}
