//! What an admin is about to move, kept until it has moved.
//!
//! It is a value of the visitor's own session: proving again who one is takes it along, logging out forgets it, and nobody
//! else ever sees it.

use serde::{Deserialize, Serialize};
use tower_sessions::Session as Values;

use super::amount::Amount;
use super::ledger::{Ledger, TransferError};
use crate::shop::notice::Unsaid;

const KEY: &str = "order";

/// As forms have it; what is missing is empty, and so wrong.
#[derive(Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub(in crate::shop) struct Order {
    pub(super) from: String,
    pub(super) to: String,
    pub(super) amount: String,
}

impl Order {
    /// The one that this visitor was about to give.
    pub(super) async fn kept(values: &Values) -> Result<Option<Self>, Unsaid> {
        Ok(values.get(KEY).await?)
    }

    pub(super) async fn keep(&self, values: &Values) -> Result<(), Unsaid> {
        Ok(values.insert(KEY, self).await?)
    }

    pub(super) async fn forget(values: &Values) -> Result<(), Unsaid> {
        values.remove::<Self>(KEY).await?;
        Ok(())
    }

    pub(super) fn amount(&self) -> Result<Amount, TransferError> {
        self.amount.parse().map_err(|_| TransferError::Amount)
    }

    /// Itself, if it could be carried out now, with the amount as the shop writes it: what is kept is short.
    pub(super) fn checked(&self, ledger: &Ledger) -> Result<Self, TransferError> {
        let amount = self.amount()?;
        ledger.allows(&self.from, &self.to, amount)?;
        Ok(Self { amount: amount.to_string(), ..self.clone() })
    }
}
