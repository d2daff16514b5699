//! Seals what a store outside the process keeps, so that a dump of it opens no session and shows no data.
//!
//! What a session holds is encrypted under a random key of its own, and that key under one derived from the cookie's bytes
//! and the server's key: it takes both, the visitor's cookie and the server, to read it. What a list of somebody's sessions
//! shows is encrypted under the server's key alone, because it is read without the cookies. Revocation rows are encrypted
//! under the server's key alone, too. (ASVS 11.3, NIST 800-63B-4 5.1)
//!
//! Sealed bytes open only in their place:
//!
//! | bytes | bound to |
//! |---|---|
//! | contents | realm, `created_at`, `authenticated_at`, subject key, and the cookie's bytes through the key |
//! | listing | realm, `created_at`, key of the record |
//! | revocation row | realm, key of the row, which is a hash of realm, kind of list, subject, issuer and period |
//!
//! # What this does not prevent
//!
//! Someone who can write to the store can remove a record, or put back an earlier state of it: an older version of a session,
//! a session or a revocation row that was removed or changed since. So they can undo a revocation or a log-out of a
//! credential that they know. Writing to the store must be reserved for the application.

#[cfg(feature = "cookie-tokens")]
mod cookie;
mod envelope;
mod index_key;
mod key;
mod secret;
mod server_key_error;
mod server_keys;

#[cfg(feature = "cookie-tokens")]
pub(crate) use self::cookie::CookieKey;
pub use self::index_key::IndexKey;
pub use self::key::SealingKey;
pub use self::server_key_error::ServerKeyError;
pub use self::server_keys::ServerKeys;

use chacha20poly1305::aead::{Aead, Payload};
use chacha20poly1305::{KeyInit, XChaCha20Poly1305};
use zeroize::Zeroizing;

use self::envelope::{Envelope, KEY_LENGTH, NONCE_LENGTH};
use self::key::RealmKeys;
use crate::clock::Timestamp;
use crate::store::{Record, StoreKey, SubjectKey};

/// The server's keys, as derived for a realm and its former names: one seals, each opens.
pub(crate) struct KeyRing {
    sealing: RealmKeys,
    opening: Vec<RealmKeys>,
}

/// What is bound to the sealed bytes without being in them.
pub(crate) struct Sealed {
    created_at: Timestamp,
    authenticated_at: Timestamp,
    subject: Option<SubjectKey>,
}

impl Sealed {
    pub(crate) const fn of(record: &Record) -> Self {
        Self { created_at: record.created_at, authenticated_at: record.authenticated_at, subject: record.subject }
    }

    /// The associated data of what the session holds. Only the last part, the context, has no fixed length.
    ///
    /// With the subject key: a record whose subject was overwritten is unreadable, and not merely missing from the list.
    fn with_contents(&self, context: &[u8]) -> Vec<u8> {
        let [created_at, authenticated_at] =
            [self.created_at, self.authenticated_at].map(|i| i.as_millis().to_be_bytes());
        let subject = self.subject.as_ref().map(SubjectKey::as_bytes);
        let (has_subject, subject) = (u8::from(subject.is_some()), subject.unwrap_or(&[0; 32]));
        [&created_at, &authenticated_at, [has_subject].as_slice(), subject, context].concat()
    }

    /// The associated data of what a list shows: its record, in the place of the cookie that is not at hand.
    fn with_listing(&self, key: StoreKey, context: &[u8]) -> Vec<u8> {
        let created_at = self.created_at.as_millis().to_be_bytes();
        created_at.iter().chain(key.as_bytes()).chain(context).copied().collect()
    }
}

impl KeyRing {
    /// Derives a ring. `sealing` seals in the first realm; every key opens in every realm.
    pub(crate) fn new(realms: &[&str], index: &IndexKey, sealing: &SealingKey, opening: &[SealingKey]) -> Option<Self> {
        let fingerprint = index.fingerprint();
        let mut keys = std::iter::once(sealing)
            .chain(opening)
            .flat_map(|key| realms.iter().map(move |realm| key.for_realm(realm, fingerprint)));
        Some(Self { sealing: keys.next()?, opening: keys.collect() })
    }

