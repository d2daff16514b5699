//! Whose sessions a policy is about.

use std::marker::PhantomData;

use crate::principal::Principal;

/// Whose sessions a policy is about: those [of](Of) one principal, or [nobody's](Open).
pub trait Realm: Send + Sync + 'static {}

/// The realm of the principal `P`.
#[derive(Debug)]
pub struct Of<P>(PhantomData<fn() -> P>);

/// The realm of `public` routes, which look at nobody's session.
#[derive(Debug)]
pub enum Open {}

impl<P: Principal> Realm for Of<P> {}

impl Realm for Open {}
