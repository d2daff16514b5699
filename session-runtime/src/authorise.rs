//! Whether a session is recent enough for a route, and its principal allowed.

use std::time::Duration;

use crate::clock::Timestamp;
use crate::policy::{Demand, PolicySpec};
use crate::principal::Principal;
use crate::sessions::{Factors, Instants};

/// Why an authenticated visitor is not admitted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Denial {
    /// Too long since the log-in, or since the last activity: log in.
    TooOld,
    /// Too long since the visitor proved who they are: do so again.
    NotFresh(Duration),
    /// The visitor gave none of these factors, or not within so long: do so.
    Factors(Vec<&'static str>, Option<Duration>),
    /// A role is missing.
    Role,
    /// Scopes are missing: those that the failing demand names.
    Scope(Vec<&'static str>),
}

/// Holds a session against everything that a policy and those it builds on demand.
///
/// A limit refuses what is older than it: a session of exactly the limit's age is admitted. What the visitor may do is
/// looked at before factors and `fresh`, so that nobody is asked for a password in order to be refused.
pub(crate) fn authorise<P: Principal>(
    spec: &'static PolicySpec,
    principal: &P,
    factors: &Factors,
    instants: &Instants,
    now: Timestamp,
) -> Result<(), Denial> {
    let since_authentication = instants.authenticated_at.map(|instant| now.age_of(instant));
    if let Some(limit) = spec.limits.age
        && since_authentication.is_none_or(|age| age > limit)
    {
        return Err(Denial::TooOld);
    }
    if let Some(window) = spec.limits.window
        && (now.age_of(instants.last_seen_at) > window || instants.longest_pause > window)
    {
        return Err(Denial::TooOld);
    }
    // `fresh` is about each factor, too.
    let gave = |factor: &str| factors.given_within(factor, spec.limits.fresh, now);
    let mut missing = Vec::new();
    for demand in spec.chain().flat_map(|spec| spec.demands) {
        if is_met(demand, principal, &gave) == Some(true) {
            continue;
        }
        if is_met(demand, principal, &|_| true) != Some(true) {
            return Err(unmet(demand));
        }
        name_factors(demand, &gave, &mut missing);
    }
    if !missing.is_empty() {
        return Err(Denial::Factors(missing, spec.limits.fresh));
    }
    if let Some(limit) = spec.limits.fresh
        && since_authentication.is_none_or(|age| age > limit)
    {
        return Err(Denial::NotFresh(limit));
    }
    Ok(())
}

/// `None` where the demand is about another principal's roles, which the macros never write: nobody is admitted by it, not
/// even by its opposite.
fn is_met<P: Principal>(demand: &Demand, principal: &P, gave: &dyn Fn(&str) -> bool) -> Option<bool> {
    // Whether one of them is `wanted`.
    let any = |of: &[Demand], wanted: bool| {
        of.iter().try_fold(false, |found, demand| Some(found | (is_met(demand, principal, gave)? == wanted)))
    };
    Some(match demand {
        Demand::Role { held, .. } => held(principal)?,
        Demand::Scope { scope } => principal.has_scope(scope),
        Demand::Factors { of } => of.iter().all(|factor| gave(factor)),
        Demand::All { of } => !any(of, false)?,
        Demand::Any { of } => any(of, true)?,
        Demand::Not { of } => !any(of, true)?,
    })
}

/// A demand that speaks of scopes alone is answered with the scopes (RFC 6750 3.1); any other with a plain refusal, since
/// nothing that a client could ask for would help.
fn unmet(demand: &Demand) -> Denial {
    let mut scopes = Vec::new();
    if names_only_scopes(demand, &mut scopes) { Denial::Scope(scopes) } else { Denial::Role }
}

/// The factors in a demand that the visitor has not given.
fn name_factors(demand: &Demand, gave: &dyn Fn(&str) -> bool, missing: &mut Vec<&'static str>) {
    match demand {
        Demand::Role { .. } | Demand::Scope { .. } | Demand::Not { .. } => {}
        Demand::Factors { of } => {
            for factor in of.iter().filter(|factor| !gave(factor)) {
                if !missing.contains(factor) {
                    missing.push(factor);
                }
            }
        }
        Demand::All { of } | Demand::Any { of } => of.iter().for_each(|demand| name_factors(demand, gave, missing)),
    }
}

fn names_only_scopes(demand: &Demand, scopes: &mut Vec<&'static str>) -> bool {
    match demand {
        Demand::Role { .. } | Demand::Factors { .. } | Demand::Not { .. } => false,
        Demand::Scope { scope } => {
            if !scopes.contains(scope) {
                scopes.push(scope);
            }
            true
        }
        Demand::All { of } | Demand::Any { of } => of.iter().all(|demand| names_only_scopes(demand, scopes)),
    }
}
