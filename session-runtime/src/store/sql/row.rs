//! Between a record and its row.

use std::sync::Arc;
use std::time::Duration;

use super::engine::{SqlEngine, Value};
use crate::clock::Timestamp;
use crate::store::{Record, RecordParts, StoreError, StoreKey, SubjectKey};

/// The columns, in the order in which [`record`] reads them. The long ones come last, where SQLite passes over them.
pub(super) const COLUMNS: &str = "id, subject, successor, created_at, authenticated_at, last_seen_at, longest_pause, \
                                  expires_at, revision, listing, payload";

/// The key of a row, and what it holds.
pub(super) fn record<DB: SqlEngine>(row: &DB::Row) -> Result<(StoreKey, Record), StoreError> {
    let id = key::<DB>(row, 0)?.ok_or_else(|| StoreError::from_reason("a row without a key"))?;
    let parts = RecordParts {
        subject: key::<DB>(row, 1)?.map(SubjectKey::from_bytes),
        successor: key::<DB>(row, 2)?.map(StoreKey::from_bytes),
        created_at: Timestamp::from_millis(number::<DB>(row, 3)?),
        authenticated_at: Timestamp::from_millis(number::<DB>(row, 4)?),
        last_seen_at: Timestamp::from_millis(number::<DB>(row, 5)?),
        longest_pause: Duration::from_millis(number::<DB>(row, 6)?),
        expires_at: Timestamp::from_millis(number::<DB>(row, 7)?),
        revision: number::<DB>(row, 8)?,
        listing: contents::<DB>(row, 9)?,
        payload: contents::<DB>(row, 10)?,
    };
    Ok((StoreKey::from_bytes(id), parts.into()))
}

/// A key in a column, if there is one.
pub(super) fn key<DB: SqlEngine>(row: &DB::Row, column: usize) -> Result<Option<[u8; 32]>, StoreError> {
    let bytes = DB::bytes(row, column).map_err(StoreError::new)?;
    bytes
        .map(|bytes| <[u8; 32]>::try_from(bytes).map_err(|_| StoreError::from_reason("a key that has not 32 bytes")))
        .transpose()
}

fn number<DB: SqlEngine>(row: &DB::Row, column: usize) -> Result<u64, StoreError> {
    let number = DB::integer(row, column).map_err(StoreError::new)?;
    u64::try_from(number).map_err(|_| StoreError::from_reason("a number below zero"))
}

fn contents<DB: SqlEngine>(row: &DB::Row, column: usize) -> Result<Arc<[u8]>, StoreError> {
    Ok(DB::bytes(row, column).map_err(StoreError::new)?.unwrap_or_default().into())
}

pub(super) fn bytes(bytes: &[u8]) -> Value<'_> {
    Value::Bytes(Some(bytes))
}

/// In milliseconds.
pub(super) fn instant(instant: Timestamp) -> Value<'static> {
    integer(instant.as_millis())
}

/// The engines count to 2^63 - 1, which is some 292 million years away.
pub(super) fn integer(integer: u64) -> Value<'static> {
    Value::Integer(i64::try_from(integer).unwrap_or(i64::MAX))
}
