use std::sync::Arc;

use proptest::prelude::*;

use super::shard::Shard;
use super::*;

#[test]
fn a_token_is_found_by_its_whole_text() {
    let remembered = Remembered::of(1000);
    let token = b"header.claims.signature-of-them";
    remembered.keep(token, 1);
    assert_eq!(remembered.find(token, Clone::clone), Some(1));
    let others = [
        "header.claims.signature-of-then",
        "header.claims.signature-of-the",
        "header.claims.signature-of-them ",
        "Header.claims.signature-of-them",
        "claims.signature-of-them",
    ];
    for other in others {
        assert_eq!(remembered.find(other.as_bytes(), Clone::clone), None, "{other}");
    }
    let RememberedTokens { tokens, bytes, hits, misses } = remembered.statistics();
    assert_eq!((tokens, bytes, hits, misses), (1, token.len(), 1, 5));
    assert!((remembered.statistics().hit_rate() - 1.0 / 6.0).abs() < 1e-9);
    remembered.keep(token, 2);
    assert_eq!((remembered.find(token, Clone::clone), remembered.statistics().tokens), (Some(2), 1));
}

// No signature is that short, and nothing is looked for.
#[test]
fn what_is_too_short_to_be_a_token_is_not_kept() {
    let remembered = Remembered::of(1000);
    let longest = [b'x'; LOOKED_AT - 1];
    remembered.keep(&longest, 1);
    assert_eq!((remembered.find(&longest, Clone::clone), remembered.statistics().tokens), (None, 0));
    assert_eq!(remembered.find(b"", Clone::clone), None);
}

// Two tokens of one hash are never taken for each other.
#[test]
fn the_hash_alone_proves_nothing() {
    let mut shard = Shard::of(10, 1000);
    shard.keep(7, b"one", 1);
    assert_eq!(shard.find(7, b"other", Clone::clone), None);
    shard.keep(7, b"other", 2);
    assert_eq!((shard.find(7, b"one", Clone::clone), shard.find(7, b"other", Clone::clone)), (None, Some(2)));
}

#[test]
fn what_is_used_stays() {
    let mut shard = Shard::of(10, 1000);
    shard.keep(0, b"used", 0);
    for hash in 1..1000 {
        shard.keep(hash, b"text", 1);
        assert_eq!(shard.find(0, b"used", Clone::clone), Some(0), "{hash}");
        assert!(shard.statistics().tokens <= 10);
    }
}

// A million distinct tokens keep the memory within its bound.
#[test]
fn memory_is_bounded() {
    let remembered = Remembered::of(10_000);
    for number in 0..1_000_000_u32 {
        remembered.keep(format!("{number:0>40}").as_bytes(), number);
    }
    let RememberedTokens { tokens, bytes, .. } = remembered.statistics();
    assert!((5_000..=10_000).contains(&tokens), "{tokens}");
    assert_eq!(bytes, tokens * 40);
    let long = "x".repeat(8 * 1024);
    for number in 0..20_000_u32 {
        remembered.keep(format!("{long}{number}").as_bytes(), number);
    }
    let RememberedTokens { bytes, .. } = remembered.statistics();
    assert!(bytes <= 10_000 * BYTES_PER_TOKEN, "{bytes}");
}

#[test]
fn nothing_is_remembered_by_no_memory() {
    for tokens in [0, 1] {
        let remembered = Remembered::of(tokens);
        let token = b"header.claims.signature";
        remembered.keep(token, 1);
        assert_eq!((remembered.find(token, Clone::clone), remembered.statistics().tokens), (None, 0));
    }
}

// Whatever keys are drawn: 4000 that differ in a few digits fill 16 shards by some 250 each.
#[test]
fn tokens_that_are_alike_are_spread() {
    let tokens: Vec<_> = (0..4000).map(|number| format!("header.claims.{number:0>24}").into_bytes()).collect();
    for _ in 0..200 {
        let remembered = Remembered::<()>::of(10_000);
        let mut shards = [0_u32; SHARDS];
        for token in &tokens {
            let shard = remembered.hash(token).and_then(|hash| remembered.shard_of(hash)).unwrap();
            shards[shard] += 1;
        }
        assert!(shards.iter().all(|count| (100..450).contains(count)), "{shards:?}");
    }
}

#[test]
fn many_threads_find_what_they_kept() {
    let remembered = Arc::new(Remembered::of(10_000));
    let threads: Vec<_> = (0..8_u32)
        .map(|thread| {
            let remembered = Arc::clone(&remembered);
            std::thread::spawn(move || {
                for number in 0..500 {
                    let token = format!("header.claims.{thread} {number}").into_bytes();
                    remembered.keep(&token, (thread, number));
                    assert_eq!(remembered.find(&token, Clone::clone), Some((thread, number)));
                }
            })
        })
        .collect();
    for thread in threads {
        assert!(thread.join().is_ok());
    }
    let RememberedTokens { tokens, hits, misses, .. } = remembered.statistics();
    assert_eq!((tokens, hits, misses), (4000, 4000, 0));
}

proptest! {
    // Whatever is asked and kept, in whatever order: an answer is the last value kept for that very token.
    #[test]
    fn an_answer_is_the_last_value_kept(steps in prop::collection::vec((0_u64..4, 0_u8..6, any::<bool>()), 1..200)) {
        let mut shard = Shard::of(6, 12);
        let mut last = std::collections::BTreeMap::new();
        for (value, (hash, token, keep)) in steps.into_iter().enumerate() {
            let text = "abcdef".repeat(usize::from(token) / 4 + 1)[usize::from(token) % 4..].to_owned();
            if keep {
                shard.keep(hash, text.as_bytes(), value);
                last.insert((hash, text), value);
            } else if let Some(found) = shard.find(hash, text.as_bytes(), Clone::clone) {
                prop_assert_eq!(last.get(&(hash, text)), Some(&found));
            }
            let held = shard.statistics();
            prop_assert!(held.tokens <= 6 && held.bytes <= 12, "{held:?}");
        }
    }
}
