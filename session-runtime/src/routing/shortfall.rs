//! What a store does not promise, in words, for people who review a table of policies.

use serde::Serialize;

use crate::store::StorePromises;

/// A promise that the store of a route's sessions does not make.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Shortfall {
    /// Not [`StorePromises::final_removal`].
    FinalRemoval,
    /// Not [`StorePromises::atomic_writes`].
    AtomicWrites,
    /// Not [`StorePromises::subject_index`].
    SubjectIndex,
    /// Not [`StorePromises::keeps_until_expiry`].
    KeepsUntilExpiry,
}

impl Shortfall {
    pub(super) fn of(promises: StorePromises) -> Vec<Self> {
        let StorePromises { atomic_writes, final_removal, subject_index, keeps_until_expiry } = promises;
        [
            (final_removal, Self::FinalRemoval),
            (atomic_writes, Self::AtomicWrites),
            (subject_index, Self::SubjectIndex),
            (keeps_until_expiry, Self::KeepsUntilExpiry),
        ]
        .into_iter()
        .filter_map(|(promised, shortfall)| (!promised).then_some(shortfall))
        .collect()
    }

    /// What follows, as the table says it.
    pub(super) const fn consequence(self) -> &'static str {
        match self {
            Self::FinalRemoval => "logging out is not final",
            Self::AtomicWrites => "an update may be lost",
            Self::SubjectIndex => "nobody's sessions can be found",
            Self::KeepsUntilExpiry => "sessions may be forgotten",
        }
    }
}
