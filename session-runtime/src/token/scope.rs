//! The `scope` claim: words in one string (RFC 8693 4.2), a sequence to whoever reads one.

use std::marker::PhantomData;

use serde::de::{self, DeserializeSeed, Deserializer, SeqAccess, Visitor};
use serde::forward_to_deserialize_any;

use super::error::IssueError;
use crate::principal::SubjectDeserializer;

/// Gives the words of a scope to a field that holds a sequence, the whole of it to one that holds a string.
pub(super) struct ScopeDeserializer<'a, E> {
    scope: &'a str,
    error: PhantomData<E>,
}

impl<'a, E> ScopeDeserializer<'a, E> {
    pub(super) fn new(scope: &'a str) -> Self {
        Self { scope, error: PhantomData }
    }
}

impl<'de, E: de::Error> Deserializer<'de> for ScopeDeserializer<'_, E> {
    type Error = E;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, E> {
        visitor.visit_seq(ScopeAccess { words: Words(self.scope), error: PhantomData })
    }

    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, E> {
        visitor.visit_str(self.scope)
    }

    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, E> {
        visitor.visit_str(self.scope)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, E> {
        visitor.visit_some(self)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value, E> {
        visitor.visit_newtype_struct(self)
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char bytes byte_buf unit unit_struct seq tuple
        tuple_struct map struct enum identifier ignored_any
    }
}

struct ScopeAccess<'a, E> {
    words: Words<'a>,
    error: PhantomData<E>,
}

impl<'de, E: de::Error> SeqAccess<'de> for ScopeAccess<'_, E> {
    type Error = E;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, E> {
        self.words.next().map(|word| seed.deserialize(SubjectDeserializer::new(word))).transpose()
    }
}

/// What is between the spaces of a scope.
struct Words<'a>(&'a str);

impl<'a> Iterator for Words<'a> {
    type Item = &'a str;

    fn next(&mut self) -> Option<&'a str> {
        while !self.0.is_empty() {
            // Words are too short for a search of many bytes at once to pay off.
            let end = self.0.bytes().position(|byte| byte == b' ').unwrap_or(self.0.len());
            let (word, rest) = self.0.split_at_checked(end)?;
            self.0 = rest.strip_prefix(' ').unwrap_or(rest);
            if !word.is_empty() {
                return Some(word);
            }
        }
        None
    }
}

/// The `scope` claim of a field that serialised as `json`; none when it holds no scope.
///
/// A single word with a space in it would come back as two scopes, which nobody granted: it is refused, as is all else
/// that RFC 6749 3.3 does not allow in one.
pub(super) fn scope_of(json: &str) -> Result<Option<String>, IssueError> {
    let held: Held = serde_json::from_str(json).map_err(|_| IssueError::Scope)?;
    let scopes = match held {
        Held::One(scope) => Words(&scope).map(str::to_owned).collect(),
        Held::Several(scopes) => scopes,
        Held::None => return Ok(None),
    };
    scope_of_words(&scopes)
}

/// The `scope` claim of these words; none for no words.
pub(super) fn scope_of_words(scopes: &[impl AsRef<str>]) -> Result<Option<String>, IssueError> {
    let scopes: Vec<_> = scopes.iter().map(AsRef::as_ref).collect();
    if !scopes.iter().all(|scope| is_scope(scope)) {
        return Err(IssueError::Scope);
    }
    Ok((!scopes.is_empty()).then(|| scopes.join(" ")))
}

#[derive(serde::Deserialize)]
#[serde(untagged)]
enum Held {
    One(String),
    Several(Vec<String>),
    None,
}

fn is_scope(word: &str) -> bool {
    !word.is_empty() && word.bytes().all(|byte| matches!(byte, 0x21 | 0x23..=0x5B | 0x5D..=0x7E))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde::de::value::Error;
    use std::collections::BTreeSet;

    fn read<'a, T: de::Deserialize<'a>>(scope: &'a str) -> Option<T> {
        T::deserialize(ScopeDeserializer::<Error>::new(scope)).ok()
    }

    #[test]
    fn a_field_gets_words_or_the_whole() {
        assert_eq!(read("a b"), Some(vec!["a".to_owned(), "b".to_owned()]));
        assert_eq!(read(" b  a "), Some(BTreeSet::from(["a".to_owned(), "b".to_owned()])));
        assert_eq!(read("a b"), Some("a b".to_owned()));
        assert_eq!(read("a b"), Some(Some(vec!["a".to_owned(), "b".to_owned()])));
        assert_eq!(read::<Vec<String>>(""), Some(vec![]));
        assert_eq!(read::<u64>("1"), None);
    }

    proptest! {
        #[test]
        fn a_word_is_what_is_between_spaces(scope in "[a ß\u{a0}]{0,12}") {
            let words: Vec<_> = scope.split(' ').filter(|word| !word.is_empty()).collect();
            prop_assert_eq!(Words(&scope).collect::<Vec<_>>(), words);
        }
    }

    #[test]
    fn no_scope_becomes_two() {
        assert_eq!(scope_of(r#"["orders:read","orders:write"]"#), Ok(Some("orders:read orders:write".into())));
        assert_eq!(scope_of(r#""orders:read orders:write""#), Ok(Some("orders:read orders:write".into())));
        assert_eq!(scope_of("[]"), Ok(None));
        assert_eq!(scope_of(r#""""#), Ok(None));
        assert_eq!(scope_of("null"), Ok(None));
        for json in
            [r#"["read admin"]"#, r#"[""]"#, r#"["a\"b"]"#, r#"["a\\b"]"#, r#"["ä"]"#, "[1]", "7", r#"["a\nb"]"#]
        {
            assert_eq!(scope_of(json), Err(IssueError::Scope), "{json}");
        }
    }
}
