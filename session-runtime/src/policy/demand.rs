//! What a visitor must be allowed to do.

use std::any::Any;

use super::PrincipalRealm;
use crate::principal::CarriesRoles;

/// A condition on the visitor: a tree of constants, never text.
#[derive(Debug)]
pub enum Demand {
    /// `role(PATH)`.
    Role {
        /// Whether a principal holds it: [`holds`], of the realm that the policy is about and the role itself. The role's
        /// type stays out of the policy's, which is then one type for all principals.
        held: fn(&dyn Any) -> Option<bool>,
        /// The path as it was written.
        written: &'static str,
    },
    /// `scope("..")`.
    Scope {
        /// The scope's name.
        scope: &'static str,
    },
    /// `factors(..)`: the visitor proved who they are with each of these.
    Factors {
        /// Their names, as in the `amr` of a token.
        of: &'static [&'static str],
    },
    /// `all(..)`: every one of these.
    All {
        /// The conditions.
        of: &'static [Self],
    },
    /// `any(..)`: at least one of these.
    Any {
        /// The conditions.
        of: &'static [Self],
    },
    /// `not(..)`: none of these.
    Not {
        /// The condition; one, in a slice because a constant cannot box it.
        of: &'static [Self],
    },
}

/// Tells whether a principal of the realm `R` holds a role; `None` of any other.
///
/// A function that returns one, so that a realm without roles is told of by itself, and not by the role as well.
pub fn holds<R>() -> fn(&dyn Any, <R::Principal as CarriesRoles>::Role) -> Option<bool>
where
    R: PrincipalRealm<Principal: CarriesRoles>,
{
    |principal, role| principal.downcast_ref::<R::Principal>().map(|principal| principal.carries(&role))
}

impl std::fmt::Display for Demand {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (word, of) = match self {
            Self::Role { written, .. } => return write!(formatter, "role({written})"),
            Self::Scope { scope } => return write!(formatter, "scope(\"{scope}\")"),
            Self::Factors { of } => {
                let names: Vec<String> = of.iter().map(|factor| format!("\"{factor}\"")).collect();
                return write!(formatter, "factors({})", names.join(", "));
            }
            Self::All { of } => ("all", of),
            Self::Any { of } => ("any", of),
            Self::Not { of } => ("not", of),
        };
        write!(formatter, "{word}(")?;
        for (index, demand) in of.iter().enumerate() {
            let comma = if index == 0 { "" } else { ", " };
            write!(formatter, "{comma}{demand}")?;
        }
        formatter.write_str(")")
    }
}
