//! What one policy attribute shows.

use super::{access, credentials, demands, lifetime, values};
use crate::diagnostics::Diagnostics;
use crate::model::{Access, PolicyAttribute, Whose};
use crate::syntax::Handler;

/// A policy that does not contradict itself.
pub(crate) struct CheckedPolicy {
    attribute: PolicyAttribute,
    whose: Whose,
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
            let (attribute, whose) = stand_in(attribute, whose, handler);
            return Self { attribute, whose };
        }
        Self { attribute, whose }
    }

    /// What it says.
    pub(crate) fn attribute(&self) -> &PolicyAttribute {
        &self.attribute
    }

    /// Whose session it is about.
    pub(crate) fn whose(&self) -> &Whose {
        &self.whose
    }

    /// Whether it is about nobody's.
    pub(crate) fn is_open(&self) -> bool {
        matches!(self.whose, Whose::Nobody)
    }
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
