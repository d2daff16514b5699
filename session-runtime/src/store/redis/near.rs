//! Records kept in the process for as long as the server says that they did not change.
//!
//! The server remembers what was read over a connection and pushes a word over the same connection when it changes (`CLIENT
//! TRACKING`). So what is kept belongs to one connection and ends with it. And since a connection can be lost without either
//! end being told, what is kept counts only for a while after the server was last heard.

use std::collections::HashMap;
use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use ::redis::{PushInfo, PushKind, Value};

use crate::store::Record;

/// How much is kept, and for how long it counts after the server was last heard.
#[derive(Clone, Copy, Debug)]
pub(super) struct NearSettings {
    pub(super) records: usize,
    pub(super) trusted_for: Duration,
}

/// What is kept of the records that were read over one connection.
pub(super) struct NearCache {
    settings: NearSettings,
    is_connected: AtomicBool,
    kept: Mutex<Kept>,
}

#[derive(Default)]
struct Kept {
    /// What was used since the last turn, and what was used before: when the one has grown, it takes the place of the other,
    /// so that what nobody asks for goes.
    young: HashMap<String, Record>,
    old: HashMap<String, Record>,
    /// What is being read right now.
    readings: HashMap<String, Reading>,
    /// When the last request was sent that the server answered.
    heard_at: Option<Instant>,
}

#[derive(Default)]
struct Reading {
    readers: usize,
    /// A change came after the server may have read, and before the answer was taken.
    is_outdated: bool,
}

/// A record that is being read. What comes of it is kept unless it changes meanwhile.
pub(super) struct Reader {
    cache: Arc<NearCache>,
    name: String,
}

impl NearCache {
    pub(super) fn new(settings: NearSettings) -> Arc<Self> {
        Arc::new(Self { settings, is_connected: AtomicBool::new(true), kept: Mutex::default() })
    }

    /// The record of this name as it stood when the server was last heard, if that was a moment ago.
    pub(super) fn get(&self, name: &str, now: Instant) -> Option<Record> {
        if !self.is_connected.load(Ordering::Acquire) {
            return None;
        }
        let mut kept = self.kept();
        let heard_at = kept.heard_at?;
        if now.saturating_duration_since(heard_at) > self.settings.trusted_for {
            return None;
        }
        if let Some(record) = kept.young.get(name) {
            return Some(record.clone());
        }
        let (name, record) = kept.old.remove_entry(name)?;
        kept.keep(name, record.clone(), self.settings.records);
        Some(record)
    }

    /// Begins to read. Before anything is sent, so that no word of a change is missed.
    pub(super) fn read(self: &Arc<Self>, name: &str) -> Reader {
        self.kept().readings.entry(name.to_owned()).or_default().readers += 1;
        Reader { cache: Arc::clone(self), name: name.to_owned() }
    }

    /// The server answered a request that was sent at this instant: what it did before that has been told.
    pub(super) fn heard(&self, sent_at: Instant) {
        let mut kept = self.kept();
        kept.heard_at = kept.heard_at.max(Some(sent_at));
    }

    /// Something changes this record, or has changed it.
    pub(super) fn forget(&self, name: &str) {
        self.kept().forget(name);
    }

