//! What a route demands of its visitor: values, written by the macros.

mod about;
pub mod assert;
mod demand;
mod message;
mod realm;
mod spec;
mod stated;
mod whose;

pub use self::about::{About, AboutBase, AboutPrincipal};
pub use self::demand::{Demand, holds};
pub(crate) use self::message::Written;
pub use self::realm::{Of, Open, Realm};
pub use self::spec::{Access, Limits, PolicySpec, Via};
pub use self::stated::Stated;
pub use self::whose::{Declared, DefaultRealm, PrincipalRealm, SamePrincipal, Subject, no_principal};

/// What a route demands of its visitor.
///
/// Implemented by `#[policy(..)]` for a unit struct; never by hand.
///
/// ```
/// # use serde::{Deserialize, Serialize};
/// # use session_runtime::Principal;
/// # #[derive(Clone, PartialEq, Serialize, Deserialize)]
/// # pub enum Role { Staff }
/// # #[derive(Clone, Serialize, Deserialize, Principal)]
/// # pub struct User { #[principal(id)] id: u64, #[principal(roles)] roles: Vec<Role> }
/// use session_runtime::policy;
///
/// /// Anyone on the staff.
/// #[policy(principal(User), role(Role::Staff), max_age = "30m", sliding, login = "/login")]
/// pub struct Staff;
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a session policy",
    label = "not a policy",
    note = "declare it with `#[policy(..)] struct {Self};`"
)]
pub trait Policy: Send + Sync + 'static {
    /// Whose sessions it is about.
    type Realm: Realm;

    /// What runs its checks: itself. Asked for where another policy builds on it, because of what is no policy the compiler
    /// says that it is none, and no more.
    #[doc(hidden)]
    type Checked;

    /// Everything that is demanded.
    const SPEC: &'static PolicySpec;
}
