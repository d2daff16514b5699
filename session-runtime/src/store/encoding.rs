//! A record as bytes, for stores that keep one value under a key.
//!
//! ```text
//! version 1 | flags | created | authenticated | seen | pause | expiry | revision | [subject] | [successor]
//!         1 |     1 |       8 |             8 |    8 |     8 |      8 |        8 |      [32] |        [32]
//! length of payload | payload | listing
//!                 4 |      .. | the rest
//! ```
//!
//! Numbers are big-endian, instants milliseconds. The flags say which of the keys are there.

use std::sync::Arc;
use std::time::Duration;

use super::{Record, RecordParts, StoreKey, SubjectKey};
use crate::clock::Timestamp;

const VERSION: u8 = 1;
const HAS_SUBJECT: u8 = 1;
const HAS_SUCCESSOR: u8 = 2;
/// Everything but payload and listing, at the most.
const LONGEST_HEAD: usize = 2 + 6 * 8 + 2 * 32 + 4;

/// The bytes of a record. `None` for a payload of 4 GiB or more.
pub(crate) fn encode(parts: &RecordParts) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(LONGEST_HEAD + parts.payload.len() + parts.listing.len());
    let has_subject = if parts.subject.is_some() { HAS_SUBJECT } else { 0 };
    let has_successor = if parts.successor.is_some() { HAS_SUCCESSOR } else { 0 };
    bytes.extend([VERSION, has_subject | has_successor]);
    for number in parts.numbers() {
        bytes.extend(number.to_be_bytes());
    }
    bytes.extend(parts.subject.iter().flat_map(SubjectKey::as_bytes));
    bytes.extend(parts.successor.iter().flat_map(StoreKey::as_bytes));
    bytes.extend(u32::try_from(parts.payload.len()).ok()?.to_be_bytes());
    bytes.extend(&*parts.payload);
    bytes.extend(&*parts.listing);
    Some(bytes)
}

/// The record that these bytes are, or an [unreadable](Record::unreadable) one.
pub(crate) fn decode(bytes: &[u8]) -> Record {
    parts(bytes).map_or_else(Record::unreadable, Record::from)
}

fn parts(bytes: &[u8]) -> Option<RecordParts> {
    let mut rest = Rest(bytes);
    let [version, flags] = rest.take()?;
    if version != VERSION || flags & !(HAS_SUBJECT | HAS_SUCCESSOR) != 0 {
        return None;
    }
    let created_at = rest.instant()?;
    let authenticated_at = rest.instant()?;
    let last_seen_at = rest.instant()?;
    let longest_pause = Duration::from_millis(rest.number()?);
    let expires_at = rest.instant()?;
    let revision = rest.number()?;
    let subject = if flags & HAS_SUBJECT == 0 { None } else { Some(SubjectKey::from_bytes(rest.take()?)) };
    let successor = if flags & HAS_SUCCESSOR == 0 { None } else { Some(StoreKey::from_bytes(rest.take()?)) };
    let length = usize::try_from(u32::from_be_bytes(rest.take()?)).ok()?;
    let (payload, listing) = rest.0.split_at_checked(length)?;
    Some(RecordParts {
        created_at,
        authenticated_at,
        last_seen_at,
        longest_pause,
        expires_at,
        revision,
        subject,
        successor,
        payload: Arc::from(payload),
        listing: Arc::from(listing),
    })
}

/// What is left to read.
struct Rest<'a>(&'a [u8]);

impl Rest<'_> {
    fn take<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (taken, rest) = self.0.split_first_chunk()?;
        self.0 = rest;
        Some(*taken)
    }

    fn number(&mut self) -> Option<u64> {
        self.take().map(u64::from_be_bytes)
    }

    fn instant(&mut self) -> Option<Timestamp> {
        self.number().map(Timestamp::from_millis)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn any_parts() -> impl Strategy<Value = RecordParts> {
        let keys = (any::<Option<[u8; 32]>>(), any::<Option<[u8; 32]>>());
        (any::<[u64; 6]>(), keys, any::<Vec<u8>>(), any::<Vec<u8>>()).prop_map(
            |([created, authenticated, seen, pause, expiry, revision], (subject, successor), payload, listing)| {
                RecordParts {
                    created_at: Timestamp::from_millis(created),
                    authenticated_at: Timestamp::from_millis(authenticated),
                    last_seen_at: Timestamp::from_millis(seen),
                    longest_pause: Duration::from_millis(pause),
                    expires_at: Timestamp::from_millis(expiry),
                    revision,
                    subject: subject.map(SubjectKey::from_bytes),
                    successor: successor.map(StoreKey::from_bytes),
                    payload: payload.into(),
                    listing: listing.into(),
                }
            },
        )
    }

    proptest! {
        #[test]
        fn what_is_written_is_read(parts in any_parts()) {
            let read = decode(&encode(&parts).unwrap());
            prop_assert_eq!(RecordParts::try_from(read).unwrap(), parts);
        }

        #[test]
        fn whatever_is_read_does_no_harm_and_is_written_the_same(bytes in any::<Vec<u8>>()) {
            if let Some(parts) = parts(&bytes) {
                prop_assert_eq!(encode(&parts).unwrap(), bytes);
            }
        }

        // A record cut short may lose its listing, which has no length of its own, and nothing else.
        #[test]
        fn a_record_that_was_cut_short_in_its_head_or_payload_is_unreadable(parts in any_parts(), cut in 1_usize..200) {
            let bytes = encode(&parts).unwrap();
            let kept = bytes.len().saturating_sub(parts.listing.len() + cut);
            prop_assert!(decode(&bytes[..kept]).is_unreadable());
        }

        #[test]
        fn another_version_is_unreadable(parts in any_parts(), version in 2_u8..) {
            let mut bytes = encode(&parts).unwrap();
            bytes[0] = version;
            prop_assert!(decode(&bytes).is_unreadable());
        }
    }
}
