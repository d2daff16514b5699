//! What a visitor must be allowed to do.

/// A condition on the visitor: a tree of constants, never text.
#[derive(Debug)]
pub enum Demand<R: 'static> {
    /// `role(PATH)`.
    Role {
        /// The role itself.
        role: R,
        /// The path as it was written.
        written: &'static str,
    },
    /// `scope("..")`.
    Scope {
        /// The scope's name.
        scope: &'static str,
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

impl<R> std::fmt::Display for Demand<R> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (word, of) = match self {
            Self::Role { written, .. } => return write!(formatter, "role({written})"),
            Self::Scope { scope } => return write!(formatter, "scope(\"{scope}\")"),
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
