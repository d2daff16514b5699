//! The sessions of each subject in one shard, so that a subject with very many makes room first.

use std::collections::hash_map::Entry as Place;
use std::collections::{BTreeSet, HashMap};
use std::hash::BuildHasherDefault;

use super::entry::Entry;
use super::queue::Queue;
use super::shard::PrefixHasher;
use super::slot::{Slot, Slots};
use crate::store::SubjectKey;

/// A subject with at most this many sessions in a shard is displaced like all others.
const MOST_SESSIONS: u32 = 8;

/// The first eight bytes of a subject's key. Two subjects that share them are counted together.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
struct SubjectPrefix(u64);

impl SubjectPrefix {
    fn of(subject: SubjectKey) -> Self {
        Self(subject.as_bytes().first_chunk().map_or(0, |first| u64::from_le_bytes(*first)))
    }
}

#[derive(Default)]
pub(super) struct SubjectQueues {
    queues: HashMap<SubjectPrefix, Queue, BuildHasherDefault<PrefixHasher>>,
    /// The subjects with more than [`MOST_SESSIONS`], by how many they have.
    crowded: BTreeSet<(u32, SubjectPrefix)>,
}

impl SubjectQueues {
    pub(super) fn push(&mut self, entries: &mut Slots<Entry>, slot: Slot, subject: SubjectKey) {
        let prefix = SubjectPrefix::of(subject);
        let queue = self.queues.entry(prefix).or_default();
        queue.push(entries, slot, Entry::links_of_subject);
        let length = queue.length;
        if length > MOST_SESSIONS {
            self.crowded.remove(&(length - 1, prefix));
            self.crowded.insert((length, prefix));
        }
    }

    pub(super) fn unlink(&mut self, entries: &mut Slots<Entry>, slot: Slot, subject: SubjectKey) {
        let prefix = SubjectPrefix::of(subject);
        let Place::Occupied(mut place) = self.queues.entry(prefix) else { return };
        let queue = place.get_mut();
        queue.unlink(entries, slot, Entry::links_of_subject);
        let length = queue.length;
        if length == 0 {
            place.remove();
        }
        if length >= MOST_SESSIONS {
            self.crowded.remove(&(length + 1, prefix));
        }
        if length > MOST_SESSIONS {
            self.crowded.insert((length, prefix));
        }
    }

    /// Makes an entry the one of its subject that was used last.
    pub(super) fn renew(&mut self, entries: &mut Slots<Entry>, slot: Slot, subject: SubjectKey) {
        // The only one of its subject is the newest already.
        if entries.get_mut(slot).is_none_or(|entry| entry.links_of_subject().newer.is_none()) {
            return;
        }
        let Some(queue) = self.queues.get_mut(&SubjectPrefix::of(subject)) else { return };
        queue.unlink(entries, slot, Entry::links_of_subject);
        queue.push(entries, slot, Entry::links_of_subject);
    }

    /// The least recently used session of the subject with the most, if that subject has more than [`MOST_SESSIONS`].
    pub(super) fn oldest_of_most_crowded(&self) -> Option<Slot> {
        let (_, prefix) = self.crowded.last()?;
        self.queues.get(prefix)?.oldest
    }
}
