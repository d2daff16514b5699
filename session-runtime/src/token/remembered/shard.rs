//! One part of the remembered tokens.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

use super::RememberedTokens;

/// Tokens in two generations. Those that are used move to the young one; when that is full, it becomes the old one, and
/// what was old and not used meanwhile is forgotten. So nothing is ever searched for what to forget.
pub(super) struct Shard<V> {
    young: Generation<V>,
    old: Generation<V>,
    /// How many tokens a generation may hold.
    tokens: usize,
    /// How many bytes of text.
    bytes: usize,
    hits: u64,
    misses: u64,
}

struct Generation<V> {
    tokens: HashMap<u64, Known<V>, BuildHasherDefault<AlreadyHashed>>,
    bytes: usize,
}

struct Known<V> {
    token: Box<[u8]>,
    value: V,
}

impl<V> Shard<V> {
    /// At most so many tokens, and bytes of text, in both generations together.
    pub(super) fn of(tokens: usize, bytes: usize) -> Self {
        let (young, old) = (Generation::default(), Generation::default());
        Self { young, old, tokens: tokens / 2, bytes: bytes / 2, hits: 0, misses: 0 }
    }

    pub(super) fn find<T>(&mut self, hash: u64, token: &[u8], look: impl FnOnce(&V) -> T) -> Option<T> {
        if let Some(known) = self.young.tokens.get(&hash).filter(|known| *known.token == *token) {
            self.hits += 1;
            return Some(look(&known.value));
        }
        let Some(known) = self.old.take(hash).filter(|known| *known.token == *token) else {
            self.misses += 1;
            return None;
        };
        self.hits += 1;
        let seen = look(&known.value);
        self.put(hash, known);
        Some(seen)
    }

    pub(super) fn keep(&mut self, hash: u64, token: &[u8], value: V) {
        // Else the same token would be there twice, and the older one could be what is found.
        self.old.take(hash);
        self.put(hash, Known { token: token.into(), value });
    }

    fn put(&mut self, hash: u64, known: Known<V>) {
        self.young.take(hash);
        let length = known.token.len();
        if self.young.tokens.len() >= self.tokens || self.young.bytes + length > self.bytes {
            // The table keeps its room: it will be needed again.
            self.old.clear();
            std::mem::swap(&mut self.young, &mut self.old);
        }
        if self.tokens > 0 && length <= self.bytes {
            self.young.bytes += length;
            self.young.tokens.insert(hash, known);
        }
    }

    pub(super) fn statistics(&self) -> RememberedTokens {
        RememberedTokens {
            tokens: self.young.tokens.len() + self.old.tokens.len(),
            bytes: self.young.bytes + self.old.bytes,
            hits: self.hits,
            misses: self.misses,
        }
    }
}

impl<V> Generation<V> {
    fn take(&mut self, hash: u64) -> Option<Known<V>> {
        let known = self.tokens.remove(&hash)?;
        self.bytes -= known.token.len();
        Some(known)
    }

    fn clear(&mut self) {
        self.tokens.clear();
        self.bytes = 0;
    }
}

impl<V> Default for Generation<V> {
    fn default() -> Self {
        Self { tokens: HashMap::default(), bytes: 0 }
    }
}

/// The key is a hash under a secret key already.
#[derive(Default)]
struct AlreadyHashed(u64);

impl Hasher for AlreadyHashed {
    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = self.0.rotate_left(8) ^ u64::from(*byte);
        }
    }

    fn write_u64(&mut self, hash: u64) {
        self.0 = hash;
    }

    fn finish(&self) -> u64 {
        self.0
    }
}
