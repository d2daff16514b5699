//! Who a session is about: the application's own type, and how its sessions travel.

mod claims;
mod issuer;
mod powers;
mod roles;
mod spec;
#[cfg_attr(not(feature = "jwt"), allow(dead_code, reason = "only a token turns a subject back into an id"))]
mod subject;

pub use self::claims::ClaimNames;
pub use self::issuer::IssuerText;
pub use self::powers::{EndsSessions, ForgetsCookies, ListsSessions};
pub use self::roles::{CarriesRoles, CarriesScopes, MayHold, NoRole, RoleSet, ScopeSet};
pub(crate) use self::spec::Lifetime;
pub use self::spec::{Algorithm, BearerSpec, CookieSpec, CookieToken, PrincipalSpec, RealmName, SameSite};
#[cfg(feature = "jwt")]
pub(crate) use self::subject::SubjectDeserializer;
pub(crate) use self::subject::{SubjectError, expect_identity, identity, identity_of, issued_subject, subject_of};

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde::{Deserializer, Serialize, Serializer};

/// What a store can keep and a token can carry.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be kept in a session",
    label = "neither a store nor a token can hold it",
    note = "derive `serde::Serialize` and `serde::Deserialize` on it"
)]
pub trait Kept: Sized {
    /// Serialises it.
    ///
    /// # Errors
    ///
    /// Those of the serialiser.
    fn keep<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error>;

    /// Deserialises it.
    ///
    /// # Errors
    ///
    /// Those of the deserialiser.
    fn restore<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error>;
}

/// Not supertraits of [`Kept`], which would be reported beside it, and in serde's words.
#[diagnostic::do_not_recommend]
impl<T: Serialize + DeserializeOwned> Kept for T {
    fn keep<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.serialize(serializer)
    }

    fn restore<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::deserialize(deserializer)
    }
}

/// What is [`Kept`], to serde's own functions.
pub(crate) struct AsKept<T>(pub(crate) T);

impl<T: Kept> Serialize for AsKept<&T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.keep(serializer)
    }
}

impl<'de, T: Kept> Deserialize<'de> for AsKept<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        T::restore(deserializer).map(Self)
    }
}

/// The authenticated subject of a session, as the application's own type.
///
/// Derived, not written by hand:
///
/// ```
/// use serde::{Deserialize, Serialize};
/// use session_runtime::Principal;
///
/// #[derive(Clone, Serialize, Deserialize, PartialEq)]
/// enum Role { Customer, Staff }
///
/// #[derive(Clone, Serialize, Deserialize, Principal)]
/// #[principal(cookie(name = "__Host-id"), absolute = "12h", idle = "2h", realm = "shop-user")]
/// struct User {
///     #[principal(id)]
///     id: u64,
///     name: String,
///     #[principal(roles)]
///     roles: Vec<Role>,
/// }
///
/// let user = User { id: 7, name: "Ada".into(), roles: vec![Role::Staff] };
/// assert!(user.has_role(&Role::Staff));
/// assert_eq!(*user.id(), 7);
/// ```
///
/// One principal type is one realm: nothing that was issued for one is ever accepted for another.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a principal",
    label = "not a principal",
    note = "write `#[derive(Principal)]` on `{Self}` and `#[principal(id)]` on its identifying field"
)]
pub trait Principal: Kept + Clone + Send + Sync + 'static {
    /// Identifies the subject within its realm, or within its [`issuer`](Self::issuer) where it has one.
    ///
    /// Serialises as a string, a number or a newtype of one.
    type Id: Serialize + Send + Sync;

    /// What `role(..)` names; [`NoRole`] when no field is marked `#[principal(roles)]`.
    type Role: PartialEq + Send + Sync + 'static;

    /// What `#[principal(..)]` declares.
    const SPEC: &'static PrincipalSpec;

    /// The field marked `#[principal(id)]`.
    fn id(&self) -> &Self::Id;

    /// Whether the field marked `#[principal(roles)]` holds `role`.
    fn has_role(&self, role: &Self::Role) -> bool;

    /// Whether the field marked `#[principal(scopes)]` holds `scope`.
    fn has_scope(&self, scope: &str) -> bool;

    /// The field marked `#[principal(issuer)]`; `None` where no field is.
    ///
    /// With such a field, id and issuer together identify the subject.
    fn issuer(&self) -> Option<&str> {
        None
    }

    /// Removes the roles that `may_hold` rejects. Returns false if such a role remains.
    fn restrict_roles(&mut self, may_hold: &dyn Fn(&Self::Role) -> bool) -> bool {
        let _ = may_hold;
        false
    }

    /// Removes the scopes that `may_hold` rejects. Returns false if such a scope remains.
    fn restrict_scopes(&mut self, may_hold: &dyn Fn(&str) -> bool) -> bool {
        let _ = may_hold;
        false
    }
}

/// A principal whose sessions can outlive the browser: `cookie(persistent = "30d")` says how long. Derived.
#[diagnostic::on_unimplemented(
    message = "the sessions of `{Self}` cannot be remembered",
    label = "nothing says how long a remembered session lasts",
    note = "declare `cookie(persistent = \"30d\")` in `#[principal(..)]` of `{Self}`"
)]
pub trait RememberedPrincipal: Principal {}
