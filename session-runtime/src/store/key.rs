//! Under what a store keeps sessions: hashes, so that a dump of it opens none.

use std::fmt;

use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};

/// The key of a session's record: the SHA-256 of its realm and its cookie's bytes.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StoreKey([u8; 32]);

impl StoreKey {
    /// The key of the session whose cookie holds `id`. The zero byte ends the realm's name, which cannot contain one, so
    /// that no two realms share a key.
    pub(crate) fn of(realm: &str, id: &[u8]) -> Self {
        let mut hash = Sha256::new();
        hash.update(realm);
        hash.update([0]);
        hash.update(id);
        Self(hash.finalize().into())
    }

    /// The key that [`as_bytes`](Self::as_bytes) told.
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The hash.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

/// Whose record it is: an HMAC-SHA-256 of realm and subject under a key that the store does not hold.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SubjectKey([u8; 32]);

impl SubjectKey {
    pub(crate) fn of(index_key: &[u8; 32], realm: &str, subject: &str) -> Option<Self> {
        let mut mac = Hmac::<Sha256>::new_from_slice(index_key).ok()?;
        for part in [realm, subject] {
            // Lengths keep the parts apart: a subject may hold any byte.
            mac.update(&part.len().to_be_bytes());
            mac.update(part.as_bytes());
        }
        Some(Self(mac.finalize().into_bytes().into()))
    }

    /// The key that [`as_bytes`](Self::as_bytes) told.
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The authentication code.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

macro_rules! shown_by_its_start {
    ($($type:ty)*) => {$(
        /// The first four bytes in hexadecimal, for logs.
        impl fmt::Debug for $type {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                let [first, second, third, fourth, ..] = self.0;
                write!(formatter, "{first:02x}{second:02x}{third:02x}{fourth:02x}..")
            }
        }
    )*};
}

shown_by_its_start!(StoreKey SubjectKey);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn realms_are_kept_apart() {
        let id = [7; 32];
        assert_ne!(StoreKey::of("__Host-id", &id), StoreKey::of("__Host-admin", &id));
        assert_eq!(StoreKey::of("__Host-id", &id), StoreKey::of("__Host-id", &id));
    }

    #[test]
    fn parts_of_a_subject_do_not_run_together() {
        let key = [1; 32];
        assert_ne!(SubjectKey::of(&key, "a", "bc"), SubjectKey::of(&key, "ab", "c"));
        assert_ne!(SubjectKey::of(&key, "a", "b"), SubjectKey::of(&[2; 32], "a", "b"));
    }
}
