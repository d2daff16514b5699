//! The record of a visitor whom nobody knows yet.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::KeyValues;

/// How long such a record outlives the last request that used it.
pub(crate) const ANONYMOUS_IDLE: Duration = Duration::from_hours(1);

/// The payload of a record that is listed under nobody.
///
/// As JSON it has no member that the payload of a session has, nor the other way round: none is taken for the other,
/// whatever somebody makes of a record in the store.
#[derive(Default, Serialize, Deserialize)]
pub(crate) struct Anonymous {
    #[serde(rename = "anonymous")]
    pub(crate) key_values: KeyValues,
}
