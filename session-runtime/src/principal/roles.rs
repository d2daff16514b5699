//! Roles and scopes: what a principal may do.

use std::collections::{BTreeSet, HashSet};
use std::hash::{BuildHasher, Hash};

/// The role of principals without roles: there is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoRole {}

/// A principal with a field marked `#[principal(roles)]`.
#[diagnostic::on_unimplemented(
    message = "the principal `{Self}` carries no roles",
    label = "demands a role",
    note = "put `#[principal(roles)]` on the field of `{Self}` that holds them"
)]
pub trait CarriesRoles {
    /// The type of one role.
    type Role;

    /// Whether the principal holds `role`.
    fn carries(&self, role: &Self::Role) -> bool;
}

/// A principal with a field marked `#[principal(scopes)]`.
#[diagnostic::on_unimplemented(
    message = "the principal `{Self}` carries no scopes",
    label = "demands a scope",
    note = "put `#[principal(scopes)]` on the field of `{Self}` that holds them"
)]
pub trait CarriesScopes {}

/// The test that a role or a scope passes if its issuer may grant it. Expansions name it: editors that do not load `core`
/// reject the parentheses of `Fn` there.
pub type MayHold<'a, R> = &'a dyn Fn(&R) -> bool;

/// A field that holds roles: a `Vec`, an array, an `Option`, a set, or a type of the application's own.
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not hold roles",
    note = "use a `Vec`, an `Option` or a set of the role type, or implement `session_runtime::RoleSet` for `{Self}`"
)]
pub trait RoleSet {
    /// The type of one role.
    type Role: PartialEq + Send + Sync + 'static;

    /// Whether `role` is held.
    fn holds(&self, role: &Self::Role) -> bool;

    /// Removes the roles that `may_hold` rejects. Returns false if such a role remains.
    ///
    /// The roles of a token from an issuer that may not grant every role pass through here. After false, the token is
    /// rejected. So the default, which removes nothing and returns false, admits no token of such an issuer.
    fn restrict(&mut self, may_hold: &dyn Fn(&Self::Role) -> bool) -> bool {
        let _ = may_hold;
        false
    }
}

/// A field that holds OAuth scopes: a `Vec<String>`, a set of them, or one space-separated `String` (RFC 6749 3.3).
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not hold scopes",
    note = "use a `Vec<String>` or a set of strings, or implement `session_runtime::ScopeSet` for `{Self}`"
)]
pub trait ScopeSet {
    /// Whether `scope` is held, compared byte for byte.
    fn holds(&self, scope: &str) -> bool;

    /// Removes the scopes that `may_hold` rejects. Returns false if such a scope remains.
    ///
    /// The scopes of a token from an issuer that may not grant every scope pass through here. After false, the token is
    /// rejected. So the default, which removes nothing and returns false, admits no token of such an issuer.
    fn restrict(&mut self, may_hold: &dyn Fn(&str) -> bool) -> bool {
        let _ = may_hold;
        false
    }
}

impl<R: PartialEq + Send + Sync + 'static> RoleSet for Vec<R> {
    type Role = R;

    fn holds(&self, role: &R) -> bool {
        self.iter().any(|held| held == role)
    }

    fn restrict(&mut self, may_hold: &dyn Fn(&R) -> bool) -> bool {
        self.retain(may_hold);
        true
    }
}

impl<R: PartialEq + Send + Sync + 'static> RoleSet for Box<[R]> {
    type Role = R;

    fn holds(&self, role: &R) -> bool {
        self.iter().any(|held| held == role)
    }

    fn restrict(&mut self, may_hold: &dyn Fn(&R) -> bool) -> bool {
        let mut roles = std::mem::take(self).into_vec();
        roles.retain(may_hold);
        *self = roles.into();
        true
    }
}

impl<R: PartialEq + Send + Sync + 'static> RoleSet for Option<R> {
    type Role = R;

    fn holds(&self, role: &R) -> bool {
        self.as_ref().is_some_and(|held| held == role)
    }

    fn restrict(&mut self, may_hold: &dyn Fn(&R) -> bool) -> bool {
        self.take_if(|role| !may_hold(role));
        true
    }
}

/// The length of an array is fixed, so no role can be removed.
impl<R: PartialEq + Send + Sync + 'static, const N: usize> RoleSet for [R; N] {
    type Role = R;

    fn holds(&self, role: &R) -> bool {
        self.iter().any(|held| held == role)
    }

    fn restrict(&mut self, may_hold: &dyn Fn(&R) -> bool) -> bool {
        self.iter().all(may_hold)
    }
}

