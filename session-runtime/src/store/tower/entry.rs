//! A record as a store of tower-sessions keeps it: under an id of 128 bits, as data with one field.

use std::collections::HashMap;
use std::time::{Duration, SystemTime};

use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::clock::Timestamp;
use crate::store::encoding;
use crate::store::{Record, RecordParts, StoreKey};

/// The data of a session of tower-sessions.
pub(super) type Data = HashMap<String, Value>;

/// Holds the key and the record behind it, in base64: stores encode arrays of numbers at several bytes each.
const FIELD: &str = "record";
/// How much longer than a session its record is kept, so that clocks that are apart cost nobody a session.
const SLACK: Duration = Duration::from_secs(60);
/// Dates end with the year 9999.
const LONGEST: Duration = Duration::from_hours(24 * 365 * 100);

/// What is given to the store.
pub(super) struct Entry {
    pub(super) id: i128,
    pub(super) data: Data,
    /// By the system's clock.
    pub(super) expires_at: SystemTime,
}

impl Entry {
    /// `None` for a record of 4 GiB or more.
    pub(super) fn new(key: StoreKey, parts: &RecordParts, now: SystemTime) -> Option<Self> {
        let mut bytes = key.as_bytes().to_vec();
        bytes.extend(encoding::encode(parts)?);
        let data = Data::from([(FIELD.to_owned(), Value::String(STANDARD_NO_PAD.encode(bytes)))]);
        Some(Self { id: id_of(key), data, expires_at: expires_at(parts.last_seen_at, parts.expires_at, now) })
    }
}

/// The first 128 bits of a hash of the key: of a hash, since stores write ids into their logs, where no more of a key is shown
/// than its start.
pub(super) fn id_of(key: StoreKey) -> i128 {
    let hash = Sha256::new().chain_update(b"tower-sessions\0").chain_update(key.as_bytes()).finalize();
    hash.iter().take(16).fold(0_i128, |id, byte| id << 8 | i128::from(*byte))
}

/// The record of this key, an [unreadable](Record::unreadable) one, or nothing where the data is that of another key.
pub(super) fn record(key: StoreKey, data: &Data) -> Option<Record> {
    let Some(bytes) = data.get(FIELD).and_then(Value::as_str).and_then(|text| STANDARD_NO_PAD.decode(text).ok()) else {
        return Some(Record::unreadable());
    };
    match bytes.split_first_chunk() {
        None => Some(Record::unreadable()),
        Some((owner, record)) => (owner == key.as_bytes()).then(|| encoding::decode(record)),
    }
}

/// When the store may forget what was last seen and expires then: counted from now on, whatever the caller's clock says.
fn expires_at(seen_at: Timestamp, expires_at: Timestamp, now: SystemTime) -> SystemTime {
    let length = expires_at.since(seen_at).min(LONGEST).saturating_add(SLACK);
    now.checked_add(length).unwrap_or(now)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use proptest::prelude::*;

    use super::*;

    const KEY: StoreKey = StoreKey::from_bytes([7; 32]);
    const NOW: SystemTime = SystemTime::UNIX_EPOCH;

    fn parts(seconds: u64) -> RecordParts {
        RecordParts {
            created_at: Timestamp::EPOCH,
            authenticated_at: Timestamp::EPOCH,
            last_seen_at: Timestamp::EPOCH,
            longest_pause: Duration::ZERO,
            expires_at: Timestamp::from_secs(seconds),
            revision: 3,
            subject: None,
            successor: None,
            payload: Arc::from(*b"payload"),
            listing: Arc::from(*b"listing"),
        }
    }

    fn data(seconds: u64) -> Data {
        Entry::new(KEY, &parts(seconds), NOW).unwrap().data
    }

    #[test]
    fn what_is_written_is_read_under_its_key() {
        let read = record(KEY, &data(5)).unwrap();
        assert_eq!(RecordParts::try_from(read).unwrap(), parts(5));
    }

    #[test]
    fn what_is_another_keys_is_nothing() {
        for place in [0, 15, 16, 31] {
            let mut other = [7; 32];
            other[place] = 8;
            assert!(record(StoreKey::from_bytes(other), &data(5)).is_none(), "{place}");
        }
    }

    #[test]
    fn every_byte_of_a_key_counts_for_its_id() {
        for place in 0..32 {
            let mut other = [7; 32];
            other[place] = 8;
            assert_ne!(id_of(StoreKey::from_bytes(other)), id_of(KEY), "{place}");
        }
    }

    #[test]
    fn data_of_anybody_else_is_unreadable() {
        let short = STANDARD_NO_PAD.encode([7; 31]);
        let no_record = STANDARD_NO_PAD.encode([7; 32]);
        for value in [Value::Null, Value::from(7), "%".into(), "".into(), short.into(), no_record.into()] {
            let data = Data::from([(FIELD.to_owned(), value)]);
            assert!(record(KEY, &data).is_some_and(|record| record.is_unreadable()), "{data:?}");
        }
        assert!(record(KEY, &Data::new()).is_some_and(|record| record.is_unreadable()));
    }

    #[test]
    fn the_date_counts_from_now_on() {
        let lives = |seconds| {
            let date = expires_at(Timestamp::EPOCH, Timestamp::from_secs(seconds), NOW);
            date.duration_since(NOW).unwrap().as_secs()
        };
        assert_eq!((lives(0), lives(3_600)), (60, 3_660));
        let century = LONGEST.as_secs();
        assert_eq!(
            [lives(century - 1), lives(century), lives(century + 1)],
            [century + 59, century + 60, century + 60]
        );
        assert_eq!(lives(u64::MAX / 1_000), century + 60);
    }

    proptest! {
        #[test]
        fn whatever_is_read_does_no_harm(text in any::<String>(), bytes in any::<Vec<u8>>()) {
            for text in [text, STANDARD_NO_PAD.encode([KEY.as_bytes().as_slice(), &bytes].concat())] {
                let _ = record(KEY, &Data::from([(FIELD.to_owned(), text.into())]));
            }
        }
    }
}
