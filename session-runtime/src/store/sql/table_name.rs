//! The names of tables, which come from configuration and go into statements.

use std::fmt;

/// What PostgreSQL allows, less what is put behind.
const LONGEST: usize = 48;

/// A name that cannot be anything but a name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct TableName(Box<str>);

impl Default for TableName {
    fn default() -> Self {
        Self("sessions".into())
    }
}

impl TableName {
    pub(super) fn parse(name: &str) -> Result<Self, TableNameError> {
        let begins = name.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_');
        let goes_on = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
        let is_reserved = name.get(..7).is_some_and(|start| start.eq_ignore_ascii_case("sqlite_"));
        if begins && goes_on && !is_reserved && name.len() <= LONGEST {
            Ok(Self(name.into()))
        } else {
            Err(TableNameError(name.into()))
        }
    }

    pub(super) fn as_str(&self) -> &str {
        &self.0
    }
}

/// What cannot be the name of a store's table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TableNameError(Box<str>);

impl fmt::Display for TableNameError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            formatter,
            "{:?} cannot be the name of a table of sessions: take at most {LONGEST} ASCII letters, digits and `_`, \
             beginning with no digit and not with `sqlite_`",
            self.0
        )
    }
}

impl std::error::Error for TableNameError {}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn names_are_plain_identifiers() {
        for name in ["sessions", "s", "_s", "Order", "app_sessions_2", &"a".repeat(48)] {
            assert_eq!(TableName::parse(name).unwrap().as_str(), name);
        }
        let long = "a".repeat(49);
        let hostile =
            ["", "2s", "a b", "a-b", "a.b", "a\"b", "a`b", "a;--", "a\0", "sitzüng", "sqlite_x", "SQLite_x", "?"];
        for name in hostile.into_iter().chain([long.as_str()]) {
            assert_eq!(TableName::parse(name), Err(TableNameError(name.into())), "{name:?}");
        }
    }

    proptest! {
        #[test]
        fn no_name_leaves_its_quotes(name in ".{0,60}") {
            if let Ok(name) = TableName::parse(&name) {
                let ends_a_name = ['"', '`', '\'', '?', '{', '\\', '\0'];
                prop_assert!(!name.as_str().contains(ends_a_name));
                prop_assert!((1..=48).contains(&name.as_str().len()));
            }
        }
    }
}
