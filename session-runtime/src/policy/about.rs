//! What stands for a policy where it is enforced.

use std::marker::PhantomData;

use super::{Open, Policy, Subject};

/// What stands for the policy of one handler.
///
/// Where that names no principal, or no policy, the compiler says so once, and not wherever the realm is needed.
pub trait About {
    /// Whose sessions it is about: a [`Realm`](super::Realm). Not said here, because it would be checked anew for each handler.
    type Realm;
}

/// What stands for every policy that is about the principal `P`.
#[derive(Debug)]
pub struct AboutPrincipal<P>(PhantomData<fn() -> P>);

impl<P: Subject> About for AboutPrincipal<P> {
    type Realm = P::Realm;
}

/// What stands for every policy that is about whom the policy `B` is about, on which it builds.
#[derive(Debug)]
pub struct AboutBase<B>(PhantomData<fn() -> B>);

impl<B: Policy> About for AboutBase<B> {
    type Realm = B::Realm;
}

/// A `public` handler's policy is about nobody, and no two of them differ.
impl About for Open {
    type Realm = Self;
}
