//! The opening of a payload is read as the parser would read it.

use std::collections::BTreeMap;

use proptest::prelude::*;
use serde_json::Value;

use crate::principal::ClaimNames;
use crate::token::claims::{Audience, Claims};
use crate::token::error::TokenRefusal;
use crate::token::fields;
use crate::token::opening::Opening;

const NAMES: ClaimNames = ClaimNames { id: "id", roles: Some("groups"), scopes: Some("rights"), issuer: None };

fn opening() -> Opening {
    Opening::of("a", "b", "d")
}

/// What is left to the parser of this payload.
fn left(payload: &str) -> String {
    opening().read(payload, true, &mut String::new(), &mut Claims::default()).to_owned()
}

#[test]
fn what_this_library_writes_is_taken() {
    let all =
        r#"{"iss":"a","sub":"7","aud":"b","exp":9,"iat":1,"jti":"c","auth_time":2,"realm":"d","scope":"e f","name":0}"#;
    let (opening, mut room) = (opening(), "of another".to_owned());
    let mut claims = Claims::default();
    assert_eq!(opening.read(all, true, &mut room, &mut claims), r#"{"name":0}"#);
    let texts = [&claims.issuer, &claims.subject, &claims.token_id, &claims.realm, &claims.scope];
    assert_eq!(texts.map(|text| text.as_ref().map(|text| &*text.0)), ["a", "7", "c", "d", "e f"].map(Some));
    assert!(claims.audience.is_some_and(|audience| audience.contains("b")));
    let dates = [claims.expires_at, claims.issued_at, claims.authenticated_at];
    assert_eq!(dates.map(|date| date.unwrap().0.as_secs()), [9, 1, 2]);
    assert_eq!(opening.read(all, false, &mut room, &mut Claims::default()), r#"{"scope":"e f","name":0}"#);
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
    let (mut room, mut claims) = (String::new(), Claims::default());
    assert_eq!(opening.read(payload, true, &mut room, &mut claims), r#"{"name":0}"#);
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
    let (opening, mut room, mut claims) = (opening(), String::new(), Claims::default());
    let rest = opening.read(payload, true, &mut room, &mut claims);
    fields::read(rest, &NAMES, Some("token_use"), &mut claims).map(|fields| (fields, said(&claims)))
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
            "revocation_epoch",
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
    let front = r#""iss":"a","sub":"7","aud":"b","exp":9,"iat":1,"jti":"c","auth_time":2,"realm":"d","scope":"e f""#;
    let part = prop::sample::select(
        &["", r#","auth_time":2"#, r#","realm":"d""#, r#","scope":"e f""#, r#","jti":"c""#, r#","iat":1"#, "d", "2"][..],
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
