//! Which fund holds what, and who keeps it.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::amount::Amount;

/// The funds of the shop.
pub(crate) struct Ledger {
    keepers: BTreeMap<&'static str, &'static str>,
    balances: Mutex<BTreeMap<&'static str, Amount>>,
}

/// Why no money has moved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TransferError {
    Amount,
    Fund,
    SameFund,
    Balance,
}

impl TransferError {
    pub(super) const fn advice(self) -> &'static str {
        match self {
            Self::Amount => "Write an amount such as 12.50.",
            Self::Fund => "Choose the fund that the money goes to.",
            Self::SameFund => "Choose another fund: this is where the money is.",
            Self::Balance => "There is not that much in this fund.",
        }
    }
}

impl Ledger {
    /// Two funds that `carol` keeps, and one that she does not.
    pub(crate) fn demonstration() -> Self {
        let funds = [("payroll", "dave", 900_000), ("safe", "carol", 250_000), ("till", "carol", 31_415)];
        Self {
            keepers: funds.iter().map(|(fund, keeper, _)| (*fund, *keeper)).collect(),
            balances: Mutex::new(funds.iter().map(|(fund, _, cents)| (*fund, Amount::of_cents(*cents))).collect()),
        }
    }

    pub(super) fn is_kept_by(&self, fund: &str, username: &str) -> bool {
        self.keepers.get(fund).is_some_and(|keeper| *keeper == username)
    }

    pub(super) fn names(&self) -> impl Iterator<Item = &'static str> {
        self.keepers.keys().copied()
    }

    /// The funds that somebody keeps, and what is in them.
    pub(super) fn kept_by(&self, username: &str) -> Vec<(&'static str, Amount)> {
        let balances = self.balances();
        balances.iter().filter(|(fund, _)| self.is_kept_by(fund, username)).map(|(fund, held)| (*fund, *held)).collect()
    }

    /// Whether so much could be moved now.
    pub(super) fn allows(&self, from: &str, to: &str, amount: Amount) -> Result<(), TransferError> {
        after(&self.balances(), from, to, amount).map(drop)
    }

    /// Moves money, all or none of it, and tells the fund that it came from.
    pub(super) fn transfer(&self, from: &str, to: &str, amount: Amount) -> Result<&'static str, TransferError> {
        let mut balances = self.balances();
        let [source, target] = after(&balances, from, to, amount)?;
        balances.extend([source, target]);
        Ok(source.0)
    }

    fn balances(&self) -> MutexGuard<'_, BTreeMap<&'static str, Amount>> {
        // Both balances change in one call that does not panic in between, so a poisoned lock still holds a sound ledger.
        self.balances.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What both funds hold once the money has moved.
fn after(
    balances: &BTreeMap<&'static str, Amount>,
    from: &str,
    to: &str,
    amount: Amount,
) -> Result<[(&'static str, Amount); 2], TransferError> {
    let (source, held) = balances.get_key_value(from).map(entry).ok_or(TransferError::Fund)?;
    let (target, held_there) = balances.get_key_value(to).map(entry).ok_or(TransferError::Fund)?;
    if source == target {
        return Err(TransferError::SameFund);
    }
    let left = held.minus(amount).ok_or(TransferError::Balance)?;
    let grown = held_there.plus(amount).ok_or(TransferError::Amount)?;
    Ok([(source, left), (target, grown)])
}

fn entry((fund, held): (&&'static str, &Amount)) -> (&'static str, Amount) {
    (*fund, *held)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn money_moves_whole_or_not_at_all() {
        let ledger = Ledger::demonstration();
        let all = Amount::of_cents(31_415);
        assert_eq!(ledger.allows("till", "safe", all), Ok(()));
        assert_eq!(ledger.allows("till", "safe", Amount::of_cents(31_416)), Err(TransferError::Balance));
        assert_eq!(ledger.transfer("till", "payroll", Amount::of_cents(31_416)), Err(TransferError::Balance));
        assert_eq!(ledger.transfer("till", "moon", all), Err(TransferError::Fund));
        assert_eq!(ledger.transfer("till", "till", all), Err(TransferError::SameFund));
        assert_eq!(ledger.transfer("till", "safe", all), Ok("till"));
        let kept = [("safe", Amount::of_cents(281_415)), ("till", Amount::of_cents(0))];
        assert_eq!(ledger.kept_by("carol"), kept);
    }

    #[test]
    fn a_fund_has_one_keeper() {
        let ledger = Ledger::demonstration();
        assert!(ledger.is_kept_by("till", "carol"));
        assert!(!ledger.is_kept_by("payroll", "carol"));
        assert!(!ledger.is_kept_by("moon", "carol"));
    }
}
