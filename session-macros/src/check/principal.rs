//! What the attributes of one principal show.

use syn::{Data, DeriveInput, LitStr};

use super::{bearer, cookie, values};
use crate::diagnostics::{Diagnostics, Mistake};
use crate::model::{Field, Fields, Given, PrincipalAttribute};
use crate::syntax::Length;

/// How long a session lasts when no `absolute` is given.
const ABSOLUTE: u64 = 12 * 60 * 60;
/// RFC 6265bis 5.5: browsers keep no cookie for longer than 400 days.
const LONGEST_KEPT: u64 = 400 * 24 * 60 * 60;
/// Leaves room for the rest of a header line.
const LONGEST_REALM: usize = 128;

/// A principal that does not contradict itself.
pub(crate) struct CheckedPrincipal {
    input: DeriveInput,
    attribute: PrincipalAttribute,
    fields: Fields,
}

impl CheckedPrincipal {
    /// Checks what a type says about its sessions.
    pub(crate) fn new(
        input: DeriveInput,
        attribute: PrincipalAttribute,
        fields: Fields,
        diagnostics: &mut Diagnostics,
    ) -> Self {
        has_fields(&input, &fields, diagnostics);
        one_field_each(&input, &fields, diagnostics);
        is_serialised(&fields, diagnostics);
        attribute.cookie.iter().for_each(|given| cookie::check(given, diagnostics));
        attribute.bearer.iter().for_each(|given| bearer::check(given, &fields, diagnostics));
        ends(&attribute, diagnostics);
        is_remembered_longer(&attribute, diagnostics);
        are_counted(&attribute, diagnostics);
        attribute.realm.iter().for_each(|realm| is_a_realm(&realm.value, diagnostics));
        let attribute = if diagnostics.has_errors() { stand_in(attribute) } else { attribute };
        Self { input, attribute, fields }
    }

    /// The type.
    pub(crate) fn input(&self) -> &DeriveInput {
        &self.input
    }

    /// What it says.
    pub(crate) fn attribute(&self) -> &PrincipalAttribute {
        &self.attribute
    }

    /// How long a remembered session lasts.
    pub(crate) fn persistent(&self) -> Option<&Given<Length>> {
        persistent(&self.attribute)
    }

    /// The field that identifies the subject; none after a mistake.
    pub(crate) fn id(&self) -> Option<&Field> {
        self.fields.id.first()
    }

    /// The field that holds the roles.
    pub(crate) fn roles(&self) -> Option<&Field> {
        self.fields.roles.first()
    }

    /// The members of the principal's JSON that its fields name.
    pub(crate) fn members(&self) -> &[String] {
        &self.fields.members
    }

    /// The field that holds the scopes.
    pub(crate) fn scopes(&self) -> Option<&Field> {
        self.fields.scopes.first()
    }

    /// The field that holds the issuer.
    pub(crate) fn issuer(&self) -> Option<&Field> {
        self.fields.issuer.first()
    }
}

/// Tokens carry a principal as claims, and a claim has a name.
fn has_fields(input: &DeriveInput, fields: &Fields, diagnostics: &mut Diagnostics) {
    let name = &input.ident;
    let mistake = match &input.data {
        Data::Struct(_) if fields.are_named => return,
        Data::Struct(_) => Mistake::at(name, "a principal needs named fields: tokens carry them as claims"),
        Data::Enum(data) => Mistake::at(&data.enum_token, "a principal is a struct: its fields are what tokens carry"),
        Data::Union(data) => {
            Mistake::at(&data.union_token, "a principal is a struct: its fields are what tokens carry")
        }
    };
    diagnostics.mistake(mistake.help(format!("write `struct {name} {{ #[principal(id)] id: u64 }}`")));
}

/// One field identifies a principal; at most one each holds its roles, its scopes and its issuer.
fn one_field_each(input: &DeriveInput, fields: &Fields, diagnostics: &mut Diagnostics) {
    if fields.id.is_empty() && fields.are_named && !diagnostics.has_errors() {
        diagnostics.mistake(
            Mistake::at(&input.ident, "a principal needs one field that identifies it")
                .help("put `#[principal(id)]` on that field"),
        );
    }
    for (marked, role) in [
        (&fields.id, "identifies it"),
        (&fields.roles, "holds its roles"),
        (&fields.scopes, "holds its scopes"),
        (&fields.issuer, "holds its issuer"),
    ] {
        let Some((first, others)) = marked.split_first() else { continue };
        for other in others {
            diagnostics.mistake(
                Mistake::at(
                    &other.name,
                    format!("a principal needs one field that {role}; `{}` does already", first.name),
                )
                .help(format!("remove `#[principal({})]` from one of them", other.mark)),
            );
        }
    }
}

