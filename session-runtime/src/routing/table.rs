//! Every route of a router and what protects it.

use std::any::TypeId;
use std::fmt;

use serde::Serialize;

use super::{PolicySummary, Shortfall};
use crate::policy::Of;
use crate::principal::Principal;
use crate::sessions::Sessions;

/// Every route of a [`GuardedRouter`](super::GuardedRouter) and what protects it, for review and for a snapshot test.
///
/// [`Display`](fmt::Display) gives an aligned text, [`to_json`](Self::to_json) the same with every detail.
#[derive(Clone, Debug, Default, Serialize)]
#[serde(transparent)]
pub struct PolicyTable {
    rows: Vec<PolicyRow>,
}

/// One route.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct PolicyRow {
    /// The method, or `*`.
    pub method: &'static str,
    /// The path as axum matches it.
    pub path: String,
    /// What protects it.
    #[serde(flatten)]
    pub protection: Protection,
}

/// What protects a route.
#[derive(Clone, Debug, Serialize)]
#[serde(tag = "protection", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Protection {
    /// A policy.
    Policy(Box<PolicySummary>),
    /// Nothing, for a reason.
    Open {
        /// The reason.
        reason: String,
    },
}

const HEADINGS: [&str; 8] = ["METHOD", "PATH", "ACCESS", "POLICY", "VIA", "LIMITS", "DEMANDS", "CSRF"];

impl PolicyTable {
    pub(super) fn new(mut routes: Vec<PolicyRow>, unmatched: [PolicyRow; 2]) -> Self {
        routes.sort_by(|one, other| (&one.path, one.method).cmp(&(&other.path, other.method)));
        routes.extend(unmatched);
        Self { rows: routes }
    }

    /// The routes, by path and method; behind them, what answers requests that no route matches.
    pub fn rows(&self) -> &[PolicyRow] {
        &self.rows
    }

    /// Adds, of every route that takes a cookie of this principal, what the store of these sessions does not promise: the
    /// text says it at its head, the JSON in each of those routes (`not_promised`).
    ///
    /// A router does not know the stores, since it gets them with its state. Of a store that keeps every
    /// [promise](crate::StorePromises), nothing is added.
    #[must_use]
    pub fn with_sessions<P: Principal>(mut self, sessions: &Sessions<P>) -> Self {
        let shortfalls = sessions.store().map(|store| Shortfall::of(store.promises())).unwrap_or_default();
        for row in &mut self.rows {
            if let Protection::Policy(policy) = &mut row.protection
                && policy.principal_type == TypeId::of::<Of<P>>()
                && policy.via.contains(&"cookie")
            {
                policy.not_promised.clone_from(&shortfalls);
            }
        }
        self
    }

    /// A line for each realm whose store does not promise everything.
    fn warnings(&self) -> Vec<String> {
        let mut lines = Vec::new();
        for policy in self.rows.iter().filter_map(PolicyRow::policy) {
            if policy.not_promised.is_empty() {
                continue;
            }
            let consequences: Vec<_> = policy.not_promised.iter().map(|shortfall| shortfall.consequence()).collect();
            let (principal, realm) = (policy.principal.unwrap_or("-"), policy.realm.unwrap_or("-"));
            let line = format!("!! sessions of {principal} ({realm}): {}", consequences.join(", "));
            if !lines.contains(&line) {
                lines.push(line);
            }
        }
        lines
    }

    /// The table as a JSON array, one object a route.
    pub fn to_json(&self) -> String {
        // A table holds texts and numbers alone, which always serialise.
        serde_json::to_string_pretty(self).unwrap_or_default()
    }

    fn cells(&self) -> Vec<[String; HEADINGS.len()]> {
        let headings = HEADINGS.map(String::from);
        std::iter::once(headings).chain(self.rows.iter().map(PolicyRow::cells)).collect()
    }
}

impl PolicyRow {
    pub(super) fn policy(&self) -> Option<&PolicySummary> {
        match &self.protection {
            Protection::Policy(policy) => Some(policy),
            Protection::Open { .. } => None,
        }
    }

    fn cells(&self) -> [String; HEADINGS.len()] {
        let dash = || String::from("-");
        match &self.protection {
            Protection::Policy(policy) => [
                self.method.into(),
                self.path.clone(),
                policy.access.into(),
                policy.policy.clone(),
                policy.via_text().into_owned(),
                policy.limits_text(),
                policy.demands_text(),
                match policy.csrf {
                    None => dash(),
                    // What is laxer than the default must catch the eye.
                    Some("on") => "on".into(),
                    Some(other) => format!("!! {other}"),
                },
            ],
            Protection::Open { reason } => {
                let reason = format!("({reason})");
                [self.method.into(), self.path.clone(), "open".into(), reason, dash(), dash(), dash(), dash()]
            }
        }
    }
}

impl fmt::Display for PolicyTable {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let cells = self.cells();
        let mut widths = [0; HEADINGS.len()];
        for row in &cells {
            for (width, cell) in widths.iter_mut().zip(row) {
                *width = (*width).max(cell.chars().count());
            }
        }
        for line in self.warnings() {
            writeln!(formatter, "{line}")?;
        }
        for row in &cells {
            let mut line = String::new();
            for (cell, width) in row.iter().zip(widths) {
                line.push_str(cell);
                line.extend(std::iter::repeat_n(' ', 2 + width - cell.chars().count().min(width)));
            }
            writeln!(formatter, "{}", line.trim_end())?;
        }
        Ok(())
    }
}
