//! The claims that a payload opens with, as far as they are plain.
//!
//! Who issues tokens writes the registered claims first, as strings without escapes and as whole numbers, with no space
//! between them. Read so, they cost a fraction of what a parser of all JSON takes. Whatever is not that plain ends the
//! opening, and is left to that parser with all that follows: nothing is refused here, and nothing read differently.

use std::borrow::Cow;

use memchr::memchr2;

use super::claims::{Claims, Name, Plain};
use super::text::Text;
use crate::principal::ClaimNames;

/// Longer than the last second of the year 9999, and far from what a `u64` holds.
const LONGEST_NUMBER: usize = 13;

/// Reads the opening of `payload` into `claims`. Returns an object of the members behind it: `payload` itself, where there is
/// none.
pub(super) fn read<'p>(
    payload: &'p str,
    names: &ClaimNames,
    declared: Option<&'static str>,
    claims: &mut Claims<'p>,
) -> Cow<'p, str> {
    let mut rest = payload;
    if payload.starts_with('{') {
        while let Some((name, value, behind)) = member(rest) {
            if !take(claims, name, value, names, declared) {
                break;
            }
            rest = behind;
        }
    }
    match rest.strip_prefix(',') {
        Some(members) if rest.len() < payload.len() => {
            let mut object = String::with_capacity(rest.len());
            object.push('{');
            object.push_str(members);
            Cow::Owned(object)
        }
        _ => Cow::Borrowed(payload),
    }
}

fn take<'p>(
    claims: &mut Claims<'p>,
    name: &str,
    value: Plain<'p>,
    names: &ClaimNames,
    declared: Option<&'static str>,
) -> bool {
    match (Name::of(name, declared), value) {
        (Some(name), value) => claims.take(name, value),
        (None, Plain::Text(scope)) if name == "scope" && names.scopes.is_some() && claims.scope.is_none() => {
            claims.scope = Some(Text(Cow::Borrowed(scope)));
            true
        }
        _ => false,
    }
}

/// The member behind the first character, and the rest from the comma on, which another member follows.
fn member(rest: &str) -> Option<(&str, Plain<'_>, &str)> {
    let (name, rest) = string(rest.get(1..)?)?;
    let rest = rest.strip_prefix(':')?;
    let (value, rest) = match string(rest) {
        Some((text, rest)) => (Plain::Text(text), rest),
        None => number(rest).map(|(seconds, rest)| (Plain::Number(seconds), rest))?,
    };
    rest.starts_with(",\"").then_some((name, value, rest))
}

fn string(text: &str) -> Option<(&str, &str)> {
    let text = text.strip_prefix('"')?;
    let (inside, rest) = text.split_at_checked(memchr2(b'"', b'\\', text.as_bytes())?)?;
    // The lowest of all, and not the first that is too low: sixteen are compared at once.
    let lowest = inside.bytes().fold(u8::MAX, u8::min);
    Some((inside, rest.strip_prefix('"').filter(|_| lowest >= 0x20)?))
}

/// A whole number. A leading zero is left to the parser, as is what is larger than any date.
fn number(text: &str) -> Option<(u64, &str)> {
    let mut number = 0;
    for (position, byte) in text.bytes().enumerate().take(LONGEST_NUMBER) {
        match (byte, position) {
            (b'1'..=b'9', _) | (b'0', 1..) => number = number * 10 + u64::from(byte - b'0'),
            (_, 0) => return None,
            _ => return Some((number, text.get(position..)?)),
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
    use crate::token::claims::Audience;
    use crate::token::error::TokenRefusal;
    use crate::token::fields;

    const NAMES: ClaimNames = ClaimNames { id: "id", roles: Some("groups"), scopes: Some("rights") };

    fn opened(payload: &str) -> String {
        read(payload, &NAMES, Some("token_use"), &mut Claims::default()).into_owned()
    }

    #[test]
    fn plain_claims_at_the_front_are_taken() {
        let all = r#"{"iss":"a","sub":"7","aud":"b","exp":9,"iat":1,"jti":"c","auth_time":2,"realm":"d","scope":"e f","name":0}"#;
        let mut claims = Claims::default();
        let rest = read(all, &NAMES, None, &mut claims);
        assert_eq!(rest, r#"{"name":0}"#);
        let texts = [claims.issuer, claims.subject, claims.token_id, claims.realm, claims.scope];
        assert_eq!(texts.map(|text| text.unwrap().0), ["a", "7", "c", "d", "e f"]);
        assert!(matches!(claims.audience, Some(Audience::One(name)) if name == "b"));
        let dates =
            [claims.expires_at, claims.issued_at, claims.authenticated_at].map(|date| date.unwrap().0.as_secs());
        assert_eq!(dates, [9, 1, 2]);
    }

    #[test]
    fn what_is_not_plain_ends_the_opening() {
        let ending = [
            r#""iss":"b""#,
            r#""sub":"\u0037""#,
            r#""sub":7"#,
            r#""su\u0062":"7""#,
            r#""exp":"9""#,
            r#""exp":09"#,
            r#""exp":0"#,
            r#""exp":-9"#,
            r#""exp":9.0"#,
            r#""exp":9e0"#,
            r#""exp":253402300800"#,
            r#""exp":18446744073709551616"#,
            r#""exp": 9"#,
            r#""exp":9 "#,
            r#" "exp":9"#,
            r#""exp" :9"#,
            "\"sub\":\"a\tb\"",
            r#""aud":["b"]"#,
            r#""amr":"pwd""#,
            r#""cnf":"x""#,
            r#""name":"Ada""#,
        ];
        for member in ending {
            let rest = format!("{{{member},\"jti\":\"c\",\"x\":0}}");
            let payload = rest.replacen('{', r#"{"iss":"a","token_use":"t","#, 1);
            // A member that does not start with its name is not even seen: the one before it is not ended by it.
            let rest = if member.starts_with(' ') { payload.replacen(r#""iss":"a","#, "", 1) } else { rest };
            assert_eq!(opened(&payload), rest, "{member}");
        }
    }

    #[test]
    fn what_is_no_object_is_left_as_it_is() {
        for payload in
            ["", "{", "{}", "[]", r#"{"iss":"a"}"#, r#"{"iss":"a",}"#, r#"{"iss":"a""#, r#" {"iss":"a","x":0}"#]
        {
            assert_eq!(opened(payload), payload);
        }
        assert_eq!(opened(r#","iss":"a","x":0}"#), r#","iss":"a","x":0}"#);
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
        let mut claims = Claims::default();
        let rest = read(payload, &NAMES, Some("token_use"), &mut claims);
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

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2000))]

        #[test]
        fn it_reads_nothing_differently(
            members in prop::collection::vec(member(), 0..8),
            end in prop::sample::select(&["}", "}", "}", "}", ",}", "", "}}", " }", "} "][..]),
        ) {
            let payload = format!("{{{}{end}", members.join(","));
            prop_assert_eq!(with_the_opening(&payload), by_the_parser(&payload), "{}", payload);
        }

        #[test]
        fn a_changed_byte_changes_both_readings_alike(position in 0_usize..120, byte in any::<char>()) {
            let payload = r#"{"iss":"a","sub":"7","aud":"b","exp":9,"iat":1,"jti":"c","auth_time":2,"realm":"d","scope":"e f","roles":[],"name":0}"#;
            let mut changed: Vec<_> = payload.chars().collect();
            let position = position % changed.len();
            changed.splice(position..=position, [byte]);
            let changed: String = changed.into_iter().collect();
            prop_assert_eq!(with_the_opening(&changed), by_the_parser(&changed), "{}", changed);
        }
    }
}