impl<R: Eq + Hash + Send + Sync + 'static, B: BuildHasher> RoleSet for HashSet<R, B> {
    type Role = R;

    fn holds(&self, role: &R) -> bool {
        self.contains(role)
    }

    fn restrict(&mut self, may_hold: &dyn Fn(&R) -> bool) -> bool {
        self.retain(may_hold);
        true
    }
}

impl<R: Ord + Send + Sync + 'static> RoleSet for BTreeSet<R> {
    type Role = R;

    fn holds(&self, role: &R) -> bool {
        self.contains(role)
    }

    fn restrict(&mut self, may_hold: &dyn Fn(&R) -> bool) -> bool {
        self.retain(may_hold);
        true
    }
}

impl ScopeSet for String {
    fn holds(&self, scope: &str) -> bool {
        self.split(' ').any(|held| held == scope)
    }

    fn restrict(&mut self, may_hold: &dyn Fn(&str) -> bool) -> bool {
        let kept: Vec<&str> = self.split(' ').filter(|scope| may_hold(scope)).collect();
        *self = kept.join(" ");
        true
    }
}

impl<T: AsRef<str>> ScopeSet for Vec<T> {
    fn holds(&self, scope: &str) -> bool {
        self.iter().any(|held| held.as_ref() == scope)
    }

    fn restrict(&mut self, may_hold: &dyn Fn(&str) -> bool) -> bool {
        self.retain(|scope| may_hold(scope.as_ref()));
        true
    }
}

impl<B: BuildHasher> ScopeSet for HashSet<String, B> {
    fn holds(&self, scope: &str) -> bool {
        self.contains(scope)
    }

    fn restrict(&mut self, may_hold: &dyn Fn(&str) -> bool) -> bool {
        self.retain(|scope| may_hold(scope));
        true
    }
}

impl ScopeSet for BTreeSet<String> {
    fn holds(&self, scope: &str) -> bool {
        self.contains(scope)
    }

    fn restrict(&mut self, may_hold: &dyn Fn(&str) -> bool) -> bool {
        self.retain(|scope| may_hold(scope));
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scope_is_a_whole_word() {
        let scopes = String::from("orders:read orders:write");
        assert!(ScopeSet::holds(&scopes, "orders:read"));
        assert!(!ScopeSet::holds(&scopes, "orders"));
        assert!(!ScopeSet::holds(&scopes, "orders:read orders:write"));
        assert!(ScopeSet::holds(&vec!["a", "b"], "b"));
    }

    fn restricted<T: RoleSet<Role = char>>(mut roles: T) -> (T, bool) {
        let complete = roles.restrict(&|role| *role == 'a');
        (roles, complete)
    }

    #[test]
    fn roles_outside_of_the_limit_are_removed() {
        assert_eq!(restricted(vec!['b', 'a', 'c', 'a']), (vec!['a', 'a'], true));
        assert_eq!(restricted(Box::from(['b', 'a'])), (Box::from(['a']), true));
        assert_eq!(restricted(Some('b')), (None, true));
        assert_eq!(restricted(Some('a')), (Some('a'), true));
        assert_eq!(restricted(HashSet::from(['a', 'b'])), (HashSet::from(['a']), true));
        assert_eq!(restricted(BTreeSet::from(['a', 'b'])), (BTreeSet::from(['a']), true));
        assert_eq!(restricted(['a', 'a']), (['a', 'a'], true));
        assert!(!restricted(['a', 'b']).1, "an array keeps its length");
    }

    #[test]
    fn scopes_outside_of_the_limit_are_removed() {
        let may_hold = |scope: &str| scope == "a";
        let mut words = String::from("a b  ab a");
        assert!(ScopeSet::restrict(&mut words, &may_hold));
        assert_eq!(words, "a a");
        let mut list = vec!["b", "a", "A"];
        assert!(ScopeSet::restrict(&mut list, &may_hold));
        assert_eq!(list, ["a"]);
    }

    #[test]
    fn a_set_of_the_application_cannot_be_restricted_unasked() {
        struct All;
        impl RoleSet for All {
            type Role = char;
            fn holds(&self, _: &char) -> bool {
                true
            }
        }
        assert!(!RoleSet::restrict(&mut All, &|_| true));
    }
}
