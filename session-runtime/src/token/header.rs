//! The JOSE header (RFC 7515 4).

use std::borrow::Cow;
use std::fmt;

use serde::de::{Deserialize, Deserializer, Error, IgnoredAny, MapAccess, Visitor};

use super::error::TokenRefusal;
use super::text::Text;
use crate::principal::Algorithm;

/// What a header may hold besides what is read here. Every name is compared with every other before the sender is
/// known, so there is an end to it.
const MAX_OTHERS: usize = 16;

/// What the sender claims about the signature: enough to find the key, never the key itself. `jwk`, `jku`, `x5c` and
/// `x5u` are names like any other, and skipped (RFC 8725 3.10).
#[derive(Debug)]
pub(super) struct Header<'h> {
    pub(super) algorithm: Cow<'h, str>,
    pub(super) typ: Option<Cow<'h, str>>,
    pub(super) key_id: Option<Cow<'h, str>>,
}

impl Header<'static> {
    /// The JSON text of the header that this library writes.
    pub(super) fn written(algorithm: Algorithm, typ: Option<&str>, key_id: Option<&str>) -> String {
        let quoted = |text: &str| serde_json::Value::from(text).to_string();
        let mut json = format!(r#"{{"alg":"{}""#, algorithm.as_str());
        for (name, value) in [("typ", typ), ("kid", key_id)] {
            if let Some(value) = value {
                json.extend([",\"", name, "\":", &quoted(value)]);
            }
        }
        json.push('}');
        json
    }
}

impl<'h> Header<'h> {
    pub(super) fn parse(json: &'h str) -> Result<Self, TokenRefusal> {
        let members: Members<'h> = serde_json::from_str(json).map_err(|_| TokenRefusal::Malformed)?;
        if members.duplicate {
            return Err(TokenRefusal::DuplicateHeader);
        }
        if members.critical {
            return Err(TokenRefusal::UnknownCritical);
        }
        let algorithm = members.algorithm.ok_or(TokenRefusal::Malformed)?.0;
        let [typ, key_id] = [members.typ, members.key_id].map(|member| member.map(|text| text.0));
        Ok(Self { algorithm, typ, key_id })
    }

    /// The same, for longer than its text is there.
    pub(super) fn into_owned(self) -> Header<'static> {
        let owned = |text: Cow<'h, str>| Cow::Owned(text.into_owned());
        Header { algorithm: owned(self.algorithm), typ: self.typ.map(owned), key_id: self.key_id.map(owned) }
    }

    /// The one of `declared` that signed it. Byte for byte: `none` in whatever spelling is not among them, nor is `hs256`
    /// (RFC 8725 3.1).
    pub(super) fn algorithm_among(
        &self,
        declared: impl IntoIterator<Item = Algorithm>,
    ) -> Result<Algorithm, TokenRefusal> {
        let mut declared = declared.into_iter();
        declared.find(|algorithm| algorithm.as_str() == self.algorithm).ok_or(TokenRefusal::AlgorithmNotDeclared)
    }

    /// Whether this is a token of the type `declared`, compared as a media type (RFC 7515 4.1.9): in any case, with or
    /// without `application/`.
    pub(super) fn is_of_type(&self, declared: &str) -> bool {
        let Some(typ) = &self.typ else { return false };
        typ == declared || media_type(typ).eq_ignore_ascii_case(media_type(declared))
    }
}

fn media_type(typ: &str) -> &str {
    const PREFIX: &str = "application/";
    match typ.split_at_checked(PREFIX.len()) {
        Some((prefix, rest)) if prefix.eq_ignore_ascii_case(PREFIX) && !rest.contains('/') => rest,
        _ => typ,
    }
}

/// All members, before anything is judged.
#[derive(Default)]
struct Members<'h> {
    algorithm: Option<Text<'h>>,
    typ: Option<Text<'h>>,
    key_id: Option<Text<'h>>,
    critical: bool,
    duplicate: bool,
}

impl<'h> Deserialize<'h> for Members<'h> {
    fn deserialize<D: Deserializer<'h>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(MembersVisitor)
    }
}

struct MembersVisitor;

impl<'h> Visitor<'h> for MembersVisitor {
    type Value = Members<'h>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JOSE header")
    }

    fn visit_map<A: MapAccess<'h>>(self, mut map: A) -> Result<Members<'h>, A::Error> {
        let mut members = Members::default();
        let mut others: Vec<Cow<'h, str>> = Vec::new();
        while let Some(Text(name)) = map.next_key()? {
            let again = match &*name {
                "alg" => members.algorithm.replace(map.next_value()?).is_some(),
                "typ" => members.typ.replace(map.next_value()?).is_some(),
                "kid" => members.key_id.replace(map.next_value()?).is_some(),
                other => {
                    map.next_value::<IgnoredAny>()?;
                    members.critical |= other == "crit";
                    others.contains(&name) || {
                        others.push(name);
                        false
                    }
                }
            };
            members.duplicate |= again;
            if others.len() > MAX_OTHERS {
                return Err(A::Error::custom("too many header parameters"));
            }
        }
        Ok(members)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(json: &str) -> Option<TokenRefusal> {
        Header::parse(json).err()
    }

    #[test]
    fn a_name_may_appear_once() {
        assert_eq!(refusal(r#"{"alg":"HS256","alg":"HS256"}"#), Some(TokenRefusal::DuplicateHeader));
        assert_eq!(refusal(r#"{"alg":"HS256","al\u0067":"none"}"#), Some(TokenRefusal::DuplicateHeader));
        assert_eq!(refusal(r#"{"alg":"HS256","jku":1,"jku":2}"#), Some(TokenRefusal::DuplicateHeader));
        assert_eq!(refusal(r#"{"alg":"HS256","jku":1,"x5u":2}"#), None);
    }

    #[test]
    fn no_extension_is_understood() {
        for critical in [r#"["exp"]"#, "[]", "null", r#"["b64"]"#] {
            let json = format!(r#"{{"alg":"HS256","crit":{critical}}}"#);
            assert_eq!(refusal(&json), Some(TokenRefusal::UnknownCritical), "{critical}");
        }
    }

    #[test]
    fn what_is_no_header_is_malformed() {
        for json in
            ["", "[]", "{}", "{}{}", r#"{"alg":1}"#, r#"{"alg":"HS256","kid":7}"#, r#"{"alg":"HS256","typ":null}"#]
        {
            assert_eq!(refusal(json), Some(TokenRefusal::Malformed), "{json}");
        }
        let many: Vec<_> = (0..=MAX_OTHERS).map(|n| format!(r#""x{n}":0"#)).collect();
        let json = format!(r#"{{"alg":"HS256",{}}}"#, many.join(","));
        assert_eq!(refusal(&json), Some(TokenRefusal::Malformed));
    }

    #[test]
    fn types_are_media_types() {
        let is = |typ: &str, declared: &str| {
            Header::parse(&format!(r#"{{"alg":"HS256","typ":"{typ}"}}"#))
                .is_ok_and(|header| header.is_of_type(declared))
        };
        assert!(is("at+jwt", "at+jwt"));
        assert!(is("AT+JWT", "at+jwt"));
        assert!(is("Application/At+Jwt", "at+jwt"));
        assert!(is("at+jwt", "application/at+jwt"));
        assert!(!is("JWT", "at+jwt"));
        assert!(!is("application/application/at+jwt", "at+jwt"));
        assert!(!is("", "at+jwt"));
        assert!(!is("text/at+jwt", "at+jwt"));
        assert!(!Header::parse(r#"{"alg":"HS256"}"#).is_ok_and(|header| header.is_of_type("at+jwt")));
    }
}
