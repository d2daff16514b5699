//! Whose sessions a policy is about.

use std::marker::PhantomData;

use crate::principal::{CarriesRoles, CarriesScopes, NoRole, Principal};

/// Whose sessions a policy is about: those [of](Of) one principal, or [nobody's](Open).
pub trait Realm: Send + Sync + 'static {
    /// The role type of the realm's principal.
    type Role: PartialEq + Send + Sync + 'static;
}

/// The realm of the principal `P`.
#[derive(Debug)]
pub struct Of<P>(PhantomData<fn() -> P>);

/// The realm of `public` routes, which look at nobody's session.
#[derive(Debug)]
pub enum Open {}

impl<P: Principal> Realm for Of<P> {
    type Role = P::Role;
}

impl Realm for Open {
    type Role = NoRole;
}

impl<P: CarriesRoles> CarriesRoles for Of<P> {}
impl<P: CarriesScopes> CarriesScopes for Of<P> {}

/// A policy whose principal is written nowhere near it, so that it is the crate's default.
pub trait DefaultRealm {
    /// The realm of the crate's default principal.
    type Realm;
}

/// What the name of the default principal means where a crate declares none.
///
/// The expansion looks for the name in the crate's root first and here second.
pub mod no_principal {
    pub use super::NoPrincipal as __SessionPrincipal;
}

/// No principal at all.
#[derive(Debug)]
pub enum NoPrincipal {}
