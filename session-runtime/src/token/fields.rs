//! The principal's fields, out of the same single pass over the payload that reads the claims.
//!
//! | claim | becomes |
//! |---|---|
//! | `sub` | the field marked `#[principal(id)]` |
//! | `roles` | the field marked `#[principal(roles)]`; missing means none |
//! | `scope` | the field marked `#[principal(scopes)]`, as a sequence or a string; missing means none |
//! | `iss` | the field marked `#[principal(issuer)]` |
//! | what [`Claims`] reads | no field |
//! | spelled like one of the four fields above | nothing: a claim called `id` does not say who the subject is |
//! | any other | the field of that name |

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

use serde::de::value::BorrowedStrDeserializer;
use serde::de::{self, Deserialize, DeserializeSeed, Deserializer, Error as _, IgnoredAny, MapAccess, Visitor};
use serde::forward_to_deserialize_any;

use super::claims::{Claims, Name};
use super::error::TokenRefusal;
use super::scope::ScopeDeserializer;
use super::text::Text;
use crate::principal::{ClaimNames, SubjectDeserializer};

/// Reads the payload once: the claims into `claims`, the rest as `T`. Those that [`opening`](super::opening) has read are in
/// `claims` already, and no longer in `text`.
///
/// [`TokenRefusal::NoPrincipal`] means that all claims before the fault were of the right type, and says nothing about
/// those behind it.
pub(super) fn read<'de, T: Deserialize<'de>>(
    text: &'de str,
    names: &ClaimNames,
    declared: Option<&'static str>,
    claims: &mut Claims<'de>,
) -> Result<T, TokenRefusal> {
    let mut json = serde_json::Deserializer::from_str(text);
    let payload = Payload { names, declared, claims, principal: PhantomData };
    match json.deserialize_map(payload).and_then(|principal| json.end().map(|()| principal)) {
        Ok(principal) => Ok(principal),
        // What kind of error it is does not tell: a number where an enum is meant is called one of syntax.
        Err(_) if is_object(text) => Err(claims.fault.unwrap_or(TokenRefusal::NoPrincipal)),
        Err(_) => Err(TokenRefusal::Malformed),
    }
}

fn is_object(text: &str) -> bool {
    text.trim_ascii_start().starts_with('{') && serde_json::from_str::<IgnoredAny>(text).is_ok()
}

struct Payload<'a, 'de, T> {
    names: &'a ClaimNames,
    declared: Option<&'static str>,
    claims: &'a mut Claims<'de>,
    principal: PhantomData<T>,
}

impl<'de, T: Deserialize<'de>> Visitor<'de> for Payload<'_, 'de, T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a claims set")
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<T, A::Error> {
        let Self { names, declared, claims, .. } = self;
        let mut fields = Fields {
            map,
            names,
            declared,
            next: Next::Claim,
            subject: Fed::of(claims.subject.is_some().then_some(names.id)),
            issuer: Fed::of(names.issuer.filter(|_| claims.issuer.is_some())),
            claims,
            roles: Fed::of(names.roles),
            scope: Fed::of(names.scopes),
        };
        let principal = T::deserialize(FieldsDeserializer(&mut fields))?;
        // A principal that stops early must not keep the claims behind it from being read.
        while !matches!(fields.next, Next::End) && fields.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(principal)
    }
}

struct FieldsDeserializer<'f, 'a, 'de, A>(&'f mut Fields<'a, 'de, A>);