    /// What the server says without having been asked. Called by whatever reads the connection, before it hands out any
    /// answer that comes after.
    pub(super) fn pushed(&self, push: &PushInfo) {
        match push.kind {
            PushKind::Disconnection => {
                self.is_connected.store(false, Ordering::Release);
                self.kept().clear();
            }
            PushKind::Invalidate => match push.data.as_slice() {
                [Value::Array(names)] => {
                    let mut kept = self.kept();
                    for name in names {
                        match name {
                            Value::BulkString(name) => kept.forget(&String::from_utf8_lossy(name)),
                            _ => kept.clear(),
                        }
                    }
                }
                // All of them, as after `FLUSHALL`.
                _ => self.kept().clear(),
            },
            _ => {}
        }
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Kept {
    fn keep(&mut self, name: String, record: Record, most: usize) {
        if self.young.len() >= most.div_ceil(2) && !self.young.contains_key(&name) {
            self.old = std::mem::take(&mut self.young);
        }
        self.young.insert(name, record);
    }

    fn forget(&mut self, name: &str) {
        self.young.remove(name);
        self.old.remove(name);
        if let Some(reading) = self.readings.get_mut(name) {
            reading.is_outdated = true;
        }
    }

    fn clear(&mut self) {
        self.young.clear();
        self.old.clear();
        self.readings.values_mut().for_each(|reading| reading.is_outdated = true);
    }
}

impl Reader {
    /// Keeps what was read.
    pub(super) fn finish(self, record: &Record) {
        let mut kept = self.cache.kept();
        let is_current = kept.readings.get(&self.name).is_some_and(|reading| !reading.is_outdated);
        if is_current && self.cache.is_connected.load(Ordering::Acquire) {
            kept.keep(self.name.clone(), record.clone(), self.cache.settings.records);
        }
    }
}

impl Drop for Reader {
    fn drop(&mut self) {
        let mut kept = self.cache.kept();
        if let Some(reading) = kept.readings.get_mut(&self.name) {
            reading.readers -= 1;
            if reading.readers == 0 {
                kept.readings.remove(&self.name);
            }
        }
    }
}

impl fmt::Debug for NearCache {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("NearCache").field("settings", &self.settings).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TRUSTED: Duration = Duration::from_secs(1);

    fn cache(records: usize) -> (Arc<NearCache>, Instant) {
        let cache = NearCache::new(NearSettings { records, trusted_for: TRUSTED });
        let now = Instant::now();
        cache.heard(now);
        (cache, now)
    }

    fn keep(cache: &Arc<NearCache>, name: &str) {
        cache.read(name).finish(&Record::unreadable());
    }

    fn changed(names: Value) -> PushInfo {
        PushInfo { kind: PushKind::Invalidate, data: vec![names] }
    }

    fn name(text: &str) -> Value {
        Value::Array(vec![Value::BulkString(text.into())])
    }

    #[test]
    fn what_was_read_is_kept_until_it_changes() {
        let (cache, now) = cache(10);
        keep(&cache, "a");
        keep(&cache, "b");
        assert!(cache.get("a", now).is_some());
        cache.pushed(&changed(name("a")));
        assert!(cache.get("a", now).is_none() && cache.get("b", now).is_some());
        cache.pushed(&changed(Value::Nil));
        assert!(cache.get("b", now).is_none());
    }

    // The answer was on its way when the record changed.
    #[test]
    fn what_changes_while_it_is_read_is_not_kept() {
        for change in [changed(name("a")), changed(Value::Nil)] {
            let (cache, now) = cache(10);
            let (one, other) = (cache.read("a"), cache.read("a"));
            cache.pushed(&change);
            one.finish(&Record::unreadable());
            other.finish(&Record::unreadable());
            assert!(cache.get("a", now).is_none());
            keep(&cache, "a");
            assert!(cache.get("a", now).is_some());
        }
    }

    #[test]
    fn a_server_that_was_not_heard_for_long_is_not_believed() {
        let (cache, now) = cache(10);
        keep(&cache, "a");
        for (age, is_believed) in [(999, true), (1_000, true), (1_001, false)] {
            assert_eq!(cache.get("a", now + Duration::from_millis(age)).is_some(), is_believed, "{age} ms");
        }
        cache.heard(now + TRUSTED);
        cache.heard(now);
        assert!(cache.get("a", now + Duration::from_millis(1_001)).is_some());
    }

    #[test]
    fn nothing_is_kept_of_a_lost_connection() {
        let (cache, now) = cache(10);
        keep(&cache, "a");
        let reader = cache.read("b");
        cache.pushed(&PushInfo { kind: PushKind::Disconnection, data: vec![] });
        reader.finish(&Record::unreadable());
        keep(&cache, "c");
        for name in ["a", "b", "c"] {
            assert!(cache.get(name, now).is_none());
        }
    }

    #[test]
    fn no_more_is_kept_than_was_said_and_what_is_used_stays() {
        for most in [1, 2, 9, 10] {
            let (cache, now) = cache(most);
            for number in 0..100 {
                keep(&cache, &number.to_string());
                let kept = cache.kept();
                assert!(kept.young.len() + kept.old.len() <= most.div_ceil(2) * 2);
                assert!(kept.readings.is_empty());
                drop(kept);
                assert!(cache.get(&number.to_string(), now).is_some());
                assert!(most < 9 || cache.get("0", now).is_some());
            }
        }
    }

    #[test]
    fn a_reading_that_was_given_up_leaves_nothing() {
        let (cache, _) = cache(10);
        drop(cache.read("a"));
        assert!(cache.kept().readings.is_empty());
    }
}
