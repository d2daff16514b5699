//! The entries of one kind in one shard, in the order in which they were last used: the first to go comes first.

use super::entry::{Entry, Links};
use super::slot::{Slot, Slots};

#[derive(Default)]
pub(super) struct Queue {
    pub(super) oldest: Option<Slot>,
    newest: Option<Slot>,
    pub(super) length: usize,
}

impl Queue {
    /// Puts an entry at the end, where the newest are.
    pub(super) fn push(&mut self, entries: &mut Slots<Entry>, slot: Slot) {
        let before = self.newest.replace(slot);
        if let Some(entry) = entries.get_mut(slot) {
            entry.links = Links { older: before, newer: None, ..entry.links };
        }
        match before.and_then(|before| entries.get_mut(before)) {
            Some(entry) => entry.links.newer = Some(slot),
            None => self.oldest = Some(slot),
        }
        self.length += 1;
    }

    /// Takes an entry out, from wherever it is.
    pub(super) fn unlink(&mut self, entries: &mut Slots<Entry>, slot: Slot) {
        let Some(entry) = entries.get_mut(slot) else { return };
        let Links { older, newer, .. } = entry.links;
        entry.links = Links { older: None, newer: None, ..entry.links };
        match older.and_then(|older| entries.get_mut(older)) {
            Some(entry) => entry.links.newer = newer,
            None => self.oldest = newer,
        }
        match newer.and_then(|newer| entries.get_mut(newer)) {
            Some(entry) => entry.links.older = older,
            None => self.newest = older,
        }
        self.length -= 1;
    }
}
