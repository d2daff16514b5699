//! The claims that this library interprets itself, each read strictly as what its definition says it is.

use std::borrow::Cow;
use std::fmt;
use std::time::Duration;

use serde::de::{Deserialize, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::error::TokenRefusal;
use super::text::Text;
use crate::clock::Timestamp;

/// The claims with a meaning of their own: no field of a principal is issued under one of these names.
pub(super) const RESERVED: [&str; 18] = [
    "iss",
    "sub",
    "aud",
    "exp",
    "nbf",
    "iat",
    "jti",
    "auth_time",
    "amr",
    "acr",
    "scope",
    "roles",
    "realm",
    "client_id",
    "cnf",
    "typ",
    "refresh_family",
    "revocation_epoch",
];

/// One of the claims read here, under which no field of the principal is fed.
#[derive(Clone, Copy)]
pub(super) enum Name {
    Issuer,
    Subject,
    Audience,
    ExpiresAt,
    NotBefore,
    IssuedAt,
    TokenId,
    AuthenticatedAt,
    Factors,
    AuthenticationContext,
    Realm,
    Confirmation,
    Family,
    Epoch,
    /// The one that `bearer(claim)` declares.
    Declared(&'static str),
}

impl Name {
    pub(super) fn of(claim: &str, declared: Option<&'static str>) -> Option<Self> {
        Some(match claim {
            "iss" => Self::Issuer,
            "sub" => Self::Subject,
            "aud" => Self::Audience,
            "exp" => Self::ExpiresAt,
            "nbf" => Self::NotBefore,
            "iat" => Self::IssuedAt,
            "jti" => Self::TokenId,
            "auth_time" => Self::AuthenticatedAt,
            "amr" => Self::Factors,
            // Unless it tells access tokens apart, and then it says nothing else.
            "acr" if declared != Some("acr") => Self::AuthenticationContext,
            "realm" => Self::Realm,
            "cnf" => Self::Confirmation,
            "refresh_family" => Self::Family,
            "revocation_epoch" => Self::Epoch,
            _ => return declared.filter(|declared| *declared == claim).map(Self::Declared),
        })
    }

    const fn as_str(self) -> &'static str {
        match self {
            Self::Issuer => "iss",
            Self::Subject => "sub",
            Self::Audience => "aud",
            Self::ExpiresAt => "exp",
            Self::NotBefore => "nbf",
            Self::IssuedAt => "iat",
            Self::TokenId => "jti",
            Self::AuthenticatedAt => "auth_time",
            Self::Factors => "amr",
            Self::AuthenticationContext => "acr",
            Self::Realm => "realm",
            Self::Confirmation => "cnf",
            Self::Family => "refresh_family",
            Self::Epoch => "revocation_epoch",
            Self::Declared(name) => name,
        }
    }
}

/// What the token says, before anything is judged.
#[derive(Default)]
pub(super) struct Claims<'de> {
    pub(super) issuer: Option<Text<'de>>,
    pub(super) subject: Option<Text<'de>>,
    pub(super) audience: Option<Audience<'de>>,
    pub(super) expires_at: Option<NumericDate>,
    pub(super) not_before: Option<NumericDate>,
    pub(super) issued_at: Option<NumericDate>,
    pub(super) token_id: Option<Text<'de>>,
    pub(super) authenticated_at: Option<NumericDate>,
    pub(super) factors: Option<Vec<Box<str>>>,
    pub(super) authentication_context: Option<Text<'de>>,
    pub(super) realm: Option<Text<'de>>,
    pub(super) confirmation: Option<IgnoredAny>,
    pub(super) family: Option<Text<'de>>,
    pub(super) epoch: Option<u64>,
    pub(super) declared: Option<Text<'de>>,
    /// The `scope` of an [`opening`](super::opening), until its field is fed.
    pub(super) scope: Option<Text<'de>>,
    /// What is wrong if reading stops here; serde's own error could only say it in words.
    pub(super) fault: Option<TokenRefusal>,
}

impl<'de> Claims<'de> {
    /// Reads the value of `name`, which is next in `map`.
    pub(super) fn read<A: MapAccess<'de>>(&mut self, name: Name, map: &mut A) -> Result<(), A::Error> {
        self.fault = Some(TokenRefusal::WrongClaimType(name.as_str()));
        let again = match name {
            Name::Issuer => self.issuer.replace(map.next_value()?).is_some(),
            Name::Subject => self.subject.replace(map.next_value()?).is_some(),
            Name::Audience => self.audience.replace(map.next_value()?).is_some(),
            Name::ExpiresAt => self.expires_at.replace(map.next_value()?).is_some(),
            Name::NotBefore => self.not_before.replace(map.next_value()?).is_some(),
            Name::IssuedAt => self.issued_at.replace(map.next_value()?).is_some(),
            Name::TokenId => self.token_id.replace(map.next_value()?).is_some(),
            Name::AuthenticatedAt => self.authenticated_at.replace(map.next_value()?).is_some(),
            Name::Factors => self.factors.replace(map.next_value()?).is_some(),
            Name::AuthenticationContext => self.authentication_context.replace(map.next_value()?).is_some(),
            Name::Realm => self.realm.replace(map.next_value()?).is_some(),
            Name::Confirmation => self.confirmation.replace(map.next_value()?).is_some(),
            Name::Family => self.family.replace(map.next_value()?).is_some(),
            Name::Epoch => self.epoch.replace(map.next_value()?).is_some(),
            Name::Declared(_) => self.declared.replace(map.next_value()?).is_some(),
        };
        if again {
            return Err(self.duplicate(name.as_str()));
        }
        self.fault = None;
        Ok(())
    }

    /// Reads a claim that has to be a string and is kept by the caller.
    pub(super) fn read_text<A: MapAccess<'de>>(
        &mut self,
        name: &'static str,
        map: &mut A,
    ) -> Result<Text<'de>, A::Error> {
        self.fault = Some(TokenRefusal::WrongClaimType(name));
        let text = map.next_value()?;
        self.fault = None;
        Ok(text)
    }

    /// The error with which reading stops at a claim that was there before.
    pub(super) fn duplicate<E: Error>(&mut self, name: &'static str) -> E {
        self.fault = Some(TokenRefusal::DuplicateClaim(name));
        E::custom("repeated claim")
    }
}