impl<'de, A: MapAccess<'de>> Deserializer<'de> for FieldsDeserializer<'_, '_, 'de, A> {
    type Error = A::Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, A::Error> {
        visitor.visit_map(self.0)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value, A::Error> {
        visitor.visit_newtype_struct(self)
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit unit_struct seq
        tuple tuple_struct map struct enum identifier ignored_any
    }
}

struct Fields<'a, 'de, A> {
    map: A,
    names: &'a ClaimNames,
    declared: Option<&'static str>,
    claims: &'a mut Claims<'de>,
    next: Next<'de>,
    /// Waiting only if the subject was read before.
    subject: Fed,
    /// Waiting only if the issuer was read before.
    issuer: Fed,
    roles: Fed,
    scope: Fed,
}

/// What feeds the field whose key was just handed out.
enum Next<'de> {
    /// The claim's own value.
    Claim,
    /// The subject that was read.
    Subject,
    /// The issuer that was read.
    Issuer,
    /// This `scope`.
    Scope(Cow<'de, str>),
    /// Nothing: the claim is missing.
    None,
    /// There are no more.
    End,
}

/// Whether a field that a registered claim feeds has got it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Fed {
    NoSuchField,
    Waiting(&'static str),
    Done,
}

impl Fed {
    fn of(field: Option<&'static str>) -> Self {
        field.map_or(Self::NoSuchField, Self::Waiting)
    }
}

impl<'de, A: MapAccess<'de>> Fields<'_, 'de, A> {
    /// The field that `claim` feeds, if any, once what there is to read of it here is read.
    fn field(&mut self, claim: Cow<'de, str>) -> Result<Option<Cow<'de, str>>, A::Error> {
        self.next = Next::Claim;
        if let Some(name) = Name::of(&claim, self.declared) {
            self.claims.read(name, &mut self.map)?;
            let (next, field) = match name {
                Name::Subject => (Next::Subject, Some(self.names.id)),
                Name::Issuer => (Next::Issuer, self.names.issuer),
                _ => return Ok(None),
            };
            self.next = next;
            return Ok(field.map(Cow::Borrowed));
        }
        match (&*claim, self.roles, self.scope) {
            ("roles", Fed::Waiting(field), _) => {
                self.roles = Fed::Done;
                Ok(Some(Cow::Borrowed(field)))
            }
            ("scope", _, Fed::Waiting(field)) => {
                self.scope = Fed::Done;
                self.next = Next::Scope(self.claims.read_text("scope", &mut self.map)?.0);
                Ok(Some(Cow::Borrowed(field)))
            }
            ("roles", Fed::Done, _) => Err(self.claims.duplicate("roles")),
            ("scope", _, Fed::Done) => Err(self.claims.duplicate("scope")),
            (own, ..) if self.is_fed_by_another_claim(own) => {
                self.map.next_value::<IgnoredAny>()?;
                Ok(None)
            }
            _ => Ok(Some(claim)),
        }
    }

    fn is_fed_by_another_claim(&self, field: &str) -> bool {
        let ClaimNames { id, roles, scopes, issuer } = *self.names;
        [Some(id), roles, scopes, issuer].contains(&Some(field))
    }

    /// A field whose claim was read before.
    fn read_before(&mut self) -> Option<&'static str> {
        if let Fed::Waiting(field) = std::mem::replace(&mut self.subject, Fed::Done) {
            self.next = Next::Subject;
            return Some(field);
        }
        if let Fed::Waiting(field) = std::mem::replace(&mut self.issuer, Fed::Done) {
            self.next = Next::Issuer;
            return Some(field);
        }
        self.next = Next::Scope(self.claims.scope.take()?.0);
        self.scope = Fed::Done;
        self.names.scopes
    }

    /// A field whose claim the token does not carry.
    fn unfed(&mut self) -> Option<&'static str> {
        self.next = Next::None;
        for fed in [&mut self.roles, &mut self.scope] {
            if let Fed::Waiting(field) = std::mem::replace(fed, Fed::Done) {
                return Some(field);
            }
        }
        None
    }
}

impl<'de, A: MapAccess<'de>> MapAccess<'de> for Fields<'_, 'de, A> {
    type Error = A::Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, A::Error> {
        if let Some(field) = self.read_before() {
            return seed.deserialize(BorrowedStrDeserializer::new(field)).map(Some);
        }
        while let Some(Text(claim)) = self.map.next_key()? {
            match self.field(claim)? {
                Some(Cow::Borrowed(field)) => return seed.deserialize(BorrowedStrDeserializer::new(field)).map(Some),
                Some(Cow::Owned(field)) => return seed.deserialize(SubjectDeserializer::new(&field)).map(Some),
                None => {}
            }
        }
        if let Some(field) = self.unfed() {
            return seed.deserialize(BorrowedStrDeserializer::new(field)).map(Some);
        }
        self.next = Next::End;
        Ok(None)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, A::Error> {
        match &self.next {
            Next::Claim => self.map.next_value_seed(seed),
            Next::Subject => {
                let subject = self.claims.subject.as_ref().ok_or_else(|| A::Error::missing_field("sub"))?;
                seed.deserialize(SubjectDeserializer::new(&subject.0))
            }
            Next::Issuer => {
                let issuer = self.claims.issuer.as_ref().ok_or_else(|| A::Error::missing_field("iss"))?;
                seed.deserialize(SubjectDeserializer::new(&issuer.0))
            }
            Next::Scope(scope) => seed.deserialize(ScopeDeserializer::new(scope)),
            Next::None | Next::End => seed.deserialize(Missing(PhantomData)),
        }
    }
}

/// Roles or scopes of a token that carries none: an empty sequence, an empty string, or `None`.
struct Missing<E>(PhantomData<E>);

impl<'de, E: de::Error> Deserializer<'de> for Missing<E> {
    type Error = E;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, E> {
        ScopeDeserializer::new("").deserialize_any(visitor)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, E> {
        visitor.visit_none()
    }

    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, E> {
        visitor.visit_str("")
    }

    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, E> {
        visitor.visit_str("")
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value, E> {
        visitor.visit_newtype_struct(self)
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char bytes byte_buf unit unit_struct seq tuple
        tuple_struct map struct enum identifier ignored_any
    }
}
