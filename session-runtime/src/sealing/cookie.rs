//! Seals what a visitor keeps in a cookie, in the place of a store.

use zeroize::Zeroizing;

use super::envelope::{self, Envelope, KEY_LENGTH};
use super::{SealingKey, decrypt, encrypt, random};

/// The server's keys for the cookies of one realm: the newest seals, each opens.
pub(crate) struct CookieRing(Vec<CookieKeys>);

/// What one key of the server seals and signs cookies with in one realm.
pub(super) struct CookieKeys {
    pub(super) id: [u8; 4],
    pub(super) sealing: Zeroizing<[u8; KEY_LENGTH]>,
    pub(super) signing: Zeroizing<[u8; KEY_LENGTH]>,
}

/// A cookie is sealed for its purpose; the keys are those of its realm.
const ASSOCIATED: &[u8] = b"cookie";

impl CookieRing {
    pub(crate) fn new(realm: &str, newest: &SealingKey, former: &[SealingKey]) -> Self {
        Self(std::iter::once(newest).chain(former).map(|key| key.for_cookies(realm)).collect())
    }

    /// What tokens are signed with, by the ids of the keys, the newest first.
    pub(crate) fn signing_keys(&self) -> impl Iterator<Item = (String, &[u8; KEY_LENGTH])> {
        self.0.iter().map(|keys| (format!("{:08x}", u32::from_be_bytes(keys.id)), &*keys.signing))
    }

    /// `None` when the system gives no random bytes.
    pub(crate) fn seal(&self, bytes: &[u8]) -> Option<Vec<u8>> {
        let newest = self.0.first()?;
        let nonce = random()?;
        Some(envelope::of_one(newest.id, &nonce, &encrypt(&newest.sealing, &nonce, ASSOCIATED, bytes)?))
    }

    /// Whether these bytes have the form of what a server's key sealed.
    pub(crate) fn may_have_sealed(bytes: &[u8]) -> bool {
        Envelope::of(bytes).is_some()
    }

    /// Opens what [`seal`](Self::seal) sealed, under whichever key of the ring.
    pub(crate) fn open(&self, bytes: &[u8]) -> Option<Vec<u8>> {
        let envelope = Envelope::of(bytes)?;
        let keys = self.0.iter().find(|keys| keys.id == envelope.key_id)?;
        decrypt(&keys.sealing, envelope.nonce, ASSOCIATED, envelope.encrypted)
    }
}
