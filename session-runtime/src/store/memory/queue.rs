//! Entries of one shard in the order in which they were last used: the first to go comes first.

use super::entry::{Entry, Links};
use super::slot::{Slot, Slots};

#[derive(Default)]
pub(super) struct Queue {
    pub(super) oldest: Option<Slot>,
    newest: Option<Slot>,
    pub(super) length: u32,
}

/// Selects the links by which an entry is queued.
pub(super) type LinksOf = fn(&mut Entry) -> &mut Links;

impl Queue {
    /// Puts an entry at the end, where the newest are.
    pub(super) fn push(&mut self, entries: &mut Slots<Entry>, slot: Slot, links: LinksOf) {
        let before = self.newest.replace(slot);
        if let Some(entry) = entries.get_mut(slot) {
            *links(entry) = Links { older: before, newer: None };
        }
        match before.and_then(|before| entries.get_mut(before)) {
            Some(entry) => links(entry).newer = Some(slot),
            None => self.oldest = Some(slot),
        }
        self.length += 1;
    }

    /// Takes an entry out, from wherever it is.
    pub(super) fn unlink(&mut self, entries: &mut Slots<Entry>, slot: Slot, links: LinksOf) {
        let Some(entry) = entries.get_mut(slot) else { return };
        let Links { older, newer } = std::mem::take(links(entry));
        match older.and_then(|older| entries.get_mut(older)) {
            Some(entry) => links(entry).newer = newer,
            None => self.oldest = newer,
        }
        match newer.and_then(|newer| entries.get_mut(newer)) {
            Some(entry) => links(entry).older = older,
            None => self.newest = older,
        }
        self.length -= 1;
    }
}
