//! Seals what a visitor keeps in a cookie, in the place of a store.

use zeroize::Zeroizing;

use super::envelope::{self, Envelope, KEY_LENGTH};
use super::{decrypt, encrypt, random};

/// What one key of the server seals and signs cookies with in one realm.
pub(crate) struct CookieKey {
    pub(super) id: [u8; 4],
    pub(super) sealing: Zeroizing<[u8; KEY_LENGTH]>,
    pub(super) signing: Zeroizing<[u8; KEY_LENGTH]>,
    /// The purpose, and the index key that finds what was ended. The keys themselves are those of the realm.
    pub(super) associated: Box<[u8]>,
}

impl CookieKey {
    /// What the token inside is signed with.
    pub(crate) fn signing(&self) -> &[u8; KEY_LENGTH] {
        &self.signing
    }

    /// `None` when the system gives no random bytes.
    pub(crate) fn seal(&self, bytes: &[u8]) -> Option<Vec<u8>> {
        let nonce = random()?;
        Some(envelope::of_one(self.id, &nonce, &encrypt(&self.sealing, &nonce, &self.associated, bytes)?))
    }

    /// Opens what [`seal`](Self::seal) sealed with this key.
    pub(crate) fn open(&self, bytes: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
        let envelope = Envelope::of(bytes).filter(|envelope| envelope.key_id == self.id)?;
        decrypt(&self.sealing, envelope.nonce, &self.associated, envelope.encrypted).map(Zeroizing::new)
    }

    /// Whether these bytes have the form of what some key sealed.
    pub(crate) fn may_have_sealed(bytes: &[u8]) -> bool {
        Envelope::of(bytes).is_some()
    }
}
