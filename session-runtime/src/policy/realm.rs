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
