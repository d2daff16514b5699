//! Revocation rows as records of a store.

use std::time::Duration;

use super::revoked::Revoked;
use crate::clock::Timestamp;
use crate::principal::Principal;
use crate::sessions::Sessions;
use crate::store::{Payload, Record, Store, StoreError, StoreKey};

impl<P: Principal> Sessions<P> {
    /// Reads the row under `key`.
    ///
    /// # Errors
    ///
    /// If the row cannot be opened: it may revoke anything, so nothing is admitted.
    pub(super) fn read_row(&self, store: &dyn Store, key: StoreKey, record: &Record) -> Result<Revoked, StoreError> {
        let bytes = record.payload.as_sealed().and_then(|bytes| self.open_row(store, key, bytes));
        let bytes =
            bytes.ok_or_else(|| StoreError::from_reason("a revocation row does not open under the sealing keys"))?;
        serde_json::from_slice(&bytes).map_err(StoreError::new)
    }

    /// Returns the record that keeps `revoked` under `key`.
    pub(super) fn write_row(
        &self,
        store: &dyn Store,
        key: StoreKey,
        revoked: &Revoked,
        now: Timestamp,
        expires_at: Timestamp,
    ) -> Result<Record, StoreError> {
        let bytes = serde_json::to_vec(revoked).map_err(StoreError::new)?;
        let bytes = self.seal_row(store, key, bytes);
        let bytes = bytes.ok_or_else(|| StoreError::from_reason("a revocation row cannot be sealed"))?;
        Ok(Record {
            created_at: now,
            authenticated_at: now,
            last_seen_at: now,
            longest_pause: Duration::ZERO,
            expires_at,
            revision: 0,
            subject: None,
            successor: None,
            payload: Payload::sealed(bytes),
            listing: Payload::sealed(Vec::new()),
        })
    }

    /// `None` if the row does not belong under `key`, or was sealed under another key.
    #[cfg(feature = "sealing")]
    fn open_row(&self, store: &dyn Store, key: StoreKey, bytes: &[u8]) -> Option<Vec<u8>> {
        if store.in_process() { Some(bytes.to_vec()) } else { self.0.keys.row_ring.as_ref()?.open_row(key, bytes) }
    }

    /// `None` if the system gives no random bytes.
    #[cfg(feature = "sealing")]
    fn seal_row(&self, store: &dyn Store, key: StoreKey, bytes: Vec<u8>) -> Option<Vec<u8>> {
        if store.in_process() { Some(bytes) } else { self.0.keys.row_ring.as_ref()?.seal_row(key, &bytes) }
    }

    /// Without sealing, a builder accepts no store outside the process.
    #[cfg(not(feature = "sealing"))]
    #[expect(clippy::unused_self, reason = "with the feature `sealing` it needs keys")]
    fn open_row(&self, store: &dyn Store, _: StoreKey, bytes: &[u8]) -> Option<Vec<u8>> {
        store.in_process().then(|| bytes.to_vec())
    }

    #[cfg(not(feature = "sealing"))]
    #[expect(clippy::unused_self, reason = "with the feature `sealing` it needs keys")]
    fn seal_row(&self, store: &dyn Store, _: StoreKey, bytes: Vec<u8>) -> Option<Vec<u8>> {
        store.in_process().then_some(bytes)
    }
}
