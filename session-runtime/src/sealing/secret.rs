//! Random bytes of the server, from which keys are derived.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD};
use hkdf::Hkdf;
use sha2::Sha256;
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use super::ServerKeyError;
use super::envelope::KEY_LENGTH;

/// At least 32 random bytes. Compared in constant time and wiped when dropped.
#[derive(Clone)]
pub(super) struct Secret(Zeroizing<Vec<u8>>);

impl Secret {
    pub(super) fn new(bytes: &[u8]) -> Result<Self, ServerKeyError> {
        if bytes.len() < KEY_LENGTH {
            return Err(ServerKeyError::TooShort(bytes.len()));
        }
        if bytes.windows(2).all(|pair| matches!(pair, [one, other] if one == other)) {
            return Err(ServerKeyError::NotRandom);
        }
        Ok(Self(Zeroizing::new(bytes.to_vec())))
    }

    /// Reads either alphabet of base64, with padding or without: as an environment variable holds it.
    pub(super) fn from_base64(text: &str) -> Result<Self, ServerKeyError> {
        let text = text.trim();
        let decoded =
            [STANDARD, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD].into_iter().find_map(|e| e.decode(text).ok());
        Self::new(&Zeroizing::new(decoded.ok_or(ServerKeyError::NotBase64)?))
    }

    /// Derives a key by HKDF (RFC 5869). `salt` names the use, `info` what it is for in there.
    pub(super) fn derive(&self, salt: &[u8], info: &[&[u8]]) -> Zeroizing<[u8; KEY_LENGTH]> {
        let mut key = Zeroizing::new([0; KEY_LENGTH]);
        // 32 bytes are far less than an expansion can give; nothing else can fail.
        let _ = Hkdf::<Sha256>::new(Some(salt), &self.0).expand_multi_info(info, key.as_mut_slice());
        key
    }
}

impl PartialEq for Secret {
    fn eq(&self, other: &Self) -> bool {
        self.0.ct_eq(&other.0).into()
    }
}

impl Eq for Secret {}
