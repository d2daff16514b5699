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
}

/// A field that holds OAuth scopes: a `Vec<String>`, a set of them, or one space-separated `String` (RFC 6749 3.3).
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not hold scopes",
    note = "use a `Vec<String>` or a set of strings, or implement `session_runtime::ScopeSet` for `{Self}`"
)]
pub trait ScopeSet {
    /// Whether `scope` is held, compared byte for byte.
    fn holds(&self, scope: &str) -> bool;
}

macro_rules! role_sequences {
    ($($type:ty $(, $parameter:ident : $kind:ty)?;)*) => {$(
        impl<R: PartialEq + Send + Sync + 'static $(, const $parameter: $kind)?> RoleSet for $type {
            type Role = R;

            fn holds(&self, role: &R) -> bool {
                self.iter().any(|held| held == role)
            }
        }
    )*};
}

role_sequences! {
    Vec<R>;
    Box<[R]>;
    Option<R>;
    [R; N], N: usize;
}

impl<R: Eq + Hash + Send + Sync + 'static, B: BuildHasher> RoleSet for HashSet<R, B> {
    type Role = R;

    fn holds(&self, role: &R) -> bool {
        self.contains(role)
    }
}

impl<R: Ord + Send + Sync + 'static> RoleSet for BTreeSet<R> {
    type Role = R;

    fn holds(&self, role: &R) -> bool {
        self.contains(role)
    }
}

impl ScopeSet for String {
    fn holds(&self, scope: &str) -> bool {
        self.split(' ').any(|held| held == scope)
    }
}

impl<T: AsRef<str>> ScopeSet for Vec<T> {
    fn holds(&self, scope: &str) -> bool {
        self.iter().any(|held| held.as_ref() == scope)
    }
}

impl<B: BuildHasher> ScopeSet for HashSet<String, B> {
    fn holds(&self, scope: &str) -> bool {
        self.contains(scope)
    }
}

impl ScopeSet for BTreeSet<String> {
    fn holds(&self, scope: &str) -> bool {
        self.contains(scope)
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
}
