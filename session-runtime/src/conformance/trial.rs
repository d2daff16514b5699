//! What the rules are tried with: a store, and keys, subjects and records that nobody else has.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use super::Outcome;
use crate::clock::{Clock, SystemClock, Timestamp};
use crate::store::{Payload, Record, Store, StoreError, StoreKey, SubjectKey};

/// How long the records of a trial live.
pub(super) const LIFETIME: Duration = Duration::from_mins(30);

#[derive(Clone)]
pub(super) struct Trial {
    pub(super) store: Arc<dyn Store>,
    /// The instant at which the trial takes place.
    pub(super) now: Timestamp,
}

impl Trial {
    pub(super) fn of(store: &Arc<dyn Store>) -> Self {
        Self { store: Arc::clone(store), now: SystemClock.now() }
    }

    /// `seconds` after the trial's instant.
    pub(super) fn later(&self, seconds: u64) -> Timestamp {
        self.now.plus(Duration::from_secs(seconds))
    }

    /// A record of nobody, which lives from the trial's instant on.
    pub(super) fn record(&self, contents: &[u8]) -> Record {
        Record {
            created_at: self.now,
            authenticated_at: self.now,
            last_seen_at: self.now,
            longest_pause: Duration::ZERO,
            expires_at: self.now.plus(LIFETIME),
            revision: 0,
            subject: None,
            successor: None,
            payload: self.payload(contents),
            listing: self.payload(b"listing"),
        }
    }

    pub(super) fn record_of(&self, subject: SubjectKey, contents: &[u8]) -> Record {
        Record { subject: Some(subject), ..self.record(contents) }
    }

    /// Contents in the form that this store keeps.
    pub(super) fn payload(&self, contents: &[u8]) -> Payload {
        if self.store.in_process() { Payload::value(Arc::new(contents.to_vec())) } else { Payload::sealed(contents) }
    }

    /// A new record under a new key.
    pub(super) async fn inserted(&self, record: Record) -> Result<StoreKey, String> {
        let key = new_key()?;
        expect("a new key is inserted", self.store.insert(key, record).await, true)?;
        Ok(key)
    }

    pub(super) async fn standing(&self, key: StoreKey) -> Result<Record, String> {
        answered(self.store.load(key).await)?.ok_or_else(|| "the record is not there".to_owned())
    }

    /// That there is no record under `key`.
    pub(super) async fn expect_nothing(&self, key: StoreKey) -> Outcome {
        match answered(self.store.load(key).await)? {
            None => Ok(()),
            Some(_) => Err("there is a record under a key that should have none".to_owned()),
        }
    }
}

pub(super) fn new_key() -> Result<StoreKey, String> {
    random().map(StoreKey::from_bytes)
}

pub(super) fn new_subject() -> Result<SubjectKey, String> {
    random().map(SubjectKey::from_bytes)
}

fn random() -> Result<[u8; 32], String> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes).map_err(|error| error.to_string())?;
    Ok(bytes)
}

/// The contents, whatever their form.
pub(super) fn contents(payload: &Payload) -> Vec<u8> {
    let value = payload.as_value::<Vec<u8>>().map(|value| (*value).clone());
    value.or_else(|| payload.as_sealed().map(<[u8]>::to_vec)).unwrap_or_default()
}

pub(super) fn answered<T>(answer: Result<T, StoreError>) -> Result<T, String> {
    answer.map_err(|error| format!("the store does not answer: {error:?}"))
}

/// That the store answers `expected`.
#[expect(clippy::needless_pass_by_value, reason = "what is expected is written where it is expected")]
pub(super) fn expect<T: PartialEq + fmt::Debug>(what: &str, answer: Result<T, StoreError>, expected: T) -> Outcome {
    equal(what, &answered(answer)?, &expected)
}

pub(super) fn equal<T: PartialEq + fmt::Debug + ?Sized>(what: &str, seen: &T, expected: &T) -> Outcome {
    if seen == expected { Ok(()) } else { Err(format!("{what}: {seen:?}, and not {expected:?}")) }
}

/// That two records say the same.
pub(super) fn same(seen: &Record, expected: &Record) -> Outcome {
    let instants = |record: &Record| {
        (record.created_at, record.authenticated_at, record.last_seen_at, record.longest_pause, record.expires_at)
    };
    equal("the instants", &instants(seen), &instants(expected))?;
    equal("the revision", &seen.revision, &expected.revision)?;
    equal("the subject", &seen.subject, &expected.subject)?;
    equal("the successor", &seen.successor, &expected.successor)?;
    for (what, seen, expected) in
        [("payload", &seen.payload, &expected.payload), ("listing", &seen.listing, &expected.listing)]
    {
        let (seen, expected) = (contents(seen), contents(expected));
        if seen != expected {
            return Err(format!("the {what}: {} bytes that are not the {} given", seen.len(), expected.len()));
        }
    }
    Ok(())
}
