//! Holds a [`Store`] against every rule that it owes to its callers.
//!
//! The stores of this crate pass it, and so does any other that is to be trusted with sessions:
//!
//! ```
//! use session_runtime::{MemoryStore, conformance};
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() {
//! let report = conformance::check(MemoryStore::new()).await.unwrap();
//! assert!(report.held().contains(&"an existing key is not inserted again"));
//! # }
//! ```
//!
//! A rule that the store [says](Store::promises) it cannot keep is not tried, and the [`Report`] names it. Keys are drawn at
//! random, so that a store with other records in it can be checked. The records it leaves behind expire within an hour.
//!
//! Run it on a runtime with several threads: many writers at once are part of it.

mod aliases;
mod basics;
mod contents;
mod meetings;
mod subjects;
mod trial;

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;

use self::trial::Trial;
use crate::store::{Store, StorePromises};

/// What a [`check`] found of a store that keeps the contract.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    held: Vec<&'static str>,
    not_promised: Vec<&'static str>,
}

impl Report {
    /// The rules that were tried and held.
    pub fn held(&self) -> &[&'static str] {
        &self.held
    }

    /// The rules that were not tried, because the store does not promise to keep them.
    pub fn not_promised(&self) -> &[&'static str] {
        &self.not_promised
    }
}

/// The rules that a store breaks, each with what was seen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violations(Vec<(&'static str, String)>);

impl Violations {
    /// The rules, each with what was seen.
    pub fn rules(&self) -> &[(&'static str, String)] {
        &self.0
    }
}

impl fmt::Display for Violations {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "the store breaks {} of the rules of a session store:", self.0.len())?;
        self.0.iter().try_for_each(|(rule, seen)| write!(formatter, "\n- {rule}: {seen}"))
    }
}

impl std::error::Error for Violations {}

/// What was seen in the place of what a rule says.
type Outcome = Result<(), String>;
type Run = fn(Trial) -> Pin<Box<dyn Future<Output = Outcome> + Send>>;

struct Rule {
    text: &'static str,
    /// Whether a store with these promises owes it.
    owed: fn(StorePromises) -> bool,
    run: Run,
}

/// A rule that every store owes.
const fn always(text: &'static str, run: Run) -> Rule {
    Rule { text, owed: |_| true, run }
}

/// Runs every rule of the contract against `store`.
///
/// # Errors
///
/// [`Violations`]: each rule that the store breaks, with what was seen. A store that does not answer breaks it, too.
pub async fn check(store: impl Store) -> Result<Report, Violations> {
    let store: Arc<dyn Store> = Arc::new(store);
    let promises = store.promises();
    let mut report = Report { held: Vec::new(), not_promised: Vec::new() };
    let mut broken = Vec::new();
    for rules in [basics::RULES, contents::RULES, aliases::RULES, subjects::RULES, meetings::RULES] {
        for rule in rules {
            if !(rule.owed)(promises) {
                report.not_promised.push(rule.text);
                continue;
            }
            match (rule.run)(Trial::of(&store)).await {
                Ok(()) => report.held.push(rule.text),
                Err(seen) => broken.push((rule.text, seen)),
            }
        }
    }
    if broken.is_empty() { Ok(report) } else { Err(Violations(broken)) }
}

#[cfg(test)]
mod tests;
