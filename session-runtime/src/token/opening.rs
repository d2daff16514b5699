//! The claims with which this library opens a payload, read where it writes them.
//!
//! Half of them are the same in every token of an issuer, and known before one comes; the others are numbers and plain strings
//! at known places. Read so, they cost a fraction of what a parser of all JSON takes. A payload that opens otherwise is left to
//! that parser, from its first byte: nothing is refused here, and nothing read differently.

use std::borrow::Cow;

use memchr::memchr2;

use super::claims::{Audience, Claims, NumericDate};
use super::text::Text;

/// Longer than the last second of the year 9999, and far from what a `u64` holds.
const LONGEST_NUMBER: usize = 13;

/// How the payloads of one issuer open.
#[derive(Debug)]
pub(super) struct Opening {
    issuer: Box<str>,
    audience: Box<str>,
    realm: Box<str>,
    /// From the first brace to the subject's text.
    to_subject: Box<str>,
    /// From the end of that text to the instant at which the token expires.
    to_expiry: Box<str>,
    /// The member that says the realm, with the comma before it.
    realm_member: Box<str>,
}

impl Opening {
    /// Of the tokens of `issuer` that are for `audience` and `realm`.
    pub(super) fn of(issuer: &str, audience: &str, realm: &str) -> Self {
        let [quoted_issuer, quoted_audience, quoted_realm] =
            [issuer, audience, realm].map(|text| serde_json::Value::from(text).to_string());
        Self {
            issuer: issuer.into(),
            audience: audience.into(),
            realm: realm.into(),
            to_subject: format!(r#"{{"iss":{quoted_issuer},"sub":""#).into(),
            to_expiry: format!(r#"","aud":{quoted_audience},"exp":"#).into(),
            realm_member: format!(r#","realm":{quoted_realm}"#).into(),
        }
    }

    /// Reads it into `claims`, `scope` too where that feeds a field. Returns an object of the members behind it: `payload`
    /// itself, where that does not open so.
    pub(super) fn read<'p>(&'p self, payload: &'p str, with_scope: bool, claims: &mut Claims<'p>) -> Cow<'p, str> {
        match self.members(payload, with_scope) {
            Some((opening, members)) => {
                *claims = opening;
                let mut object = String::with_capacity(1 + members.len());
                object.push('{');
                object.push_str(members);
                Cow::Owned(object)
            }
            None => Cow::Borrowed(payload),
        }
    }

    /// The claims, and the members behind them.
    fn members<'p>(&'p self, payload: &'p str, with_scope: bool) -> Option<(Claims<'p>, &'p str)> {
        let (subject, rest) = text(payload.strip_prefix(&*self.to_subject)?)?;
        let (expires_at, rest) = date(rest.strip_prefix(&*self.to_expiry)?)?;
        let (issued_at, rest) = date(rest.strip_prefix(r#","iat":"#)?)?;
        let (token_id, rest) = text(rest.strip_prefix(r#","jti":""#)?)?;
        let rest = rest.strip_prefix('"')?;
        let (authenticated_at, rest) = match rest.strip_prefix(r#","auth_time":"#) {
            Some(rest) => date(rest).map(|(date, rest)| (Some(date), rest))?,
            None => (None, rest),
        };
        let (realm, rest) = match rest.strip_prefix(&*self.realm_member) {
            Some(rest) => (Some(borrowed(&self.realm)), rest),
            None => (None, rest),
        };
        let (scope, rest) = match rest.strip_prefix(r#","scope":""#).filter(|_| with_scope) {
            Some(rest) => {
                text(rest).and_then(|(scope, rest)| Some((Some(borrowed(scope)), rest.strip_prefix('"')?)))?
            }
            None => (None, rest),
        };
        // The parser has to see that a comma has a member behind it.
        let members = rest.strip_prefix(',').filter(|members| members.starts_with('"'))?;
        let claims = Claims {
            issuer: Some(borrowed(&self.issuer)),
            subject: Some(borrowed(subject)),
            audience: Some(Audience::One(Cow::Borrowed(&self.audience))),
            expires_at: Some(expires_at),
            issued_at: Some(issued_at),
            token_id: Some(borrowed(token_id)),
            authenticated_at,
            realm,
            scope,
            ..Claims::default()
        };
        Some((claims, members))
    }
}

fn borrowed(text: &str) -> Text<'_> {
    Text(Cow::Borrowed(text))
}

/// The text of a string without escapes, and what is behind it, from the quotation mark on.
fn text(behind_quote: &str) -> Option<(&str, &str)> {
    let end = memchr2(b'"', b'\\', behind_quote.as_bytes())?;
    let (text, rest) = behind_quote.split_at_checked(end)?;
    // The lowest of all, and not the first that is too low: sixteen are compared at once.
    let lowest = text.bytes().fold(u8::MAX, u8::min);
    (lowest >= 0x20 && rest.starts_with('"')).then_some((text, rest))
}

/// Whole seconds, and what is behind them. A leading zero is left to the parser, which refuses it.
fn date(text: &str) -> Option<(NumericDate, &str)> {
    let mut seconds = 0;
    for (position, byte) in text.bytes().enumerate().take(LONGEST_NUMBER) {
        match (byte, position) {
            (b'1'..=b'9', _) | (b'0', 1..) => seconds = seconds * 10 + u64::from(byte - b'0'),
            (_, 0) => return None,
            _ => return Some((NumericDate::of_seconds(seconds)?, text.get(position..)?)),
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;
    use serde_json::Value;

    use super::*;
    use crate::principal::ClaimNames;
    use crate::token::error::TokenRefusal;
    use crate::token::fields;

    const NAMES: ClaimNames = ClaimNames { id: "id", roles: Some("groups"), scopes: Some("rights") };

    fn opening() -> Opening {
        Opening::of("a", "b", "d")
    }

    /// What is left to the parser of this payload.
    fn left(payload: &str) -> String {
        opening().read(payload, true, &mut Claims::default()).into_owned()
    }

    #[test]
    fn what_this_library_writes_is_taken() {
        let all = r#"{"iss":"a","sub":"7","aud":"b","exp":9,"iat":1,"jti":"c","auth_time":2,"realm":"d","scope":"e f","name":0}"#;
        let (opening, mut claims) = (opening(), Claims::default());
        assert_eq!(opening.read(all, true, &mut claims), r#"{"name":0}"#);
        let texts = [&claims.issuer, &claims.subject, &claims.token_id, &claims.realm, &claims.scope];
        assert_eq!(texts.map(|text| text.as_ref().map(|text| &*text.0)), ["a", "7", "c", "d", "e f"].map(Some));
        assert!(claims.audience.is_some_and(|audience| audience.contains("b")));
        let dates = [claims.expires_at, claims.issued_at, claims.authenticated_at];
        assert_eq!(dates.map(|date| date.unwrap().0.as_secs()), [9, 1, 2]);
        assert_eq!(opening.read(all, false, &mut Claims::default()), r#"{"scope":"e f","name":0}"#);
    }

    #[test]
    fn what_opens_otherwise_is_left_to_the_parser() {
        let all = r#"{"iss":"a","sub":"7","aud":"b","exp":9,"iat":1,"jti":"c","name":0}"#;
        assert_eq!(left(all), r#"{"name":0}"#);
        for (written, instead) in [
            (r#""iss":"a""#, r#""iss":"b""#),
            (r#""7""#, r#""\u0037""#),
            (r#""7""#, "7"),
            (r#""7""#, "\"a\tb\""),
            (r#""sub""#, r#""su\u0062""#),
            (r#""b""#, r#"["b"]"#),
            ("9", "\"9\""),
            ("9", "09"),
            ("9", "0"),
            ("9", "-9"),
            ("9", "9.0"),
            ("9", "9e0"),
            ("9", "253402300800"),
            ("9", "18446744073709551616"),
            ("9", " 9"),
            ("9", "9 "),
            (r#","name":0"#, ""),
            (r#","name":0"#, ","),
            (r#","name""#, r#", "name""#),
            ("{", ""),
            ("{", " {"),
        ] {
            let payload = all.replacen(written, instead, 1);
            assert_eq!(left(&payload), payload);
        }
    }

    #[test]
    fn text_that_takes_escapes_is_known_as_it_is_written() {
        let opening = Opening::of("\"a\"", "b\\", "d\n");
        let payload = r#"{"iss":"\"a\"","sub":"7","aud":"b\\","exp":9,"iat":1,"jti":"c","realm":"d\n","name":0}"#;
        let mut claims = Claims::default();
        assert_eq!(opening.read(payload, true, &mut claims), r#"{"name":0}"#);
        assert_eq!(claims.issuer.map(|text| text.0), Some("\"a\"".into()));
        assert_eq!(claims.realm.map(|text| text.0), Some("d\n".into()));
    }

    /// What one payload says, so that two readings of it can be compared.
    fn said(claims: &Claims<'_>) -> Vec<Option<String>> {
        let texts = [
            &claims.issuer,
            &claims.subject,
            &claims.token_id,
            &claims.authentication_context,
            &claims.realm,
            &claims.family,
            &claims.declared,
            &claims.scope,
        ];
        let dates = [claims.expires_at, claims.not_before, claims.issued_at, claims.authenticated_at];
        let mut said: Vec<_> = texts.map(|text| text.as_ref().map(|text| text.0.to_string())).into();
        said.extend(dates.map(|date| date.map(|date| date.0.as_millis().to_string())));
        said.push(claims.factors.as_ref().map(|factors| factors.join(" ")));
        said.push(claims.confirmation.as_ref().map(|_| String::new()));
        said.push(claims.audience.as_ref().map(|names| match names {
            Audience::One(name) => name.to_string(),
            Audience::Several(names) => names.iter().map(|name| &*name.0).collect::<Vec<_>>().join(" "),
        }));
        said
    }

    type Outcome = Result<(BTreeMap<String, Value>, Vec<Option<String>>), TokenRefusal>;

    fn by_the_parser(payload: &str) -> Outcome {
        let mut claims = Claims::default();
        fields::read(payload, &NAMES, Some("token_use"), &mut claims).map(|fields| (fields, said(&claims)))
    }

    fn with_the_opening(payload: &str) -> Outcome {
        let (opening, mut claims) = (opening(), Claims::default());
        let rest = opening.read(payload, true, &mut claims);
        fields::read(&rest, &NAMES, Some("token_use"), &mut claims).map(|fields| (fields, said(&claims)))
    }

    fn member() -> impl Strategy<Value = String> {
        let name = prop::sample::select(
            &[
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
                "realm",
                "cnf",
                "refresh_family",
                "token_use",
                "scope",
                "roles",
                "id",
                "rights",
                "name",
                "su\\u0062",
            ][..],
        );
        let text = "[ -~äß\\u{0}-\\u{1f}]{0,4}".prop_map(|text| format!("\"{text}\""));
        let plain = "[a-z]{0,4}".prop_map(|text| format!("\"{text}\""));
        let number = prop::sample::select(
            &["0", "7", "07", "-1", "1.5", "1e3", "253402300799", "253402300800", "99999999999999999999"][..],
        );
        let other = prop::sample::select(&["null", "true", "[]", "[\"a\"]", "{}", "{\"iss\":\"a\"}", ""][..]);
        let value =
            prop_oneof![4 => plain, 1 => text, 3 => number.prop_map(str::to_owned), 1 => other.prop_map(str::to_owned)];
        let space = prop::sample::select(&["", "", "", "", "", " ", "\n"][..]);
        (name, value, space.clone(), space).prop_map(|(name, value, one, two)| format!("{one}\"{name}\":{two}{value}"))
    }

    /// How a payload of this library opens, with a byte changed here and there.
    fn front() -> impl Strategy<Value = String> {
        let front =
            r#""iss":"a","sub":"7","aud":"b","exp":9,"iat":1,"jti":"c","auth_time":2,"realm":"d","scope":"e f""#;
        let part = prop::sample::select(
            &[
                "",
                r#","auth_time":2"#,
                r#","realm":"d""#,
                r#","scope":"e f""#,
                r#","jti":"c""#,
                r#","iat":1"#,
                "d",
                "2",
            ][..],
        );
        let change = (0..front.len(), any::<char>());
        (part, prop::option::of(change)).prop_map(move |(part, change)| {
            let mut chars: Vec<_> = front.replacen(part, "", 1).chars().collect();
            if let Some((position, char)) = change {
                let position = position % chars.len();
                chars.splice(position..=position, [char]);
            }
            chars.into_iter().collect()
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(4000))]

        #[test]
        fn it_reads_nothing_differently(
            front in front(),
            members in prop::collection::vec(member(), 0..4),
            end in prop::sample::select(&["}", "}", "}", "}", ",}", "", "}}", " }", "} "][..]),
        ) {
            let members = [vec![front], members].concat().join(",");
            let payload = format!("{{{members}{end}");
            prop_assert_eq!(with_the_opening(&payload), by_the_parser(&payload), "{}", payload);
        }
    }
}
