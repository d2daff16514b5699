//! Verifiers made ready once for each thread and key.
//!
//! The provider's verifiers are neither `Send` nor `Sync`, so no key that threads share can hold one; making one anew for
//! each token costs a quarter of an HMAC. So each thread keeps those it has used.

use std::cell::RefCell;
use std::sync::{Arc, Weak};

use jsonwebtoken::DecodingKey;
use jsonwebtoken::crypto::JwtVerifier;

use crate::principal::Algorithm;
use crate::token::provider::{backend, provider};

/// More keys than this are in use at once in no rotation; those beyond are made anew each time.
const MAX_PREPARED: usize = 16;

thread_local! {
    static PREPARED: RefCell<Vec<Prepared>> = const { RefCell::new(Vec::new()) };
}

struct Prepared {
    /// Which key this is of. Its address names it: a `Weak` keeps the address from being given to another key.
    key: Weak<DecodingKey>,
    algorithm: Algorithm,
    verifier: Box<dyn JwtVerifier>,
}

#[cfg(test)]
thread_local! {
    static CHECKED: std::cell::Cell<usize> = const { std::cell::Cell::new(0) };
}

/// How many signatures this thread has checked: what makes a token dear.
#[cfg(test)]
pub(in crate::token) fn checked() -> usize {
    CHECKED.get()
}

/// Whether `signature` is of `message`, by `key`.
pub(super) fn verifies(algorithm: Algorithm, key: &Arc<DecodingKey>, message: &[u8], signature: &Vec<u8>) -> bool {
    #[cfg(test)]
    CHECKED.set(CHECKED.get() + 1);
    let by_prepared = |prepared: &RefCell<Vec<Prepared>>| {
        let mut prepared = prepared.try_borrow_mut().ok()?;
        let is_same = |entry: &&Prepared| entry.key.as_ptr() == Arc::as_ptr(key) && entry.algorithm == algorithm;
        if let Some(entry) = prepared.iter().find(is_same) {
            return Some(entry.verifier.verify(message, signature).is_ok());
        }
        // A new key is the moment to forget those that were dropped.
        prepared.retain(|entry| entry.key.strong_count() > 0);
        let verifier = fresh(algorithm, key)?;
        let outcome = verifier.verify(message, signature).is_ok();
        if prepared.len() < MAX_PREPARED {
            prepared.push(Prepared { key: Arc::downgrade(key), algorithm, verifier });
        }
        Some(outcome)
    };
    match PREPARED.try_with(by_prepared) {
        Ok(outcome) => outcome.unwrap_or(false),
        // The thread is ending.
        Err(_) => fresh(algorithm, key).is_some_and(|verifier| verifier.verify(message, signature).is_ok()),
    }
}

fn fresh(algorithm: Algorithm, key: &DecodingKey) -> Option<Box<dyn JwtVerifier>> {
    (provider().verifier_factory)(&backend(algorithm), key).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kept() -> usize {
        PREPARED.with_borrow(Vec::len)
    }

    fn key(byte: u8) -> Arc<DecodingKey> {
        Arc::new(DecodingKey::from_secret(&[byte; 32]))
    }

    #[test]
    fn a_key_is_made_ready_once_and_forgotten_after_it_is_dropped() {
        let (first, second) = (key(1), key(2));
        for _ in 0..3 {
            assert!(!verifies(Algorithm::HS256, &first, b"", &vec![]));
        }
        assert_eq!(kept(), 1);
        drop(first);
        assert!(!verifies(Algorithm::HS256, &second, b"", &vec![]));
        assert_eq!(kept(), 1);
    }

    #[test]
    fn too_many_keys_still_verify() {
        let keys: Vec<_> = (0..=u8::try_from(MAX_PREPARED).unwrap_or(u8::MAX)).map(key).collect();
        for key in &keys {
            assert!(!verifies(Algorithm::HS256, key, b"", &vec![]));
        }
        assert_eq!(kept(), MAX_PREPARED);
    }
}
