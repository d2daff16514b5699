//! Who is admitted: `required`, `optional` and `public` against everything else.

use proc_macro2::Ident;

use crate::diagnostics::{Diagnostics, Mistake, written};
use crate::model::{Access, PolicyAttribute};

pub(super) fn check(attribute: &PolicyAttribute, diagnostics: &mut Diagnostics) {
    one_access(attribute, diagnostics);
    if attribute.public().is_some() {
        public_demands_nothing(attribute, diagnostics);
        public_limits_nothing(attribute, diagnostics);
    }
    if attribute.accessed(Access::Optional).is_some() {
        optional_demands_nothing(attribute, diagnostics);
    }
    nobody_is_redirected(attribute, diagnostics);
}

/// A visitor must, may, or cannot have a session: one of these.
fn one_access(attribute: &PolicyAttribute, diagnostics: &mut Diagnostics) {
    let Some((first, others)) = attribute.access.split_first() else { return };
    for other in others {
        diagnostics.mistake(
            Mistake::at(&other.key, format!("`{}` contradicts `{}`", other.key, first.key)).help("keep one of them"),
        );
    }
}

/// A route that reads no credential cannot ask what its visitor may do, nor start from a policy that asks.
fn public_demands_nothing(attribute: &PolicyAttribute, diagnostics: &mut Diagnostics) {
    if let (Some(public), Some(base)) = (attribute.public(), &attribute.base) {
        diagnostics.mistake(
            Mistake::at(&public.key, format!("`public` drops what policy `{}` demands", written(&base.value)))
                .help("remove one of them"),
        );
    }
    let demands = attribute.demands.iter().map(|demand| (&demand.key, "(..)"));
    let checks = attribute.checks.iter().map(|check| (&check.key, "(..)"));
    let fresh = attribute.fresh.iter().map(|fresh| (&fresh.key, ""));
    let confirm = attribute.confirm.iter().map(|confirm| (&confirm.key, ""));
    for (key, parentheses) in demands.chain(checks).chain(fresh).chain(confirm) {
        diagnostics.mistake(
            Mistake::at(key, format!("a `public` route never authenticates, so `{key}{parentheses}` is never checked"))
                .help("remove `public`, or use `optional` and look at the session"),
        );
    }
}

/// What is about sessions or their cookies does nothing where none are read.
fn public_limits_nothing(attribute: &PolicyAttribute, diagnostics: &mut Diagnostics) {
    let keys = [
        attribute.max_age.as_ref().map(|given| &given.key),
        attribute.sliding.as_ref(),
        attribute.cookie.as_ref(),
        attribute.bearer.as_ref(),
        attribute.csrf.as_ref().map(|given| &given.key),
        attribute.principal.as_ref().map(|given| &given.key),
        attribute.state.as_ref().map(|given| &given.key),
    ];
    for key in keys.into_iter().flatten() {
        diagnostics.mistake(
            Mistake::at(key, format!("`{key}` has no effect on a `public` route")).help(format!("remove `{key}`")),
        );
    }
}

/// A visitor without a session has no rights and never logged in.
fn optional_demands_nothing(attribute: &PolicyAttribute, diagnostics: &mut Diagnostics) {
    let demands = attribute.demands.iter().map(|demand| &demand.key);
    let checks = attribute.checks.iter().map(|check| &check.key);
    let fresh = attribute.fresh.iter().map(|fresh| &fresh.key);
    let confirm = attribute.confirm.iter().map(|confirm| &confirm.key);
    for key in demands.chain(checks).chain(fresh).chain(confirm) {
        diagnostics.mistake(of_no_session(key));
    }
}

fn of_no_session(key: &Ident) -> Mistake {
    let (subject, instead) = match key.to_string().as_str() {
        "role" => ("a role", "test `session.has_role(..)`"),
        "scope" => ("a scope", "test `session.has_scope(..)`"),
        "fresh" => ("a recent login", "look at `session.authenticated_at()`"),
        "factors" => ("a factor", "look at `session.has_factor(..)`"),
        "confirm" => ("a confirmation", "look at the session"),
        "check" => ("a check", "look at the session"),
        _ => ("a right", "look at the session"),
    };
    Mistake::at(key, format!("{subject} cannot be demanded of a visitor without a session"))
        .help(format!("use `required`, or {instead} in the handler"))
}

/// A route that refuses nobody never redirects.
fn nobody_is_redirected(attribute: &PolicyAttribute, diagnostics: &mut Diagnostics) {
    let open = attribute.access.iter().any(|given| given.value != Access::Required);
    if !open {
        return;
    }
    for given in [&attribute.login, &attribute.reauthenticate].into_iter().flatten() {
        let key = &given.key;
        diagnostics
            .mistake(Mistake::at(key, "a route that refuses nobody never redirects").help(format!("remove `{key}`")));
    }
}