/// A field that identifies the principal is in stores and tokens: without it, all subjects are one.
fn is_serialised(fields: &Fields, diagnostics: &mut Diagnostics) {
    for field in fields.id.iter().chain(&fields.issuer) {
        let Some(skip) = field.skipped else { continue };
        diagnostics.mistake(
            Mistake::at(
                &field.name,
                format!("`{skip}` leaves out `{}`, so a principal that is read again is another subject", field.name),
            )
            .help(format!("remove `#[serde({skip})]`")),
        );
    }
}

/// When a session ends at the latest, and when it ends unused.
fn ends(attribute: &PrincipalAttribute, diagnostics: &mut Diagnostics) {
    for length in [&attribute.absolute, &attribute.idle].into_iter().flatten() {
        values::not_zero(length, diagnostics);
    }
    let absolute = attribute.absolute.as_ref().map_or(ABSOLUTE, |given| given.value.seconds);
    let Some(idle) = attribute.idle.as_ref().filter(|idle| idle.value.seconds > absolute && absolute > 0) else {
        return;
    };
    let written = attribute.absolute.as_ref().map_or_else(|| "12h".to_owned(), |given| given.value.written());
    diagnostics.mistake(
        Mistake::at(
            &idle.value.literal,
            format!(
                "the session is over after `absolute` ({written}), so `idle` ({}) can never apply",
                idle.value.written()
            ),
        )
        .help(format!("shorten it, or write `absolute = \"{}\"`", idle.value.written())),
    );
}

/// Whoever asks to be remembered is, for longer than others and for no longer than a browser keeps a cookie.
fn is_remembered_longer(attribute: &PrincipalAttribute, diagnostics: &mut Diagnostics) {
    let Some(persistent) = persistent(attribute) else { return };
    values::not_zero(persistent, diagnostics);
    let (seconds, written) = (persistent.value.seconds, persistent.value.written());
    let absolute = attribute.absolute.as_ref().map_or(ABSOLUTE, |given| given.value.seconds);
    if seconds > LONGEST_KEPT {
        diagnostics.mistake(
            Mistake::at(
                &persistent.value.literal,
                format!("`persistent` ({written}) is longer than the 400 days that a browser keeps a cookie"),
            )
            .help("use at most `persistent = \"400d\"`"),
        );
    } else if seconds > 0 && seconds <= absolute {
        let others = attribute.absolute.as_ref().map_or_else(|| "12h".to_owned(), |given| given.value.written());
        diagnostics.mistake(
            Mistake::at(
                &persistent.value.literal,
                format!("a remembered session ({written}) ends no later than any other: `absolute` is {others}"),
            )
            .help(format!("make `persistent` longer than {others}, or leave it out")),
        );
    }
}

fn persistent(attribute: &PrincipalAttribute) -> Option<&Given<Length>> {
    attribute.cookie.as_ref()?.value.persistent.as_ref()
}

/// Who counts sessions has to know them.
fn are_counted(attribute: &PrincipalAttribute, diagnostics: &mut Diagnostics) {
    let token = attribute.cookie.as_ref().and_then(|cookie| cookie.value.token.as_ref());
    let (Some(most), Some(_)) = (&attribute.max_sessions, token) else { return };
    diagnostics.mistake(
        Mistake::at(&most.key, "nobody knows how many sessions there are that live in their cookies")
            .help("remove `max_sessions`, or remove `token` from `cookie(..)` to keep the sessions in a store"),
    );
}

/// A realm enters store keys, challenges (RFC 9110 11.5) and the `realm` claim of tokens, so its letters are those that
/// need no escape in any of them.
fn is_a_realm(literal: &LitStr, diagnostics: &mut Diagnostics) {
    let realm = literal.value();
    let is_allowed = |letter: &char| letter.is_ascii_alphanumeric() || "-._~:/@".contains(*letter);
    let problem = match realm.chars().find(|letter| !is_allowed(letter)) {
        Some(letter) => format!("a realm cannot contain {}", values::named(letter)),
        None if realm.is_empty() => "a realm needs a name".to_owned(),
        None if realm.len() > LONGEST_REALM => {
            format!("a realm has at most {LONGEST_REALM} letters, and this one has {}", realm.len())
        }
        None => return,
    };
    diagnostics.mistake(
        Mistake::at(literal, problem).help("use ASCII letters, digits and `-._~:/@`: `realm = \"shop-user\"`"),
    );
}

/// The attribute without anything that can be wrong.
fn stand_in(attribute: PrincipalAttribute) -> PrincipalAttribute {
    PrincipalAttribute { runtime: attribute.runtime, ..PrincipalAttribute::default() }
}
