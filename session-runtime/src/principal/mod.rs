//! Who a session is about: the application's own type, and how its sessions travel.

mod claims;
mod roles;
mod spec;
#[cfg_attr(not(feature = "jwt"), allow(dead_code, reason = "only a token turns a subject back into an id"))]
mod subject;

pub use self::claims::ClaimNames;
pub use self::roles::{CarriesRoles, CarriesScopes, NoRole, RoleSet, ScopeSet};
pub use self::spec::{Algorithm, BearerSpec, CookieSpec, PrincipalSpec, SameSite};
pub(crate) use self::subject::subject_of;
#[cfg(feature = "jwt")]
pub(crate) use self::subject::{SubjectDeserializer, SubjectError};

use serde::Serialize;
use serde::de::DeserializeOwned;

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
/// #[principal(cookie(name = "__Host-id"), absolute = "12h", idle = "2h")]
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
pub trait Principal: Serialize + DeserializeOwned + Clone + Send + Sync + 'static {
    /// What identifies the subject within its realm. Serialises as a string, a number or a newtype of one.
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
}
