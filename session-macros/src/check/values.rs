//! Values that no policy can have.

use syn::LitStr;

use crate::diagnostics::{Diagnostics, Mistake};
use crate::model::{DemandKind, Given, PolicyAttribute};
use crate::syntax::Length;

pub(super) fn check(attribute: &PolicyAttribute, diagnostics: &mut Diagnostics) {
    for length in [&attribute.max_age, &attribute.fresh].into_iter().flatten() {
        not_zero(length, diagnostics);
    }
    for redirect in [&attribute.login, &attribute.reauthenticate].into_iter().flatten() {
        stays_on_this_site(redirect, diagnostics);
    }
    if let Some(purpose) = attribute.confirm.as_ref().filter(|purpose| purpose.value.value().trim().is_empty()) {
        diagnostics.mistake(
            Mistake::at(&purpose.value, "`confirm` needs a purpose, which tells one confirmation from another")
                .help("name what is confirmed: `confirm = \"transfer\"`"),
        );
    }
    let mut demands = Vec::new();
    attribute.demands.iter().for_each(|demand| demand.every(&mut demands));
    for demand in demands {
        match &demand.kind {
            DemandKind::Scope(scope) => is_a_scope(scope, diagnostics),
            DemandKind::Factors(factors) => factors.iter().for_each(|factor| is_a_factor(factor, diagnostics)),
            _ => {}
        }
    }
}

/// A limit of zero admits nobody.
pub(super) fn not_zero(given: &Given<Length>, diagnostics: &mut Diagnostics) {
    let (key, length) = (&given.key, &given.value);
    if length.seconds > 0 {
        return;
    }
    let mistake = Mistake::at(&length.literal, format!("`{key}` of zero refuses everyone"));
    diagnostics.mistake(match key.to_string().as_str() {
        "max_age" => mistake.help("to demand a recent login write `fresh = \"5m\"`"),
        "fresh" => mistake.help("leave the visitor some time: `fresh = \"5m\"`"),
        _ => mistake.help(format!("write `{key} = \"12h\"`, or leave it out")),
    });
}

/// A redirect that leaves the site hands its visitors to somebody else.
fn stays_on_this_site(given: &Given<LitStr>, diagnostics: &mut Diagnostics) {
    let path = given.value.value();
    let is_local = path.starts_with('/') && !path.starts_with("//") && !path.contains('\\');
    if !is_local {
        let mistake = Mistake::at(&given.value, "a redirect must stay on this site");
        let path = path.rsplit("://").next().unwrap_or_default().trim_start_matches(['/', '\\']);
        // What follows the host of an address is the path that was meant.
        let path = if path.contains('.') { path.split_once('/').map_or("", |(_, path)| path) } else { path };
        let path = if path.is_empty() { given.key.to_string() } else { path.replace('\\', "/") };
        diagnostics.mistake(mistake.help(format!("start it with a single `/`: `{} = \"/{path}\"`", given.key)));
    } else if let Some(letter) =
        path.chars().find(|letter| letter.is_control() || letter.is_whitespace() || !letter.is_ascii())
    {
        let text = format!("a path cannot contain {}: no browser could be sent there", named(letter));
        diagnostics.mistake(Mistake::at(&given.value, text).help("write it percent-encoded"));
    }
}

/// RFC 6749 3.3: printable ASCII without the space that separates scopes, the quote and the backslash.
fn is_a_scope(literal: &LitStr, diagnostics: &mut Diagnostics) {
    let scope = literal.value();
    let words: Vec<&str> = scope.split_whitespace().collect();
    if words.len() > 1 {
        let each: Vec<String> = words.iter().map(|word| format!("scope(\"{word}\")")).collect();
        diagnostics.mistake(
            Mistake::at(literal, "one `scope` holds one scope").help(format!("write `all({})`", each.join(", "))),
        );
        return;
    }
    let problem = match scope.chars().find(|letter| !letter.is_ascii_graphic() || matches!(letter, '"' | '\\')) {
        Some(letter) => format!("it contains {}", named(letter)),
        None if scope.is_empty() => "it is empty".to_owned(),
        None => return,
    };
    diagnostics.mistake(
        Mistake::at(literal, format!("no token can carry this scope: {problem}"))
            .note("RFC 6749 allows printable ASCII without space, `\"` and `\\`"),
    );
}

/// A name as in the `amr` of a token (RFC 8176), which a challenge lists with spaces between (RFC 9470 3).
fn is_a_factor(literal: &LitStr, diagnostics: &mut Diagnostics) {
    let factor = literal.value();
    let words: Vec<&str> = factor.split_whitespace().collect();
    if words.len() > 1 {
        let each: Vec<String> = words.iter().map(|word| format!("\"{word}\"")).collect();
        diagnostics.mistake(
            Mistake::at(literal, format!("`{factor}` is not the name of one factor"))
                .help(format!("write `factors({})`", each.join(", "))),
        );
        return;
    }
    let problem = match factor.chars().find(|letter| !letter.is_ascii_graphic() || matches!(letter, '"' | '\\')) {
        Some(letter) => format!("it contains {}", named(letter)),
        None if factor.is_empty() => "it is empty".to_owned(),
        None => return,
    };
    diagnostics
        .mistake(Mistake::at(literal, format!("no log-in can have this factor: {problem}")).note(
            "RFC 8176 has names for factors: `pwd`, `otp`, `sms`, `hwk`, `swk`, `pin`, `fpt`, `face`, `mfa`, ..",
        ));
}

/// How messages call a character that should not be there.
pub(super) fn named(letter: char) -> String {
    match letter {
        ' ' => "a space".to_owned(),
        letter if letter.is_control() || letter.is_whitespace() => "a control character or blank".to_owned(),
        letter => format!("`{letter}`"),
    }
}
