//! Tokens that were verified before: an asymmetric signature costs once, and not at every request.
//!
//! What is remembered is that the signature was good, and what the claims say. Whether the token still counts is asked at
//! every use by whoever looks it up here: instants, the generation of the issuer's keys, revocation.

mod shard;
#[cfg(test)]
mod tests;

use std::hash::{BuildHasher, RandomState};
use std::sync::{Mutex, MutexGuard, PoisonError};

use self::shard::Shard;

/// Enough for the threads of a server not to wait for each other.
const SHARDS: usize = 16;
/// Fewer tokens than this are not worth splitting up.
const SMALLEST_SHARD: usize = 64;
/// The longest texts that are kept, on average: tokens are some 300 bytes to 2 KiB long.
const BYTES_PER_TOKEN: usize = 2048;

/// How much of a token's end is looked at: 92 bits of an HMAC at the least, and no less of any other signature.
const LOOKED_AT: usize = 16;

/// Values under whole tokens, at most so many.
///
/// A token is looked up by its end, mixed with a key that is drawn at start, and then compared in full. The end is the
/// signature: who does not know it cannot find a token that gets as far as the comparison, so how long that takes tells
/// nothing; and nobody but an issuer chooses what is kept. So the mixture need not withstand more than chance.
pub(crate) struct Remembered<V> {
    shards: Box<[Mutex<Shard<V>>]>,
    keys: [u64; 3],
}

/// How often a token needed no signature check, for [`Sessions::remembered_tokens`](crate::Sessions::remembered_tokens).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct RememberedTokens {
    /// How many are remembered now.
    pub tokens: usize,
    /// How many bytes their texts take. What is known of each takes about as much again.
    pub bytes: usize,
    /// How many were asked for and known.
    pub hits: u64,
    /// How many were asked for and not known.
    pub misses: u64,
}

impl RememberedTokens {
    /// The part of the tokens that was known, from 0 to 1; 0 when none was asked for.
    #[expect(clippy::cast_precision_loss, reason = "a rate needs no more digits")]
    pub fn hit_rate(&self) -> f64 {
        let asked = self.hits.saturating_add(self.misses);
        if asked == 0 { 0.0 } else { self.hits as f64 / asked as f64 }
    }
}

impl<V> Remembered<V> {
    /// Remembers at most `tokens`, and at most 2 KiB of text for each of them.
    pub(crate) fn of(tokens: usize) -> Self {
        let shards = (tokens / SMALLEST_SHARD).clamp(1, SHARDS);
        let (each, bytes) = (tokens / shards, tokens.saturating_mul(BYTES_PER_TOKEN) / shards);
        let shards = (0..shards).map(|_| Mutex::new(Shard::of(each, bytes))).collect();
        let drawn = RandomState::new();
        Self { shards, keys: [drawn.hash_one(0), drawn.hash_one(1), drawn.hash_one(2) | 1] }
    }

    /// What `look` makes of what is known of `token`.
    pub(crate) fn find<T>(&self, token: &[u8], look: impl FnOnce(&V) -> T) -> Option<T> {
        let hash = self.hash(token)?;
        self.shard(hash)?.find(hash, token, look)
    }

    /// Remembers `value` for `token`, and forgets the tokens that were used longest ago.
    pub(crate) fn keep(&self, token: &[u8], value: V) {
        if let Some(hash) = self.hash(token)
            && let Some(mut shard) = self.shard(hash)
        {
            shard.keep(hash, token, value);
        }
    }

    pub(crate) fn statistics(&self) -> RememberedTokens {
        let mut all = RememberedTokens::default();
        for shard in &self.shards {
            let one = lock(shard).statistics();
            all.tokens += one.tokens;
            all.bytes += one.bytes;
            all.hits += one.hits;
            all.misses += one.misses;
        }
        all
    }

    /// `None` for what is too short to be a token.
    fn hash(&self, token: &[u8]) -> Option<u64> {
        let (halves, _) = token.last_chunk::<LOOKED_AT>()?.as_chunks();
        let [first, second] = halves else { return None };
        let [key, other_key, last_key] = self.keys;
        let mixed = folded_product(u64::from_le_bytes(*first) ^ key, u64::from_le_bytes(*second) ^ other_key);
        // Once more: after one product, ends that are alike would crowd in some shards.
        Some(folded_product(mixed, last_key))
    }

    fn shard(&self, hash: u64) -> Option<MutexGuard<'_, Shard<V>>> {
        self.shards.get(self.shard_of(hash)?).map(lock)
    }

    fn shard_of(&self, hash: u64) -> Option<usize> {
        // 16 bits in the middle: the table inside uses the lowest and the highest.
        let middle = usize::try_from((hash >> 32) & 0xffff).ok()?;
        Some((middle * self.shards.len()) >> 16)
    }
}

#[expect(clippy::cast_possible_truncation, reason = "both halves are taken")]
fn folded_product(first: u64, second: u64) -> u64 {
    let product = u128::from(first) * u128::from(second);
    (product >> 64) as u64 ^ product as u64
}

/// A thread that panicked left at worst one token less.
fn lock<V>(shard: &Mutex<Shard<V>>) -> MutexGuard<'_, Shard<V>> {
    shard.lock().unwrap_or_else(PoisonError::into_inner)
}
