//! Demands that nobody, or everybody, can meet.

use crate::diagnostics::{Diagnostics, Mistake, Warning};
use crate::model::{Demand, DemandKind, PolicyAttribute};

pub(super) fn check(attribute: &PolicyAttribute, diagnostics: &mut Diagnostics) {
    let mut demands = Vec::new();
    attribute.demands.iter().for_each(|demand| demand.every(&mut demands));
    for demand in &demands {
        not_empty(demand, diagnostics);
        checks_stand_alone(demand, diagnostics);
        factors_are_never_held_against(demand, diagnostics);
        match &demand.kind {
            DemandKind::All(of) => can_be_met(&of.iter().collect::<Vec<_>>(), diagnostics),
            DemandKind::Any(of) => {
                restricts(of, diagnostics);
                every_alternative_is_needed(of, diagnostics);
            }
            _ => {}
        }
    }
    can_be_met(&attribute.demands.iter().collect::<Vec<_>>(), diagnostics);
    names_who_may_enter(attribute, diagnostics);
}

/// Of no alternatives none is met; of no conditions all are.
fn not_empty(demand: &Demand, diagnostics: &mut Diagnostics) {
    let text = match &demand.kind {
        DemandKind::All(of) if of.is_empty() => "`all()` without conditions admits everyone",
        DemandKind::Any(of) if of.is_empty() => "`any()` without alternatives refuses everyone",
        _ => return,
    };
    let example = format!("remove it, or write `{}(role(Role::Admin), scope(\"admin\"))`", demand.key);
    diagnostics.mistake(Mistake::at(&demand.argument, text).help(example));
}

/// A check refuses by its own response, and a confirmation is used up: neither can be turned around or be one of several
/// ways in.
fn checks_stand_alone(demand: &Demand, diagnostics: &mut Diagnostics) {
    for part in demand.parts() {
        let key = &part.key;
        let written = match part.kind {
            DemandKind::Check => format!("{key}(..)"),
            DemandKind::Confirm => key.to_string(),
            _ => continue,
        };
        diagnostics.mistake(
            Mistake::at(key, format!("`{written}` refuses; it cannot be negated or be one of several ways in"))
                .help(format!("put it beside `{}(..)`", demand.key)),
        );
    }
}

/// Who leaves a factor out must never have more rights for it.
fn factors_are_never_held_against(demand: &Demand, diagnostics: &mut Diagnostics) {
    if !matches!(demand.kind, DemandKind::Not(_)) {
        return;
    }
    let mut inside = Vec::new();
    demand.parts().iter().for_each(|part| part.every(&mut inside));
    for part in inside {
        if matches!(part.kind, DemandKind::Factors(_)) {
            diagnostics.mistake(
                Mistake::at(&part.key, "`not(factors(..))` admits whoever leaves the factor out")
                    .help(format!("remove `{}`, or demand what those have whom you mean: `role(..)`", demand.text())),
            );
        }
    }
}

/// What is demanded and denied at once is met by nobody.
fn can_be_met(of: &[&Demand], diagnostics: &mut Diagnostics) {
    for demand in of {
        let Some(denied) = denied(demand) else { continue };
        if of.iter().any(|other| other.text() == denied.text()) {
            diagnostics.mistake(Mistake::at(&demand.tokens, "this demand can never be met").help(format!(
                "keep `{}` or `{}`",
                denied.text(),
                demand.text()
            )));
        }
    }
}

/// What is enough both when it is so and when it is not restricts nobody.
fn restricts(of: &[Demand], diagnostics: &mut Diagnostics) {
    for demand in of {
        let Some(denied) = denied(demand) else { continue };
        if of.iter().any(|other| other.text() == denied.text()) {
            diagnostics.mistake(
                Mistake::at(&demand.tokens, "this demand is always met: it restricts nothing").help(format!(
                    "keep `{}` or `{}`",
                    denied.text(),
                    demand.text()
                )),
            );
        }
    }
}

/// `X` of `not(X)`.
fn denied(demand: &Demand) -> Option<&Demand> {
    match &demand.kind {
        DemandKind::Not(of) => of.first(),
        _ => None,
    }
}

/// Whoever meets `all(X, Y)` meets `X` too, and `X` was enough.
fn every_alternative_is_needed(of: &[Demand], diagnostics: &mut Diagnostics) {
    for (index, demand) in of.iter().enumerate() {
        let enough = of.iter().enumerate().find(|(other, candidate)| {
            let text = candidate.text();
            let contained =
                matches!(&demand.kind, DemandKind::All(parts) if parts.iter().any(|part| part.text() == text));
            *other != index && contained || *other < index && demand.text() == text
        });
        if let Some((_, enough)) = enough {
            let text = format!("this alternative is never needed: `{}` already admits", enough.text());
            diagnostics.warn(Warning::at(demand.key.span(), "this_alternative_is_never_needed", text));
        }
    }
}

/// A list of those who may not enter admits whoever is added to the roles later.
fn names_who_may_enter(attribute: &PolicyAttribute, diagnostics: &mut Diagnostics) {
    let only_denies = |demand: &Demand| matches!(demand.kind, DemandKind::Not(_));
    let nothing_else = attribute.base.is_none() && attribute.demands.iter().all(only_denies);
    let about_roles = |demand: &&Demand| {
        let mut inside = Vec::new();
        demand.every(&mut inside);
        inside.iter().any(|demand| matches!(demand.kind, DemandKind::Role(_)))
    };
    if let (true, Some(first)) = (nothing_else, attribute.demands.iter().find(about_roles)) {
        let text =
            "a demand made only of `not(..)` admits every role added later\n= help: name the roles that may enter";
        diagnostics.warn(Warning::at(first.key.span(), "only_names_who_may_not_enter", text));
    }
}
