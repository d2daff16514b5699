//! What the signature of a handler shows.

use super::CheckedPolicy;
use crate::diagnostics::Diagnostics;
use crate::model::PolicyAttribute;
use crate::syntax::Handler;

/// A handler that can be guarded, and its policy.
pub(crate) struct CheckedHandler {
    policy: CheckedPolicy,
    handler: Handler,
    callable: bool,
}

impl CheckedHandler {
    /// Checks a handler and the attribute above it.
    pub(crate) fn new(attribute: PolicyAttribute, handler: Handler, diagnostics: &mut Diagnostics) -> Self {
        let callable = true;
        let policy = CheckedPolicy::new(attribute, Some(&handler), diagnostics);
        Self { policy, handler, callable }
    }

    /// What it demands.
    pub(crate) fn policy(&self) -> &CheckedPolicy {
        &self.policy
    }

    /// The function.
    pub(crate) fn handler(&self) -> &Handler {
        &self.handler
    }

    /// Whether the function can be called with what its arguments extract.
    pub(crate) fn is_callable(&self) -> bool {
        self.callable
    }
}
