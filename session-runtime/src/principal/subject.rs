//! The subject's text: one spelling for every id, whatever type the application gave it.
//!
//! A session and a token name their subject as a string (`sub` is one, RFC 7519 4.1.2), while the application's id may
//! be a number or a newtype of one. Identity is compared by this text, so each id has exactly one: `07` is no spelling
//! of 7.

use std::fmt::{self, Display};
use std::marker::PhantomData;

use serde::de::{self, Deserializer, IntoDeserializer, Unexpected, Visitor};
use serde::forward_to_deserialize_any;
use serde::ser::{self, Impossible, Serialize, Serializer};

use super::Principal;

/// The text that names `id`.
pub(crate) fn subject_of<I: Serialize + ?Sized>(id: &I) -> Result<Box<str>, SubjectError> {
    let subject = id.serialize(SubjectSerializer)?;
    if subject.is_empty() {
        return Err(SubjectError::Empty);
    }
    Ok(subject)
}

/// The text that identifies `principal` within its realm.
pub(crate) fn identity_of<P: Principal>(principal: &P) -> Result<Box<str>, SubjectError> {
    identity(principal.issuer(), subject_of(principal.id())?)
}

/// The text that identifies a subject: itself, or with its issuer where the principal has a field for that.
pub(crate) fn identity(issuer: Option<&str>, subject: Box<str>) -> Result<Box<str>, SubjectError> {
    match issuer {
        None => Ok(subject),
        Some("") => Err(SubjectError::NoIssuer),
        Some(issuer) => Ok(issued_subject(issuer, &subject)),
    }
}

/// The text that identifies a subject together with its issuer, which is not empty.
///
/// The length keeps the two apart: both may hold any character.
pub(crate) fn issued_subject(issuer: &str, subject: &str) -> Box<str> {
    format!("{}:{issuer}{subject}", issuer.len()).into()
}

/// Returns an error if a principal with an issuer is kept under another identity.
///
/// An earlier release without the field kept the id alone. Such a session would not be found by issuer and id.
pub(crate) fn expect_identity<P: Principal, E: de::Error>(principal: &P, kept: &str) -> Result<(), E> {
    match principal.issuer() {
        Some(_) if identity_of(principal).as_deref() != Ok(kept) => Err(E::custom("kept under another identity")),
        _ => Ok(()),
    }
}

/// Why an id names no subject.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum SubjectError {
    /// It is neither a string nor an integer.
    NotText,
    /// It is the empty string, which every subject without an id would share.
    Empty,
    /// The issuer is the empty string, which every principal without an issuer would share.
    NoIssuer,
    /// Its own `Serialize` failed.
    Failed,
}

impl Display for SubjectError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotText => {
                f.write_str("the principal's id must serialise as a string, an integer or a newtype of one")
            }
            Self::Empty => f.write_str("the principal's id is empty"),
            Self::NoIssuer => f.write_str("the principal's issuer is empty"),
            Self::Failed => f.write_str("the principal's id does not serialise"),
        }
    }
}

impl std::error::Error for SubjectError {}

impl ser::Error for SubjectError {
    /// Without the message, which may quote the id.
    fn custom<T: Display>(_: T) -> Self {
        Self::Failed
    }
}

/// Turns the text back into an id.
pub(crate) struct SubjectDeserializer<'a, E> {
    subject: &'a str,
    error: PhantomData<E>,
}

impl<'a, E> SubjectDeserializer<'a, E> {
    pub(crate) fn new(subject: &'a str) -> Self {
        Self { subject, error: PhantomData }
    }
}

macro_rules! integers_from_text {
    ($($method:ident => $visit:ident: $integer:ty,)*) => {$(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, E> {
            match self.subject.parse::<$integer>() {
                Ok(value) if is_shortest(self.subject) => visitor.$visit(value),
                _ => Err(E::invalid_value(Unexpected::Other("the subject"), &visitor)),
            }
        }
    )*};
}

