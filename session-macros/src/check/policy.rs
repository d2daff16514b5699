//! What one policy attribute shows.

use crate::diagnostics::Diagnostics;
use crate::model::{PolicyAttribute, Whose};
use crate::syntax::Handler;

/// A policy that does not contradict itself.
pub(crate) struct CheckedPolicy {
    attribute: PolicyAttribute,
    whose: Whose,
}

impl CheckedPolicy {
    /// Checks what an attribute says; `handler` is what it guards, if it stands on a handler.
    pub(crate) fn new(attribute: PolicyAttribute, handler: Option<&Handler>, diagnostics: &mut Diagnostics) -> Self {
        let whose = Whose::of(&attribute, handler);
        let attribute = if diagnostics.has_errors() { stand_in(attribute) } else { attribute };
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
}

/// The attribute without anything that can be wrong.
fn stand_in(attribute: PolicyAttribute) -> PolicyAttribute {
    let PolicyAttribute { base, principal, state, runtime, .. } = attribute;
    PolicyAttribute { base, principal, state, runtime, ..PolicyAttribute::default() }
}