/// Seconds since the epoch, whole or not (RFC 7519 2).
#[derive(Clone, Copy)]
pub(super) struct NumericDate(pub(super) Timestamp);

impl NumericDate {
    /// The year 10000. What lies behind is milliseconds taken for seconds, or meant to overflow.
    const END: u64 = 253_402_300_800;

    pub(super) fn of_seconds(seconds: u64) -> Option<Self> {
        (seconds < Self::END).then_some(Self(Timestamp::from_secs(seconds)))
    }
}

impl<'de> Deserialize<'de> for NumericDate {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        // Whole seconds up to `END` are exact in an `f64`, and so are their milliseconds.
        let seconds = f64::deserialize(deserializer)?;
        let since_epoch =
            Duration::try_from_secs_f64(seconds).ok().filter(|since_epoch| since_epoch.as_secs() < Self::END);
        let since_epoch = since_epoch.ok_or_else(|| D::Error::custom("not a NumericDate"))?;
        Ok(Self(Timestamp::EPOCH.plus(since_epoch)))
    }
}

/// For whom the token is: one name, or several (RFC 7519 4.1.3).
pub(super) enum Audience<'de> {
    One(Cow<'de, str>),
    Several(Vec<Text<'de>>),
}

impl Audience<'_> {
    pub(super) fn contains(&self, name: &str) -> bool {
        match self {
            Self::One(only) => only == name,
            Self::Several(names) => names.iter().any(|text| text.0 == name),
        }
    }
}

impl<'de> Deserialize<'de> for Audience<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(AudienceVisitor)
    }
}

struct AudienceVisitor;

impl<'de> Visitor<'de> for AudienceVisitor {
    type Value = Audience<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a string or an array of strings")
    }

    fn visit_borrowed_str<E: Error>(self, text: &'de str) -> Result<Self::Value, E> {
        Ok(Audience::One(Cow::Borrowed(text)))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Self::Value, E> {
        Ok(Audience::One(Cow::Owned(text.to_owned())))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut sequence: A) -> Result<Self::Value, A::Error> {
        let mut names = Vec::new();
        while let Some(name) = sequence.next_element()? {
            names.push(name);
        }
        Ok(Audience::Several(names))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn date(json: &str) -> Option<Timestamp> {
        serde_json::from_str::<NumericDate>(json).ok().map(|date| date.0)
    }

    #[test]
    fn dates_are_numbers() {
        assert_eq!(date("0"), Some(Timestamp::EPOCH));
        assert_eq!(date("1700000000"), Some(Timestamp::from_secs(1_700_000_000)));
        assert_eq!(date("1700000000.0"), Some(Timestamp::from_secs(1_700_000_000)));
        assert_eq!(date("1.7e9"), Some(Timestamp::from_secs(1_700_000_000)));
        assert_eq!(date("1700000000.25"), Some(Timestamp::from_millis(1_700_000_000_250)));
        assert_eq!(date("253402300799"), Some(Timestamp::from_secs(253_402_300_799)));
        for json in [
            "-1",
            "-0.001",
            "253402300800",
            "1e300",
            "1e999",
            "18446744073709551616",
            "\"1\"",
            "null",
            "true",
            "[1]",
            "{}",
        ] {
            assert_eq!(date(json), None, "{json}");
        }
    }

    #[test]
    fn an_audience_is_one_name_or_several() {
        let contains = |json: &str| serde_json::from_str::<Audience<'_>>(json).ok().map(|names| names.contains("shop"));
        assert_eq!(contains(r#""shop""#), Some(true));
        assert_eq!(contains(r#""sh\u006fp""#), Some(true));
        assert_eq!(contains(r#"["bank","shop"]"#), Some(true));
        assert_eq!(contains(r#""Shop""#), Some(false));
        assert_eq!(contains(r#"["shop "]"#), Some(false));
        assert_eq!(contains("[]"), Some(false));
        for json in ["null", "1", r#"{"shop":true}"#, r#"["shop",1]"#, r#"[["shop"]]"#] {
            assert_eq!(contains(json), None, "{json}");
        }
    }

    #[test]
    fn every_name_that_is_read_is_reserved() {
        let read: Vec<_> = RESERVED.iter().filter_map(|name| Name::of(name, None)).map(Name::as_str).collect();
        assert_eq!(read.len(), 14);
        assert!(read.iter().all(|name| RESERVED.contains(name)));
        assert!(Name::of("token_use", None).is_none());
        assert_eq!(Name::of("acr", Some("token_use")).map(Name::as_str), Some("acr"));
        assert!(matches!(Name::of("acr", Some("acr")), Some(Name::Declared("acr"))));
        assert_eq!(Name::of("token_use", Some("token_use")).map(Name::as_str), Some("token_use"));
    }
}
