//! What a session holds beside its principal, where nothing hands out key-values.

use crate::clock::Timestamp;

/// None.
#[derive(Clone, Default)]
pub(crate) struct KeyValues(());

impl KeyValues {
    /// When they say that the session ends.
    #[expect(clippy::unused_self, reason = "with key-values there may be one")]
    pub(crate) const fn ends_at(&self) -> Option<Timestamp> {
        None
    }
}
