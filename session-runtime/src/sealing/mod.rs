//! Seals what a store outside the process keeps, so that a dump of it opens no session and shows no data.
//!
//! What a session holds is encrypted under a random key of its own, and that key under one derived from the cookie's bytes
//! and the server's key: it takes both, the visitor's cookie and the server, to read it. What a list of somebody's sessions
//! shows is encrypted under the server's key alone, because it is read without the cookies. Both are bound to the realm,
//! the record and the instants at which the session began and its visitor authenticated, so that none can be moved
//! (ASVS 11.3, NIST 800-63B-4 5.1).

#[cfg(feature = "cookie-tokens")]
mod cookie;
mod envelope;
mod key;

#[cfg(feature = "cookie-tokens")]
pub(crate) use self::cookie::CookieKey;
pub use self::key::{SealingKey, SealingKeyError};

use chacha20poly1305::aead::{Aead, Payload};
use chacha20poly1305::{KeyInit, XChaCha20Poly1305};
use zeroize::Zeroizing;

use self::envelope::{Envelope, KEY_LENGTH, NONCE_LENGTH};
use self::key::RealmKeys;
use crate::clock::Timestamp;
use crate::store::{Record, StoreKey};

/// The server's keys, as derived for one realm: the newest seals, each opens.
pub(crate) struct KeyRing {
    realm: &'static str,
    newest: RealmKeys,
    former: Vec<RealmKeys>,
}

/// What is bound to the sealed bytes without being in them.
pub(crate) struct Sealed {
    created_at: Timestamp,
    authenticated_at: Timestamp,
}

impl Sealed {
    pub(crate) const fn of(record: &Record) -> Self {
        Self { created_at: record.created_at, authenticated_at: record.authenticated_at }
    }

    /// The associated data of what the session holds. Lengths and order are fixed but for the realm, which comes last.
    fn with_contents(&self, realm: &str) -> Vec<u8> {
        let instants = [self.created_at, self.authenticated_at];
        instants.iter().flat_map(|instant| instant.as_millis().to_be_bytes()).chain(realm.bytes()).collect()
    }

    /// The associated data of what a list shows: its record, in the place of the cookie that is not at hand.
    fn with_listing(&self, key: StoreKey, realm: &str) -> Vec<u8> {
        let created_at = self.created_at.as_millis().to_be_bytes();
        created_at.iter().chain(key.as_bytes()).copied().chain(realm.bytes()).collect()
    }
}

impl KeyRing {
    pub(crate) fn new(realm: &'static str, newest: SealingKey, former: Vec<SealingKey>) -> Self {
        let derived = |key: SealingKey| key.for_realm(realm);
        Self { realm, newest: derived(newest), former: former.into_iter().map(derived).collect() }
    }

    /// Under which subjects are indexed, the newest first.
    pub(crate) fn index_keys(&self) -> Vec<Zeroizing<[u8; 32]>> {
        self.all().map(|keys| keys.index.clone()).collect()
    }

    /// Seals what a session holds. `None` when the system gives no random bytes.
    pub(crate) fn seal(&self, sealed: &Sealed, id: &[u8; 32], contents: &[u8]) -> Option<Vec<u8>> {
        let associated = sealed.with_contents(self.realm);
        let data_key = Zeroizing::new(random::<KEY_LENGTH>()?);
        let (wrap_nonce, nonce) = (random()?, random()?);
        let wrapped = encrypt(&*self.newest.wrapping(id)?, &wrap_nonce, &associated, &*data_key)?;
        let encrypted = encrypt(&data_key, &nonce, &associated, contents)?;
        Some(envelope::of_contents(self.newest.id, &wrap_nonce, &wrapped, &nonce, &encrypted))
    }

    /// Opens what [`seal`](Self::seal) sealed, of this realm and record, under whichever key of the ring.
    pub(crate) fn open(&self, sealed: &Sealed, id: &[u8; 32], bytes: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
        let (envelope, wrap_nonce, wrapped) = Envelope::with_wrapped_key(bytes)?;
        let associated = sealed.with_contents(self.realm);
        let wrapping = self.named(envelope.key_id)?.wrapping(id)?;
        let data_key = Zeroizing::new(decrypt(&wrapping, wrap_nonce, &associated, wrapped)?);
        decrypt(data_key.as_slice().try_into().ok()?, envelope.nonce, &associated, envelope.encrypted)
            .map(Zeroizing::new)
    }

    /// Seals what a list of sessions shows of the record under `key`.
    pub(crate) fn seal_listing(&self, sealed: &Sealed, key: StoreKey, listing: &[u8]) -> Option<Vec<u8>> {
        let nonce = random()?;
        let associated = sealed.with_listing(key, self.realm);
        let encrypted = encrypt(&self.newest.listing, &nonce, &associated, listing)?;
        Some(envelope::of_one(self.newest.id, &nonce, &encrypted))
    }

    /// Opens what [`seal_listing`](Self::seal_listing) sealed.
    pub(crate) fn open_listing(&self, sealed: &Sealed, key: StoreKey, bytes: &[u8]) -> Option<Vec<u8>> {
        let envelope = Envelope::of(bytes)?;
        let keys = self.named(envelope.key_id)?;
        decrypt(&keys.listing, envelope.nonce, &sealed.with_listing(key, self.realm), envelope.encrypted)
    }

    fn all(&self) -> impl Iterator<Item = &RealmKeys> {
        std::iter::once(&self.newest).chain(&self.former)
    }

    fn named(&self, id: [u8; 4]) -> Option<&RealmKeys> {
        self.all().find(|keys| keys.id == id)
    }
}

fn random<const LENGTH: usize>() -> Option<[u8; LENGTH]> {
    let mut bytes = [0; LENGTH];
    getrandom::fill(&mut bytes).ok()?;
    Some(bytes)
}

fn encrypt(key: &[u8; KEY_LENGTH], nonce: &[u8; NONCE_LENGTH], aad: &[u8], msg: &[u8]) -> Option<Vec<u8>> {
    XChaCha20Poly1305::new(key.into()).encrypt(nonce.into(), Payload { msg, aad }).ok()
}

fn decrypt(key: &[u8; KEY_LENGTH], nonce: &[u8; NONCE_LENGTH], aad: &[u8], msg: &[u8]) -> Option<Vec<u8>> {
    XChaCha20Poly1305::new(key.into()).decrypt(nonce.into(), Payload { msg, aad }).ok()
}

#[cfg(test)]
mod tests;