impl<'de, E: de::Error> Deserializer<'de> for SubjectDeserializer<'_, E> {
    type Error = E;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, E> {
        visitor.visit_str(self.subject)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value, E> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, E> {
        visitor.visit_some(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, E> {
        visitor.visit_enum(self.subject.into_deserializer())
    }

    integers_from_text! {
        deserialize_i8 => visit_i8: i8,
        deserialize_i16 => visit_i16: i16,
        deserialize_i32 => visit_i32: i32,
        deserialize_i64 => visit_i64: i64,
        deserialize_i128 => visit_i128: i128,
        deserialize_u8 => visit_u8: u8,
        deserialize_u16 => visit_u16: u16,
        deserialize_u32 => visit_u32: u32,
        deserialize_u64 => visit_u64: u64,
        deserialize_u128 => visit_u128: u128,
    }

    forward_to_deserialize_any! {
        bool f32 f64 char str string bytes byte_buf unit unit_struct seq tuple tuple_struct map struct identifier
        ignored_any
    }
}

/// Whether an integer is written as this library writes it: no `+`, no leading zero, no `-0`.
fn is_shortest(integer: &str) -> bool {
    match integer.strip_prefix('-').unwrap_or(integer).as_bytes() {
        [b'0'] => !integer.starts_with('-'),
        [b'1'..=b'9', ..] => true,
        _ => false,
    }
}

struct SubjectSerializer;

type NoCompound = Impossible<Box<str>, SubjectError>;

macro_rules! text_of {
    ($($method:ident: $scalar:ty,)*) => {$(
        fn $method(self, value: $scalar) -> Result<Box<str>, SubjectError> {
            Ok(value.to_string().into())
        }
    )*};
}

macro_rules! not_text {
    ($($method:ident($($argument:ty),*) -> $ok:ty,)*) => {$(
        fn $method(self, $(_: $argument),*) -> Result<$ok, SubjectError> {
            Err(SubjectError::NotText)
        }
    )*};
}

impl Serializer for SubjectSerializer {
    type Ok = Box<str>;
    type Error = SubjectError;
    type SerializeSeq = NoCompound;
    type SerializeTuple = NoCompound;
    type SerializeTupleStruct = NoCompound;
    type SerializeTupleVariant = NoCompound;
    type SerializeMap = NoCompound;
    type SerializeStruct = NoCompound;
    type SerializeStructVariant = NoCompound;

    text_of! {
        serialize_i8: i8,
        serialize_i16: i16,
        serialize_i32: i32,
        serialize_i64: i64,
        serialize_i128: i128,
        serialize_u8: u8,
        serialize_u16: u16,
        serialize_u32: u32,
        serialize_u64: u64,
        serialize_u128: u128,
        serialize_char: char,
        serialize_str: &str,
    }

    fn serialize_unit_variant(self, _: &'static str, _: u32, variant: &'static str) -> Result<Box<str>, SubjectError> {
        Ok(variant.into())
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        value: &T,
    ) -> Result<Box<str>, SubjectError> {
        value.serialize(self)
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<Box<str>, SubjectError> {
        value.serialize(self)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: &T,
    ) -> Result<Box<str>, SubjectError> {
        Err(SubjectError::NotText)
    }

    not_text! {
        serialize_bool(bool) -> Box<str>,
        serialize_f32(f32) -> Box<str>,
        serialize_f64(f64) -> Box<str>,
        serialize_bytes(&[u8]) -> Box<str>,
        serialize_none() -> Box<str>,
        serialize_unit() -> Box<str>,
        serialize_unit_struct(&'static str) -> Box<str>,
        serialize_seq(Option<usize>) -> NoCompound,
        serialize_tuple(usize) -> NoCompound,
        serialize_tuple_struct(&'static str, usize) -> NoCompound,
        serialize_tuple_variant(&'static str, u32, &'static str, usize) -> NoCompound,
        serialize_map(Option<usize>) -> NoCompound,
        serialize_struct(&'static str, usize) -> NoCompound,
        serialize_struct_variant(&'static str, u32, &'static str, usize) -> NoCompound,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde::de::value::Error;
    use serde::{Deserialize, Serialize};

    fn read<'a, T: Deserialize<'a>>(subject: &'a str) -> Option<T> {
        T::deserialize(SubjectDeserializer::<Error>::new(subject)).ok()
    }

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Number(u64);

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Name(String);

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    enum Service {
        Billing,
    }

    #[test]
    fn strings_integers_and_their_newtypes_come_back() {
        assert_eq!(subject_of("ada").as_deref(), Ok("ada"));
        assert_eq!(subject_of(&-7_i32).as_deref(), Ok("-7"));
        assert_eq!(subject_of(&u128::MAX).map(|text| read(&text)), Ok(Some(u128::MAX)));
        assert_eq!(subject_of(&Number(9)).map(|text| read(&text)), Ok(Some(Number(9))));
        assert_eq!(subject_of(&Name("a".into())).map(|text| read(&text)), Ok(Some(Name("a".into()))));
        assert_eq!(subject_of(&Service::Billing).map(|text| read(&text)), Ok(Some(Service::Billing)));
    }

    #[test]
    fn an_identity_tells_issuers_apart() {
        let identity = |issuer, subject: &str| identity(issuer, subject.into());
        assert_eq!(identity(None, "7").as_deref(), Ok("7"));
        assert_eq!(identity(Some("https://a.example"), "7").as_deref(), Ok("17:https://a.example7"));
        assert_ne!(identity(Some("https://a.example/"), "7"), identity(Some("https://a.example"), "/7"));
        assert_ne!(identity(Some("1"), "2:34"), identity(Some("12:3"), "4"));
        assert_eq!(identity(Some(""), "7"), Err(SubjectError::NoIssuer));
    }

    #[test]
    fn a_number_has_one_spelling() {
        for other in ["07", "+7", "-0", "00", " 7", "7 ", "7.0", "7e0", "", "-", "0x7"] {
            assert_eq!(read::<u64>(other), None, "{other}");
            assert_eq!(read::<i64>(other), None, "{other}");
        }
        assert_eq!(read::<i64>("-7"), Some(-7));
        assert_eq!(read::<u64>("0"), Some(0));
        assert_eq!(read::<u8>("256"), None);
    }

    #[test]
    fn what_is_no_identity_is_refused() {
        assert_eq!(subject_of(""), Err(SubjectError::Empty));
        assert_eq!(subject_of(&1.5), Err(SubjectError::NotText));
        assert_eq!(subject_of(&true), Err(SubjectError::NotText));
        assert_eq!(subject_of(&None::<u64>), Err(SubjectError::NotText));
        assert_eq!(subject_of(&(1, 2)), Err(SubjectError::NotText));
        assert_eq!(subject_of(&[0_u8; 16]), Err(SubjectError::NotText));
    }
}
