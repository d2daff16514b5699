//! What one policy attribute shows.

use syn::Path;

use super::{access, credentials, demands, lifetime, values};
use crate::diagnostics::Diagnostics;
use crate::model::{Access, DemandKind, PolicyAttribute, Whose};
use crate::syntax::Handler;

/// A policy that does not contradict itself.
pub(crate) struct CheckedPolicy {
    attribute: PolicyAttribute,
    whose: Whose,
    /// After a mistake: the paths that were written, so that what they name does not count as unused.
    mentioned: Vec<Path>,
}

impl CheckedPolicy {
    /// Checks what an attribute says; `handler` is what it guards, if it stands on a handler.
    pub(crate) fn new(attribute: PolicyAttribute, handler: Option<&Handler>, diagnostics: &mut Diagnostics) -> Self {
        values::check(&attribute, diagnostics);
        access::check(&attribute, diagnostics);
        lifetime::check(&attribute, diagnostics);
        credentials::check(&attribute, diagnostics);
        demands::check(&attribute, diagnostics);
        let whose = Whose::of(&attribute, handler);
        if diagnostics.has_errors() {
            let mentioned = roles(&attribute);
            let (attribute, whose) = stand_in(attribute, whose, handler);
            return Self { attribute, whose, mentioned };
        }
        Self { attribute, whose, mentioned: Vec::new() }
    }

    /// What it says.
    pub(crate) fn attribute(&self) -> &PolicyAttribute {
        &self.attribute
    }

    /// After a mistake, the paths that are not in the attribute any more.
    pub(crate) fn mentioned(&self) -> &[Path] {
        &self.mentioned
    }

    /// Whose session it is about.
    pub(crate) fn whose(&self) -> &Whose {
        &self.whose
    }
}

/// The roles that an attribute names.
fn roles(attribute: &PolicyAttribute) -> Vec<Path> {
    let mut demands = Vec::new();
    for demand in &attribute.demands {
        demand.every(&mut demands);
    }
    let roles = demands.into_iter().filter_map(|demand| match &demand.kind {
        DemandKind::Role(role) => Some(role.clone()),
        _ => None,
    });
    roles.collect()
}

/// The attribute without anything that can be wrong, so that the router can use the handler and one mistake does not
/// become twenty. Whose session it is stays when the attribute or an argument says so; else nobody's.
fn stand_in(attribute: PolicyAttribute, whose: Whose, handler: Option<&Handler>) -> (PolicyAttribute, Whose) {
    let optional = attribute.accessed(Access::Optional).is_some() && attribute.accessed(Access::Required).is_none();
    let mut access = attribute.access;
    access.retain(|given| given.value == Access::Optional && optional);
    let PolicyAttribute { base, principal, state, runtime, .. } = attribute;
    let attribute = PolicyAttribute { access, base, principal, state, runtime, ..PolicyAttribute::default() };
    match whose {
        Whose::Nobody => match Whose::of(&attribute, handler) {
            Whose::Default => (attribute, Whose::Nobody),
            whose => (attribute, whose),
        },
        Whose::Default => (attribute, Whose::Nobody),
        whose => (attribute, whose),
    }
}
