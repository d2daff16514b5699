//! What is known of an issuer's keys, and what is to be done at an instant. No I/O.

use std::time::Duration;

use tokio::time::Instant;

use super::Freshness;
use crate::clock::Timestamp;
use crate::token::keys::KeySet;

/// An instant by two clocks: the one of the sessions, and a monotonic one.
#[derive(Clone, Copy, Debug)]
pub(super) struct Moment {
    by_clock: Timestamp,
    monotonic: Instant,
}

impl Moment {
    /// This instant. `now` is what the clock of the sessions shows.
    pub(super) fn new(now: Timestamp) -> Self {
        Self { by_clock: now, monotonic: Instant::now() }
    }

    /// The time since `earlier`, by the clock that shows more: one that ran ahead and was set back holds nothing up.
    fn since(self, earlier: Self) -> Duration {
        let monotonic = self.monotonic.saturating_duration_since(earlier.monotonic);
        self.by_clock.since(earlier.by_clock).max(monotonic)
    }
}

/// What is known of an issuer's keys.
#[derive(Debug, Default)]
pub(super) struct State {
    held: Option<Held>,
    generation: u64,
    /// When fetching was last begun, for whatever reason.
    attempted_at: Option<Moment>,
    /// When it was last begun because a token named a key that is not held.
    asked_at: Option<Moment>,
    /// Whether it is under way.
    running: bool,
}

#[derive(Debug)]
struct Held {
    keys: KeySet,
    /// As they were fetched, to see whether they changed.
    json: Vec<u8>,
    fetched_at: Moment,
}

/// Whether the keys can be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Access {
    /// They can.
    Ready,
    /// They can, and it is time to fetch them again behind the request's back.
    Due,
    /// They are too old to be used before fetching them was tried.
    Wait,
    /// There are none, and fetching them was tried just now.
    None,
}

/// Why keys are to be fetched.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Cause {
    /// They are old, or there are none.
    Age,
    /// A token names a key that is not held.
    UnknownKey,
}

impl State {
    pub(super) fn access(&self, now: Moment, freshness: &Freshness) -> Access {
        let rested = self.may_begin(Cause::Age, now, freshness);
        let age = self.held.as_ref().map(|held| now.since(held.fetched_at));
        match age {
            // At that age, fetching has failed for long.
            Some(age) if age < freshness.stale_for => match () {
                () if age < freshness.refreshed_every => Access::Ready,
                () if age < freshness.aged_after() && rested && !self.running => Access::Due,
                () if age >= freshness.aged_after() && (rested || self.running) => Access::Wait,
                () => Access::Ready,
            },
            _ if rested || self.running => Access::Wait,
            _ => Access::None,
        }
    }

    fn may_begin(&self, cause: Cause, now: Moment, freshness: &Freshness) -> bool {
        let last = match cause {
            Cause::Age => self.attempted_at,
            Cause::UnknownKey => self.asked_at,
        };
        last.is_none_or(|last| now.since(last) >= freshness.cooldown)
    }

    /// Begins to fetch, unless it is under way or was tried just now. Whether there is something to wait for.
    pub(super) fn begin(&mut self, cause: Cause, now: Moment, freshness: &Freshness) -> Begun {
        if self.running {
            return Begun::ByAnother;
        }
        if !self.may_begin(cause, now, freshness) {
            return Begun::No;
        }
        self.running = true;
        self.attempted_at = Some(now);
        if cause == Cause::UnknownKey {
            self.asked_at = Some(now);
        }
        Begun::Here
    }

    /// Fetching is over. Whether the keys are others than before.
    pub(super) fn fetched(&mut self, keys: KeySet, json: Vec<u8>, now: Moment) -> bool {
        let changed = self.held.as_ref().is_none_or(|held| held.json != json);
        self.generation += u64::from(changed);
        self.held = Some(Held { keys, json, fetched_at: now });
        changed
    }

    pub(super) fn ended(&mut self) {
        self.running = false;
    }

    pub(super) fn keys(&self) -> Option<(KeySet, u64)> {
        self.held.as_ref().map(|held| (held.keys.clone(), self.generation))
    }

    pub(super) fn generation(&self) -> u64 {
        self.generation
    }
}

/// Whether fetching was begun.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Begun {
    /// It was, and the caller is to do it.
    Here,
    /// Somebody else is at it.
    ByAnother,
    /// It was not.
    No,
}
