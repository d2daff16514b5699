//! What a session travels in.

use crate::diagnostics::{Diagnostics, Mistake};
use crate::model::PolicyAttribute;

pub(super) fn check(attribute: &PolicyAttribute, diagnostics: &mut Diagnostics) {
    if attribute.bearer.is_some() && attribute.cookie.is_none() {
        tokens_are_not_forged(attribute, diagnostics);
        tokens_are_not_redirected(attribute, diagnostics);
    }
}

/// Only what browsers send on their own can be forged by another site.
fn tokens_are_not_forged(attribute: &PolicyAttribute, diagnostics: &mut Diagnostics) {
    if let Some(csrf) = &attribute.csrf {
        diagnostics.mistake(
            Mistake::at(&csrf.key, "`csrf` protects cookies; browsers never send a bearer token on their own")
                .help("remove `csrf`, or accept the cookie too"),
        );
    }
}

/// Only browsers follow a redirect to a page on which one can log in.
fn tokens_are_not_redirected(attribute: &PolicyAttribute, diagnostics: &mut Diagnostics) {
    for given in [&attribute.login, &attribute.reauthenticate].into_iter().flatten() {
        let key = &given.key;
        diagnostics.mistake(
            Mistake::at(key, "clients with tokens do not follow a login redirect")
                .help(format!("remove `{key}`, or accept the cookie too")),
        );
    }
}
