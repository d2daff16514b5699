//! One item of the server: its name, reading it, and writing it only as it was read.

use std::time::SystemTime;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::MemcachedStore;
use super::expiry::time_to_live;
use super::pool::Failure;
use super::protocol::{self, Condition, Reply, Unique};
use crate::store::{Record, RecordParts, StoreKey, encoding};

/// What the server counts of an item beside its key and value, and a little more.
const ITEM_OVERHEAD: usize = 128;

/// What became of writing an item that was read.
pub(super) enum Written {
    Done,
    Changed,
    Gone,
}

impl MemcachedStore {
    pub(super) fn record_name(&self, key: StoreKey) -> String {
        self.name("id:", key.as_bytes())
    }

    pub(super) fn name(&self, kind: &str, key: &[u8; 32]) -> String {
        let mut name = String::with_capacity(self.0.prefix.len() + kind.len() + 43);
        name.push_str(&self.0.prefix);
        name.push_str(kind);
        URL_SAFE_NO_PAD.encode_string(key, &mut name);
        name
    }

    pub(super) async fn read(&self, name: &str) -> Result<Option<(Unique, Record)>, Failure> {
        let item = self.item(name).await?;
        Ok(item.map(|(unique, bytes)| (unique, encoding::decode(&bytes))))
    }

    pub(super) async fn item(&self, name: &str) -> Result<Option<(Unique, Vec<u8>)>, Failure> {
        let reply = match self.0.pool.ask(protocol::get(name)).await {
            // A server that was restarted refuses nobody who only reads.
            Err(failure) if failure.is_lost_connection() => self.0.pool.ask(protocol::get(name)).await?,
            reply => reply?,
        };
        match reply {
            Reply::Value(unique, bytes) => Ok(Some((unique, bytes))),
            Reply::Miss => Ok(None),
            _ => Err(Failure::Senseless),
        }
    }

    pub(super) async fn overwrite(&self, name: &str, unique: Unique, record: Record) -> Result<Written, Failure> {
        written(&self.write(name, Condition::Unchanged(unique), record).await?)
    }

    pub(super) async fn write(&self, name: &str, condition: Condition, record: Record) -> Result<Reply, Failure> {
        let lives = time_to_live(record.last_seen_at, record.expires_at, SystemTime::now());
        let parts = RecordParts::try_from(record).map_err(|_| Failure::NotBytes)?;
        let bytes = encoding::encode(&parts).ok_or(Failure::TooLarge(parts.payload.len(), self.largest(name)))?;
        self.write_item(name, condition, lives, &bytes).await
    }

    /// A server that refuses an item because it is too large drops what stood in its place, so it is not asked to.
    pub(super) async fn write_item(
        &self,
        name: &str,
        condition: Condition,
        lives: u32,
        bytes: &[u8],
    ) -> Result<Reply, Failure> {
        let largest = self.largest(name);
        if bytes.len() > largest {
            return Err(Failure::TooLarge(bytes.len(), largest));
        }
        self.0.pool.ask(protocol::set(name, condition, lives, bytes)).await
    }

    fn largest(&self, name: &str) -> usize {
        self.0.pool.largest_item().saturating_sub(ITEM_OVERHEAD + name.len())
    }

    pub(super) async fn delete(&self, name: &str, unique: Unique) -> Result<Written, Failure> {
        written(&self.0.pool.ask(protocol::delete(name, unique)).await?)
    }
}

pub(super) fn written(reply: &Reply) -> Result<Written, Failure> {
    match reply {
        Reply::Done => Ok(Written::Done),
        Reply::Changed => Ok(Written::Changed),
        Reply::NotFound => Ok(Written::Gone),
        _ => Err(Failure::Senseless),
    }
}
