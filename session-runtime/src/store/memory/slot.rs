//! The places of a shard: small numbers instead of pointers, so that a million sessions fit into memory.

use std::num::NonZeroU32;

/// A place in a shard.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Slot(NonZeroU32);

impl Slot {
    pub(super) const FIRST: Self = Self(NonZeroU32::MIN);
    pub(super) const LAST: Self = Self(NonZeroU32::MAX);

    fn of(index: usize) -> Option<Self> {
        u32::try_from(index).ok()?.checked_add(1).and_then(NonZeroU32::new).map(Self)
    }

    fn index(self) -> usize {
        // At most 32 bits, and one less than a number that is not zero.
        self.0.get() as usize - 1
    }
}

/// Things in numbered places; a place that is vacated is taken again.
pub(super) struct Slots<T> {
    places: Vec<Option<T>>,
    vacant: Vec<Slot>,
}

impl<T> Default for Slots<T> {
    fn default() -> Self {
        Self { places: Vec::new(), vacant: Vec::new() }
    }
}

impl<T> Slots<T> {
    /// Puts it somewhere; `None` when there are as many as can be numbered.
    pub(super) fn put(&mut self, thing: T) -> Option<Slot> {
        if let Some(slot) = self.vacant.pop()
            && let Some(place) = self.places.get_mut(slot.index())
        {
            *place = Some(thing);
            return Some(slot);
        }
        let slot = Slot::of(self.places.len())?;
        self.places.push(Some(thing));
        Some(slot)
    }

    pub(super) fn take(&mut self, slot: Slot) -> Option<T> {
        let thing = self.places.get_mut(slot.index())?.take()?;
        self.vacant.push(slot);
        Some(thing)
    }

    pub(super) fn get(&self, slot: Slot) -> Option<&T> {
        self.places.get(slot.index())?.as_ref()
    }

    pub(super) fn get_mut(&mut self, slot: Slot) -> Option<&mut T> {
        self.places.get_mut(slot.index())?.as_mut()
    }

    /// All that is there, with their places.
    pub(super) fn iter(&self) -> impl Iterator<Item = (Slot, &T)> {
        self.places.iter().enumerate().filter_map(|(index, place)| Some((Slot::of(index)?, place.as_ref()?)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_vacant_place_is_taken_again() {
        let mut slots = Slots::default();
        let [one, other] = ["one", "other"].map(|thing| slots.put(thing).unwrap());
        assert_eq!(slots.get(one), Some(&"one"));
        assert_eq!((slots.take(one), slots.take(one)), (Some("one"), None));
        assert_eq!(slots.put("third"), Some(one));
        assert_eq!(slots.iter().collect::<Vec<_>>(), [(one, &"third"), (other, &"other")]);
        assert_eq!(size_of::<Option<Slot>>(), 4);
    }
}
