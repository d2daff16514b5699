//! The server's key, and the keys that are derived from it.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD};
use hkdf::Hkdf;
use sha2::Sha256;
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

#[cfg(feature = "cookie-tokens")]
use super::cookie::CookieKey;
use super::envelope::KEY_LENGTH;

/// The server's key: with it, and the visitor's cookie, what a store outside the process keeps of a session can be read.
///
/// At least 32 random bytes, the same on every node and after every start, kept where the store's dumps are not. Made once,
/// for example by `openssl rand -base64 32`.
///
/// ```
/// use session_runtime::SealingKey;
///
/// let key = SealingKey::from_base64("q83vEjRWeJASNFZ4kBI0VniQEjRWeJASNFZ4kBI0Vng=")?;
/// assert_eq!(format!("{key:?}"), "SealingKey(..)");
/// # Ok::<(), session_runtime::SealingKeyError>(())
/// ```
#[derive(Clone)]
pub struct SealingKey(Zeroizing<Vec<u8>>);

impl SealingKey {
    /// The key of these random bytes, at least 32.
    ///
    /// # Errors
    ///
    /// When there are fewer, or all of them are the same.
    pub fn new(bytes: impl AsRef<[u8]>) -> Result<Self, SealingKeyError> {
        let bytes = bytes.as_ref();
        if bytes.len() < KEY_LENGTH {
            return Err(SealingKeyError::TooShort(bytes.len()));
        }
        if bytes.windows(2).all(|pair| matches!(pair, [one, other] if one == other)) {
            return Err(SealingKeyError::NotRandom);
        }
        Ok(Self(Zeroizing::new(bytes.to_vec())))
    }

    /// The key of these bytes in base64, of either alphabet, with padding or without: as an environment variable holds it.
    ///
    /// # Errors
    ///
    /// As for [`new`](Self::new), and when the text is no base64.
    pub fn from_base64(text: &str) -> Result<Self, SealingKeyError> {
        let text = text.trim();
        let decoded =
            [STANDARD, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD].into_iter().find_map(|e| e.decode(text).ok());
        Self::new(Zeroizing::new(decoded.ok_or(SealingKeyError::NotBase64)?))
    }

    /// The keys for one realm, so that nothing of one opens in another.
    pub(super) fn for_realm(&self, realm: &str) -> RealmKeys {
        let id = self.id(realm);
        let derived = |purpose| self.derived(purpose, realm);
        RealmKeys { id, wrapping: derived("wrapping"), listing: derived("listing"), index: derived("index") }
    }

    /// The key for the cookies of one realm.
    #[cfg(feature = "cookie-tokens")]
    pub(crate) fn for_cookies(&self, realm: &str) -> CookieKey {
        let derived = |purpose| self.derived(purpose, realm);
        CookieKey { id: self.id(realm), sealing: derived("cookie"), signing: derived("cookie signature") }
    }

    /// Tells which key it was, and says nothing about it.
    fn id(&self, realm: &str) -> [u8; 4] {
        let [first, second, third, fourth, ..] = *self.derived("key id", realm);
        [first, second, third, fourth]
    }

    fn derived(&self, purpose: &str, realm: &str) -> Zeroizing<[u8; KEY_LENGTH]> {
        let mut key = Zeroizing::new([0; KEY_LENGTH]);
        let derivation = Hkdf::<Sha256>::new(Some(b"session-runtime sealing 1"), &self.0);
        // 32 bytes are far less than an expansion can give; nothing else can fail.
        let _ = derivation.expand_multi_info(&[purpose.as_bytes(), &[0], realm.as_bytes()], key.as_mut_slice());
        key
    }
}

impl PartialEq for SealingKey {
    fn eq(&self, other: &Self) -> bool {
        self.0.ct_eq(&other.0).into()
    }
}

impl Eq for SealingKey {}

impl fmt::Debug for SealingKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("SealingKey(..)")
    }
}

/// What cannot be a [`SealingKey`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SealingKeyError {
    /// It has this many bytes, fewer than 32.
    TooShort(usize),
    /// All its bytes are the same.
    NotRandom,
    /// The text is no base64.
    NotBase64,
}

impl fmt::Display for SealingKeyError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooShort(length) => {
                write!(formatter, "a sealing key has at least {KEY_LENGTH} random bytes, and this one has {length}")
            }
            Self::NotRandom => {
                formatter.write_str("a sealing key has random bytes, and those of this one are all the same")
            }
            Self::NotBase64 => formatter.write_str("this sealing key is no base64"),
        }
    }
}

impl std::error::Error for SealingKeyError {}

/// What one key of the server seals, lists and indexes with in one realm.
pub(super) struct RealmKeys {
    /// Tells which key sealed something. Says nothing about the key.
    pub(super) id: [u8; 4],
    wrapping: Zeroizing<[u8; KEY_LENGTH]>,
    pub(super) listing: Zeroizing<[u8; KEY_LENGTH]>,
    pub(super) index: Zeroizing<[u8; KEY_LENGTH]>,
}

impl RealmKeys {
    /// What wraps the data key of the session whose cookie holds `id`.
    pub(super) fn wrapping(&self, id: &[u8; 32]) -> Option<Zeroizing<[u8; KEY_LENGTH]>> {
        let mut key = Zeroizing::new([0; KEY_LENGTH]);
        Hkdf::<Sha256>::new(Some(self.wrapping.as_slice()), id).expand(b"data key", key.as_mut_slice()).ok()?;
        Some(key)
    }
}
