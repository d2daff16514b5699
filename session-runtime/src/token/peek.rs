//! Who says to have made a token, read before anybody knows whether that is so.

use std::fmt;

use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, Visitor};

use super::error::TokenRefusal;
use super::text::Text;

/// The `iss` in a payload that was not authenticated. It chooses whose keys are asked, and proves nothing.
pub(super) fn issuer_in(payload: &str) -> Result<Text<'_>, TokenRefusal> {
    match serde_json::from_str::<Peeked<'_>>(payload) {
        Ok(Peeked::Once(issuer)) => Ok(issuer),
        Ok(Peeked::Missing) => Err(TokenRefusal::MissingClaim("iss")),
        Ok(Peeked::Twice) => Err(TokenRefusal::DuplicateClaim("iss")),
        // Of the values in a JSON object, this reads one alone as something.
        Err(error) if error.is_data() && payload.trim_start().starts_with('{') => {
            Err(TokenRefusal::WrongClaimType("iss"))
        }
        Err(_) => Err(TokenRefusal::Malformed),
    }
}

enum Peeked<'p> {
    Missing,
    Once(Text<'p>),
    Twice,
}

impl<'p> Deserialize<'p> for Peeked<'p> {
    fn deserialize<D: Deserializer<'p>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(PeekedVisitor)
    }
}

struct PeekedVisitor;

impl<'p> Visitor<'p> for PeekedVisitor {
    type Value = Peeked<'p>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a claims set")
    }

    fn visit_map<A: MapAccess<'p>>(self, mut map: A) -> Result<Peeked<'p>, A::Error> {
        let mut peeked = Peeked::Missing;
        while let Some(Text(name)) = map.next_key()? {
            if name == "iss" {
                let issuer = map.next_value()?;
                peeked = if matches!(peeked, Peeked::Missing) { Peeked::Once(issuer) } else { Peeked::Twice };
            } else {
                map.next_value::<IgnoredAny>()?;
            }
        }
        Ok(peeked)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_issuer_is_there_once_and_a_string() {
        let peek = |payload| issuer_in(payload).map(|text| text.0.into_owned());
        assert_eq!(peek(r#"{"sub":"7","iss":"a","x":[{"iss":"b"}]}"#), Ok("a".to_owned()));
        assert_eq!(peek(r#"{"is\u0073":"a"}"#), Ok("a".to_owned()));
        assert_eq!(peek(r#"{"sub":"7"}"#), Err(TokenRefusal::MissingClaim("iss")));
        assert_eq!(peek(r#"{"iss":"a","iss":"a"}"#), Err(TokenRefusal::DuplicateClaim("iss")));
        assert_eq!(peek(r#"{"iss":["a"]}"#), Err(TokenRefusal::WrongClaimType("iss")));
        for payload in ["", "[]", "null", "{", r#"{"iss":"a"} x"#, r#"{"iss":"a",}"#] {
            assert_eq!(peek(payload), Err(TokenRefusal::Malformed), "{payload}");
        }
    }
}
