//! Contents of every size, and of every byte.

use super::trial::{Trial, expect, same};
use super::{Outcome, Rule, always};
use crate::store::{Record, Removed, Replaced};

/// A little less than 1 MiB, where an engine's own limit of 1 MiB counts what goes around the contents.
const LARGE: usize = 1_000_000;

pub(super) const RULES: &[Rule] = &[
    always("contents of 0 bytes to a megabyte come back", |trial| Box::pin(keeps_every_size(trial))),
    always("contents of any bytes come back", |trial| Box::pin(keeps_every_byte(trial))),
];

async fn keeps_every_size(trial: Trial) -> Outcome {
    for length in [0, 1, 255, 256, 4_096, 65_535, 65_536, LARGE] {
        keeps(&trial, &patterned(length)).await.map_err(|seen| format!("{length} bytes: {seen}"))?;
    }
    Ok(())
}

async fn keeps_every_byte(trial: Trial) -> Outcome {
    let all: Vec<u8> = (0..=255).collect();
    let hostile: [&[u8]; 7] =
        [&all, b"\r\nEND\r\n", b"\0", b"'; DROP TABLE sessions; --", b"\\x27", b"{\"a\":null}", b"\xff\xfe\xc0\x80"];
    for contents in hostile {
        keeps(&trial, contents).await.map_err(|seen| format!("{contents:?}: {seen}"))?;
    }
    Ok(())
}

/// As inserted and as replaced, as payload and as listing.
async fn keeps(trial: &Trial, contents: &[u8]) -> Outcome {
    let listing = contents.get(..contents.len().min(1_024)).unwrap_or_default();
    let record = Record { listing: trial.payload(listing), ..trial.record(contents) };
    let key = trial.inserted(record.clone()).await?;
    same(&trial.standing(key).await?, &record)?;

    let reversed: Vec<u8> = contents.iter().rev().copied().collect();
    let change = Record { revision: 1, ..trial.record(&reversed) };
    expect("a replacement", trial.store.replace(key, change.clone(), 0).await, Replaced::Replaced)?;
    same(&trial.standing(key).await?, &change)?;
    expect("a removal", trial.store.remove(key).await, Removed::Record)
}

/// Bytes that differ from place to place, so that a part that is lost or moved shows.
fn patterned(length: usize) -> Vec<u8> {
    (0..length).map(|place| place.wrapping_mul(31).wrapping_add(place >> 8).to_le_bytes()[0]).collect()
}