    /// Seals what a session holds. `None` when the system gives no random bytes.
    pub(crate) fn seal(&self, sealed: &Sealed, id: &[u8; 32], contents: &[u8]) -> Option<Vec<u8>> {
        let associated = sealed.with_contents(&self.sealing.context);
        let data_key = Zeroizing::new(random::<KEY_LENGTH>()?);
        let (wrap_nonce, nonce) = (random()?, random()?);
        let wrapped = encrypt(&*self.sealing.wrapping(id)?, &wrap_nonce, &associated, &*data_key)?;
        let encrypted = encrypt(&data_key, &nonce, &associated, contents)?;
        Some(envelope::of_contents(self.sealing.id, &wrap_nonce, &wrapped, &nonce, &encrypted))
    }

    /// Opens what [`seal`](Self::seal) sealed, of this realm and record, under whichever key of the ring.
    pub(crate) fn open(&self, sealed: &Sealed, id: &[u8; 32], bytes: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
        let (envelope, wrap_nonce, wrapped) = Envelope::with_wrapped_key(bytes)?;
        let keys = self.named(envelope.key_id)?;
        let associated = sealed.with_contents(&keys.context);
        let wrapping = keys.wrapping(id)?;
        let data_key = Zeroizing::new(decrypt(&wrapping, wrap_nonce, &associated, wrapped)?);
        decrypt(data_key.as_slice().try_into().ok()?, envelope.nonce, &associated, envelope.encrypted)
            .map(Zeroizing::new)
    }

    /// Seals what a list of sessions shows of the record under `key`.
    pub(crate) fn seal_listing(&self, sealed: &Sealed, key: StoreKey, listing: &[u8]) -> Option<Vec<u8>> {
        let nonce = random()?;
        let associated = sealed.with_listing(key, &self.sealing.context);
        let encrypted = encrypt(&self.sealing.listing, &nonce, &associated, listing)?;
        Some(envelope::of_one(self.sealing.id, &nonce, &encrypted))
    }

    /// Opens what [`seal_listing`](Self::seal_listing) sealed.
    pub(crate) fn open_listing(&self, sealed: &Sealed, key: StoreKey, bytes: &[u8]) -> Option<Vec<u8>> {
        let envelope = Envelope::of(bytes)?;
        let keys = self.named(envelope.key_id)?;
        decrypt(&keys.listing, envelope.nonce, &sealed.with_listing(key, &keys.context), envelope.encrypted)
    }

    /// Seals a revocation row, which is kept under `key`.
    #[cfg(feature = "jwt")]
    pub(crate) fn seal_row(&self, key: StoreKey, row: &[u8]) -> Option<Vec<u8>> {
        let nonce = random()?;
        let encrypted = encrypt(&self.sealing.listing, &nonce, &row_data(key, &self.sealing.context), row)?;
        Some(envelope::of_one(self.sealing.id, &nonce, &encrypted))
    }

    /// Opens what [`seal_row`](Self::seal_row) sealed.
    #[cfg(feature = "jwt")]
    pub(crate) fn open_row(&self, key: StoreKey, bytes: &[u8]) -> Option<Vec<u8>> {
        let envelope = Envelope::of(bytes)?;
        let keys = self.named(envelope.key_id)?;
        decrypt(&keys.listing, envelope.nonce, &row_data(key, &keys.context), envelope.encrypted)
    }

    fn all(&self) -> impl Iterator<Item = &RealmKeys> {
        std::iter::once(&self.sealing).chain(&self.opening)
    }

    fn named(&self, id: [u8; 4]) -> Option<&RealmKeys> {
        self.all().find(|keys| keys.id == id)
    }
}

/// The associated data of a revocation row. Its length differs from that of a listing, which has the same key.
#[cfg(feature = "jwt")]
fn row_data(key: StoreKey, context: &[u8]) -> Vec<u8> {
    [b"revocations".as_slice(), key.as_bytes(), context].concat()
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
