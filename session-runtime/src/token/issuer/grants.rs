//! Roles and scopes that an issuer may grant.

use std::any::Any;
use std::fmt;

use crate::principal::{ClaimNames, Principal};
use crate::token::error::TokenRefusal;

/// The roles and scopes that an issuer may grant. None unless said.
#[derive(Default)]
pub(crate) struct Grants {
    roles: RoleGrants,
    scopes: ScopeGrants,
}

#[derive(Default)]
enum RoleGrants {
    #[default]
    None,
    Every,
    /// A `Vec` of the principal's role type.
    Only(Box<dyn Any + Send + Sync>),
}

#[derive(Default)]
enum ScopeGrants {
    #[default]
    None,
    Every,
    Only(Vec<Box<str>>),
}

impl Grants {
    pub(super) fn set_roles<R: Send + Sync + 'static>(&mut self, roles: Vec<R>) {
        self.roles = RoleGrants::Only(Box::new(roles));
    }

    pub(super) fn set_every_role(&mut self) {
        self.roles = RoleGrants::Every;
    }

    pub(super) fn set_scopes(&mut self, scopes: Vec<Box<str>>) {
        self.scopes = ScopeGrants::Only(scopes);
    }

    pub(super) fn set_every_scope(&mut self) {
        self.scopes = ScopeGrants::Every;
    }

    /// Returns whether the roles, if named, are of type `R`.
    pub(super) fn has_roles_of<R: 'static>(&self) -> bool {
        match &self.roles {
            RoleGrants::None | RoleGrants::Every => true,
            RoleGrants::Only(roles) => roles.is::<Vec<R>>(),
        }
    }

    /// Removes from `principal` the roles and scopes that are not granted.
    ///
    /// # Errors
    ///
    /// [`TokenRefusal::NotGranted`] if one of them remains.
    pub(in crate::token) fn restrict<P: Principal>(
        &self,
        names: &ClaimNames,
        principal: &mut P,
    ) -> Result<(), TokenRefusal> {
        let roles = names.roles.is_none()
            || match &self.roles {
                RoleGrants::Every => true,
                RoleGrants::None => principal.restrict_roles(&|_| false),
                RoleGrants::Only(roles) => roles
                    .downcast_ref::<Vec<P::Role>>()
                    .is_some_and(|granted| principal.restrict_roles(&|role| granted.contains(role))),
            };
        let scopes = names.scopes.is_none()
            || match &self.scopes {
                ScopeGrants::Every => true,
                ScopeGrants::None => principal.restrict_scopes(&|_| false),
                ScopeGrants::Only(granted) => {
                    principal.restrict_scopes(&|scope| granted.iter().any(|granted| **granted == *scope))
                }
            };
        if roles && scopes { Ok(()) } else { Err(TokenRefusal::NotGranted) }
    }
}

impl fmt::Debug for Grants {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Grants").finish_non_exhaustive()
    }
}
