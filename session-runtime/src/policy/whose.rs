//! Whose session a policy is about that does not say it itself.

use super::{Of, Realm};
use crate::principal::{Principal, PrincipalSpec};

/// The realm of a principal: every one but that of `public` routes.
pub trait PrincipalRealm: Realm {
    /// The principal.
    type Principal: Principal;

    /// What it declares.
    const SPEC: &'static PrincipalSpec;
}

impl<P: Principal> PrincipalRealm for Of<P> {
    type Principal = P;
    const SPEC: &'static PrincipalSpec = P::SPEC;
}

/// A principal, on the way to its realm. Derived for each, and not implemented for all at once: of what is no principal, the
/// compiler then knows no realm, and reports nothing that follows from it.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a principal",
    label = "not a principal",
    note = "write `#[derive(Principal)]` on `{Self}` and `#[principal(id)]` on its identifying field"
)]
pub trait Subject {
    /// The realm.
    type Realm: PrincipalRealm;
}

/// The principal of a policy, and that of an argument of its handler.
#[diagnostic::on_unimplemented(
    message = "this policy is about `{Self}`, not `{P}`",
    label = "another principal than the policy's",
    note = "take `Session<{Self}>`"
)]
pub trait SamePrincipal<P> {}

impl<P> SamePrincipal<P> for P {}

/// The realm of a policy that names no principal: that of `default_principal!`.
pub trait DefaultRealm {
    /// The realm.
    type Realm: PrincipalRealm;
}

/// A principal that an application declared.
#[diagnostic::on_unimplemented(
    message = "whose session does this route need?",
    label = "no principal is named here",
    note = "take it as an argument: `session: Session<User>`, `Option<Session<User>>` or `AuthSession<User>`",
    note = "or name it in the attribute: `principal(User)`",
    note = "or build on a policy that names it: `policy(Staff)` on a handler, `extends(Staff)` on a policy",
    note = "or name it once for the crate, at its root: `session_runtime::default_principal!(User);`"
)]
pub trait Declared {}

/// What a policy finds in place of the crate's default principal when there is none.
pub mod no_principal {
    use serde::{Deserialize, Serialize};

    use crate::principal::{
        CarriesRoles, CarriesScopes, ClaimNames, CookieSpec, NoRole, Principal, PrincipalSpec, RealmName,
    };

    /// Nobody. A principal, so that the missing one is the only error, but not a declared one.
    #[derive(Clone, Debug, Serialize, Deserialize)]
    pub struct __SessionPrincipal {}

    #[diagnostic::do_not_recommend]
    impl Principal for __SessionPrincipal {
        type Id = ();
        type Role = NoRole;

        const SPEC: &'static PrincipalSpec = &PrincipalSpec::new(
            "_",
            RealmName::default("_"),
            ClaimNames { id: "id", roles: None, scopes: None, issuer: None },
        )
        .cookie(CookieSpec::new("__Host-id"))
        .idle(1);

        fn id(&self) -> &() {
            &()
        }

        fn has_role(&self, role: &NoRole) -> bool {
            match *role {}
        }

        fn has_scope(&self, _: &str) -> bool {
            false
        }
    }

    #[diagnostic::do_not_recommend]
    impl CarriesRoles for __SessionPrincipal {
        type Role = NoRole;

        fn carries(&self, role: &NoRole) -> bool {
            match *role {}
        }
    }
    #[diagnostic::do_not_recommend]
    impl CarriesScopes for __SessionPrincipal {}
}
