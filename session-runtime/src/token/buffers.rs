//! Room for what is decoded of a token, which its thread uses for one token after another.
//!
//! It saves three allocations for each token. What is left in the room until the next token is what an allocator would leave
//! in freed memory, and no longer than a token may be.

use std::cell::Cell;

thread_local! {
    static SPARE: Cell<Room> = const { Cell::new(Room { payload: Vec::new(), signature: Vec::new(), object: String::new() }) };
}

#[derive(Default)]
pub(super) struct Room {
    /// For the payload's bytes.
    pub(super) payload: Vec<u8>,
    /// For the signature's.
    pub(super) signature: Vec<u8>,
    /// For an object of the members that an [`opening`](super::opening) leaves to the parser.
    pub(super) object: String,
}

/// A thread's room, until it is dropped.
pub(super) struct Buffers(pub(super) Room);

impl Buffers {
    /// Those of this thread; others where these are in use, or the thread is ending.
    pub(super) fn of_this_thread() -> Self {
        Self(SPARE.try_with(Cell::take).unwrap_or_default())
    }
}

impl Drop for Buffers {
    fn drop(&mut self) {
        let room = std::mem::take(&mut self.0);
        // Where the thread is ending, they end, too.
        let _ = SPARE.try_with(|spare| spare.set(room));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // A principal's own deserialisation may verify a token itself.
    #[test]
    fn nobody_shares_what_is_in_use() {
        let mut outer = Buffers::of_this_thread();
        outer.0.payload.push(1);
        drop(Buffers::of_this_thread());
        assert_eq!((outer.0.payload.as_slice(), Buffers::of_this_thread().0.payload.len()), (&[1][..], 0));
        drop(outer);
        assert_eq!(Buffers::of_this_thread().0.payload, [1]);
    }
}
