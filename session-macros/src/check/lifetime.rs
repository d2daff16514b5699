//! How recent a session must be.

use crate::diagnostics::{Diagnostics, Mistake};
use crate::model::PolicyAttribute;

pub(super) fn check(attribute: &PolicyAttribute, diagnostics: &mut Diagnostics) {
    fresh_within_max_age(attribute, diagnostics);
    tokens_do_not_slide(attribute, diagnostics);
}

/// What is refused for its age is never asked whether it is fresh.
fn fresh_within_max_age(attribute: &PolicyAttribute, diagnostics: &mut Diagnostics) {
    let (Some(fresh), Some(max_age), None) = (&attribute.fresh, &attribute.max_age, &attribute.sliding) else { return };
    if fresh.value.seconds < max_age.value.seconds || max_age.value.seconds == 0 {
        return;
    }
    let (fresh_for, admitted_for) = (fresh.value.written(), max_age.value.written());
    diagnostics.mistake(
        Mistake::at(
            &fresh.key,
            format!("every admitted session is already this fresh: `max_age` ({admitted_for}) ends it before `fresh` ({fresh_for})"),
        )
        .help(format!("make `fresh` shorter than {admitted_for}, or remove it")),
    );
}

/// Whoever shows a token again shows the same one, with the same end.
fn tokens_do_not_slide(attribute: &PolicyAttribute, diagnostics: &mut Diagnostics) {
    let (Some(sliding), Some(_), None) = (&attribute.sliding, &attribute.bearer, &attribute.cookie) else { return };
    diagnostics.mistake(
        Mistake::at(sliding, "a token carries its own end and cannot slide")
            .help("drop `sliding`, or accept the cookie too"),
    );
}
