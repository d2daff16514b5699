//! A record as the fields of a hash.
//!
//! What is small and changes alone stands in one field, the head: reading ten fields would take a server twice as long as
//! reading three. Its numbers are milliseconds (and the revision) in twenty digits, so that the scripts compare them as text and
//! lose none: numbers are doubles in Lua. `scripts/head.lua` reads it there.

use std::sync::Arc;
use std::time::Duration;

use ::redis::Value;

use crate::clock::Timestamp;
use crate::store::{Record, RecordParts, StoreKey, SubjectKey};

/// What a load asks for, in the order in which [`read`] takes it.
pub(super) const FIELDS: [&str; 3] = ["head", "payload", "listing"];

const NUMBERS: usize = 6;
const NUMBER_LENGTH: usize = 20;
/// A digit that says whether there is one, and the key, or as many zeros.
const KEY_LENGTH: usize = 1 + 32;
const HEAD_LENGTH: usize = NUMBERS * NUMBER_LENGTH + 2 * KEY_LENGTH;

/// A number as the head holds it.
pub(super) fn number(number: u64) -> String {
    format!("{number:020}")
}

/// An instant as the head holds it.
pub(super) fn instant(instant: Timestamp) -> String {
    number(instant.as_millis())
}

/// The fields and values of a record, in turn.
pub(super) fn written(parts: &RecordParts) -> [(&'static str, Vec<u8>); 3] {
    let [head_name, payload_name, listing_name] = FIELDS;
    [(head_name, head(parts)), (payload_name, parts.payload.to_vec()), (listing_name, parts.listing.to_vec())]
}

fn head(parts: &RecordParts) -> Vec<u8> {
    let mut head = Vec::with_capacity(HEAD_LENGTH);
    let numbers: [u64; NUMBERS] = parts.numbers();
    for value in numbers {
        head.extend_from_slice(number(value).as_bytes());
    }
    let (subject, successor) = (parts.subject.as_ref(), parts.successor.as_ref());
    for key in [subject.map(SubjectKey::as_bytes), successor.map(StoreKey::as_bytes)] {
        head.push(if key.is_some() { b'1' } else { b'0' });
        head.extend_from_slice(key.unwrap_or(&[b'0'; 32]));
    }
    head
}

/// The record that the values of [`FIELDS`] are; `None` when there is none.
pub(super) fn read(values: &Value) -> Option<Record> {
    let Value::Array(values) = values else { return Some(Record::unreadable()) };
    if values.iter().all(|value| *value == Value::Nil) {
        return None;
    }
    Some(record(values).unwrap_or_else(Record::unreadable))
}

fn record(values: &[Value]) -> Option<Record> {
    let [head, payload, listing] = values else { return None };
    let rest = &mut bytes(head)?;
    let parts = RecordParts {
        created_at: next_instant(rest)?,
        authenticated_at: next_instant(rest)?,
        last_seen_at: next_instant(rest)?,
        longest_pause: Duration::from_millis(next_number(rest)?),
        expires_at: next_instant(rest)?,
        revision: next_number(rest)?,
        subject: next_key(rest).ok()?.map(SubjectKey::from_bytes),
        successor: next_key(rest).ok()?.map(StoreKey::from_bytes),
        payload: Arc::from(bytes(payload)?),
        listing: Arc::from(bytes(listing)?),
    };
    rest.is_empty().then(|| parts.into())
}

fn next_instant(head: &mut &[u8]) -> Option<Timestamp> {
    next_number(head).map(Timestamp::from_millis)
}

fn next_number(head: &mut &[u8]) -> Option<u64> {
    let digits = head.split_off(..NUMBER_LENGTH)?;
    // `u64::from_str` would take a sign, too.
    if !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    std::str::from_utf8(digits).ok()?.parse().ok()
}

fn next_key(head: &mut &[u8]) -> Result<Option<[u8; 32]>, NoKey> {
    match head.split_off(..KEY_LENGTH).and_then(<[u8]>::split_first) {
        Some((b'0', _)) => Ok(None),
        Some((b'1', key)) => key.try_into().map(Some).map_err(|_| NoKey),
        _ => Err(NoKey),
    }
}

pub(super) fn bytes(value: &Value) -> Option<&[u8]> {
    match value {
        Value::BulkString(bytes) => Some(bytes),
        _ => None,
    }
}

/// Neither 32 bytes nor none at all.
#[derive(Debug)]
pub(super) struct NoKey;

/// 32 bytes, or none at all, as the scripts answer.
pub(super) fn optional<T>(value: &Value, key: impl FnOnce([u8; 32]) -> T) -> Result<Option<T>, NoKey> {
    match bytes(value).ok_or(NoKey)? {
        [] => Ok(None),
        bytes => bytes.try_into().map(key).map(Some).map_err(|_| NoKey),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn values(parts: &RecordParts) -> Value {
        Value::Array(written(parts).into_iter().map(|(_, value)| Value::BulkString(value)).collect())
    }

    fn any_value() -> impl Strategy<Value = Value> {
        prop_oneof![
            Just(Value::Nil),
            any::<i64>().prop_map(Value::Int),
            prop::collection::vec(any::<u8>(), 0..40).prop_map(Value::BulkString),
            "[0-9]{185,187}".prop_map(|digits| Value::BulkString(digits.into())),
            "[0-9]{120}[01][0-9]{32}[01][0-9]{32}".prop_map(|digits| Value::BulkString(digits.into())),
        ]
    }

    proptest! {
        #[test]
        fn what_is_written_is_read(
            instants in any::<[u64; 5]>(),
            revision in any::<u64>(),
            subject in any::<Option<[u8; 32]>>(),
            successor in any::<Option<[u8; 32]>>(),
            payload in any::<Vec<u8>>(),
            listing in any::<Vec<u8>>(),
        ) {
            let [created, authenticated, seen, pause, expiry] = instants.map(Timestamp::from_millis);
            let parts = RecordParts {
                created_at: created,
                authenticated_at: authenticated,
                last_seen_at: seen,
                longest_pause: Duration::from_millis(pause.as_millis()),
                expires_at: expiry,
                revision,
                subject: subject.map(SubjectKey::from_bytes),
                successor: successor.map(StoreKey::from_bytes),
                payload: payload.into(),
                listing: listing.into(),
            };
            let read = read(&values(&parts)).unwrap();
            prop_assert_eq!(RecordParts::try_from(read).unwrap(), parts);
        }

        #[test]
        fn whatever_a_server_answers_does_no_harm(answer in prop::collection::vec(any_value(), 0..5)) {
            let all_missing = answer.iter().all(|value| *value == Value::Nil);
            prop_assert_eq!(read(&Value::Array(answer)).is_none(), all_missing);
        }
    }

    // Only what the scripts find at its place is a head.
    #[test]
    fn a_head_has_one_length() {
        let digits = "0".repeat(HEAD_LENGTH - 1);
        let unreadable = |head: &str| {
            let values = [head, "payload", "listing"].map(|text| Value::BulkString(text.into()));
            read(&Value::Array(values.into())).unwrap().is_unreadable()
        };
        assert!(unreadable(&digits));
        assert!(!unreadable(&format!("{digits}0")));
        assert!(unreadable(&format!("{digits}00")));
        assert!(unreadable(&format!("+{digits}")));
        assert!(unreadable(&format!("{}2{}", "0".repeat(120), "0".repeat(65))));
    }
}
