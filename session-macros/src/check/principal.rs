//! What the attributes of one principal show.

use syn::DeriveInput;

use crate::diagnostics::Diagnostics;
use crate::model::{Field, Fields, PrincipalAttribute};

/// A principal that does not contradict itself.
pub(crate) struct CheckedPrincipal {
    input: DeriveInput,
    attribute: PrincipalAttribute,
    fields: Fields,
}

impl CheckedPrincipal {
    /// Checks what a type says about its sessions.
    pub(crate) fn new(
        input: DeriveInput,
        attribute: PrincipalAttribute,
        fields: Fields,
        diagnostics: &mut Diagnostics,
    ) -> Self {
        let attribute = if diagnostics.has_errors() { stand_in(attribute) } else { attribute };
        Self { input, attribute, fields }
    }

    /// The type.
    pub(crate) fn input(&self) -> &DeriveInput {
        &self.input
    }

    /// What it says.
    pub(crate) fn attribute(&self) -> &PrincipalAttribute {
        &self.attribute
    }

    /// The field that identifies the subject; none after a mistake.
    pub(crate) fn id(&self) -> Option<&Field> {
        self.fields.id.first()
    }

    /// The field that holds the roles.
    pub(crate) fn roles(&self) -> Option<&Field> {
        self.fields.roles.first()
    }

    /// The field that holds the scopes.
    pub(crate) fn scopes(&self) -> Option<&Field> {
        self.fields.scopes.first()
    }
}

/// The attribute without anything that can be wrong.
fn stand_in(attribute: PrincipalAttribute) -> PrincipalAttribute {
    PrincipalAttribute { runtime: attribute.runtime, ..PrincipalAttribute::default() }
}
