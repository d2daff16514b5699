//! A policy as a value.

use std::any::TypeId;

use super::{Policy, PolicySpec, Realm};

/// What a policy says, and whom it is about.
#[derive(Debug)]
pub struct Stated {
    pub(crate) spec: PolicySpec,
    /// Tells principals apart that share a realm's name.
    pub(crate) realm: TypeId,
}

impl Stated {
    pub(crate) fn of<P: Policy>() -> Self {
        Self::about::<P::Realm>(*P::SPEC)
    }

    pub(crate) fn about<R: Realm>(spec: PolicySpec) -> Self {
        Self { spec, realm: TypeId::of::<R>() }
    }
}
