//! The reference in the documentation of the macros is the table of keys.

use expect_test::{ExpectFile, expect_file};

use super::keys::{Availability, Key, Place, keys_of};

fn check(place: Place, expected: &ExpectFile) {
    let head = "| item | what it says |\n|---|---|\n".to_owned();
    let rows = keys_of(place).map(row);
    expected.assert_eq(&rows.fold(head, |table, row| table + &row));
}

fn row(key: &Key) -> String {
    let example = key.example.replace('|', "\\|");
    let availability = match key.availability {
        Availability::Now => "",
        Availability::Jwt => " (feature `jwt`)",
        Availability::CookieTokens => " (feature `cookie-tokens`)",
    };
    format!("| `{example}` | {}{availability} |\n", key.doc)
}

#[test]
fn options_of_routes() {
    check(Place::Session, &expect_file!["../../docs/session.md"]);
    check(Place::Policy, &expect_file!["../../docs/policy.md"]);
}

#[test]
fn options_of_principals() {
    check(Place::Principal, &expect_file!["../../docs/principal.md"]);
    check(Place::Cookie, &expect_file!["../../docs/cookie.md"]);
    check(Place::Bearer, &expect_file!["../../docs/bearer.md"]);
    check(Place::Field, &expect_file!["../../docs/field.md"]);
}
