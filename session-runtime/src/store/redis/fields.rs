//! A record as the fields of a hash.
//!
//! Instants are milliseconds in twenty digits, so that the scripts compare them as text and lose none: numbers are doubles
//! in Lua.

use std::sync::Arc;
use std::time::Duration;

use ::redis::Value;

use crate::clock::Timestamp;
use crate::store::{Record, RecordParts, StoreKey, SubjectKey};

/// What a load asks for, in the order in which [`read`] takes it.
pub(super) const FIELDS: [&str; 10] =
    ["created", "authenticated", "seen", "pause", "expiry", "revision", "subject", "successor", "payload", "listing"];

/// An instant as a field holds it.
pub(super) fn instant(instant: Timestamp) -> String {
    format!("{:020}", instant.as_millis())
}

/// The fields and values of a record, in turn.
pub(super) fn written(parts: &RecordParts) -> [(&'static str, Vec<u8>); 10] {
    let pause = u64::try_from(parts.longest_pause.as_millis()).unwrap_or(u64::MAX);
    [
        ("created", instant(parts.created_at).into()),
        ("authenticated", instant(parts.authenticated_at).into()),
        ("seen", instant(parts.last_seen_at).into()),
        ("pause", instant(Timestamp::from_millis(pause)).into()),
        ("expiry", instant(parts.expires_at).into()),
        ("revision", parts.revision.to_string().into()),
        ("subject", parts.subject.map_or_else(Vec::new, |subject| subject.as_bytes().to_vec())),
        ("successor", parts.successor.map_or_else(Vec::new, |successor| successor.as_bytes().to_vec())),
        ("payload", parts.payload.to_vec()),
        ("listing", parts.listing.to_vec()),
    ]
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
    let [created, authenticated, seen, pause, expiry, revision, subject, successor, payload, listing] = values else {
        return None;
    };
    let parts = RecordParts {
        created_at: milliseconds(created)?,
        authenticated_at: milliseconds(authenticated)?,
        last_seen_at: milliseconds(seen)?,
        longest_pause: Duration::from_millis(milliseconds(pause)?.as_millis()),
        expires_at: milliseconds(expiry)?,
        revision: number(revision)?,
        subject: optional(subject, SubjectKey::from_bytes).ok()?,
        successor: optional(successor, StoreKey::from_bytes).ok()?,
        payload: Arc::from(bytes(payload)?),
        listing: Arc::from(bytes(listing)?),
    };
    Some(parts.into())
}

pub(super) fn bytes(value: &Value) -> Option<&[u8]> {
    match value {
        Value::BulkString(bytes) => Some(bytes),
        _ => None,
    }
}

fn number(value: &Value) -> Option<u64> {
    let digits = bytes(value)?;
    // `u64::from_str` would take a sign, too.
    if !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    std::str::from_utf8(digits).ok()?.parse().ok()
}

/// Only what the scripts compare as text is an instant.
fn milliseconds(value: &Value) -> Option<Timestamp> {
    if bytes(value)?.len() != 20 {
        return None;
    }
    number(value).map(Timestamp::from_millis)
}

/// Neither 32 bytes nor none at all.
#[derive(Debug)]
pub(super) struct NoKey;

/// 32 bytes, or none at all.
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
            "[0-9]{19,21}".prop_map(|digits| Value::BulkString(digits.into())),
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
        fn whatever_a_server_answers_does_no_harm(answer in prop::collection::vec(any_value(), 0..12)) {
            let all_missing = answer.iter().all(|value| *value == Value::Nil);
            prop_assert_eq!(read(&Value::Array(answer)).is_none(), all_missing);
        }
    }

    #[test]
    fn the_fields_are_written_in_the_order_in_which_they_are_asked_for() {
        let parts = RecordParts {
            created_at: Timestamp::EPOCH,
            authenticated_at: Timestamp::EPOCH,
            last_seen_at: Timestamp::EPOCH,
            longest_pause: Duration::ZERO,
            expires_at: Timestamp::EPOCH,
            revision: 0,
            subject: None,
            successor: None,
            payload: Arc::from([]),
            listing: Arc::from([]),
        };
        assert_eq!(written(&parts).map(|(name, _)| name), FIELDS);
    }
}
