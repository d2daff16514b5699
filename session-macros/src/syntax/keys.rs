//! What a key is: where it is allowed, which form it has, and how it is explained.

use super::Features;
use super::table::TABLE;

/// Where an item stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// `#[session(..)]`.
    Session,
    /// `#[policy(..)]`.
    Policy,
    /// Inside `all(..)`, `any(..)` or `not(..)`.
    Demand,
    /// Inside `csrf(..)`.
    Csrf,
    /// `#[principal(..)]` on a type.
    Principal,
    /// Inside its `cookie(..)`.
    Cookie,
    /// Inside its `bearer(..)`.
    Bearer,
    /// `#[principal(..)]` on a field.
    Field,
}

impl Place {
    /// How messages call it.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Session => "`#[session]`",
            Self::Policy => "`#[policy]`",
            Self::Demand => "a demand",
            Self::Csrf => "`csrf(..)`",
            Self::Principal => "`#[principal]`",
            Self::Cookie => "`cookie(..)`",
            Self::Bearer => "`bearer(..)`",
            Self::Field => "`#[principal]` on a field",
        }
    }

    /// Where to put a key of this place.
    pub(super) const fn home(self) -> (&'static str, &'static str) {
        match self {
            Self::Policy => ("a route", "`#[policy(..)]` of the policy"),
            Self::Session | Self::Demand => ("a route", "`#[session(..)]` of the handler"),
            Self::Csrf => ("`csrf(..)`", "`csrf(..)`"),
            Self::Principal => ("the principal", "`#[principal(..)]` of the type whose session this is"),
            Self::Cookie => ("the principal's cookie", "`cookie(..)` in `#[principal(..)]` of the type"),
            Self::Bearer => ("the principal's tokens", "`bearer(..)` in `#[principal(..)]` of the type"),
            Self::Field => ("a field of the principal", "`#[principal(..)]` of the field"),
        }
    }
}

/// The form of an item.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shape {
    /// `sliding`.
    Flag,
    /// `max_age = "15m"`.
    Value,
    /// `role(Role::Admin)`.
    List,
}

/// Whether this version has what a key says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Availability {
    /// It has.
    Now,
    /// It has when the runtime's feature `jwt` is on.
    Jwt,
    /// It has when the runtime's feature `cookie-tokens` is on.
    CookieTokens,
}

/// One row of the table of keys.
#[derive(Debug)]
pub(crate) struct Key {
    pub(crate) name: &'static str,
    pub(crate) places: &'static [Place],
    pub(crate) shape: Shape,
    /// Whether several of it are one demand more each.
    pub(crate) repeats: bool,
    pub(crate) availability: Availability,
    pub(crate) example: &'static str,
    /// One line for the reference, which is a file that a test compares with the table.
    #[cfg_attr(not(test), expect(dead_code, reason = "read by the test"))]
    pub(crate) doc: &'static str,
}

impl Key {
    /// The feature of the runtime that what it says needs and that is off, and what to switch on.
    pub(super) fn missing_feature(&self, features: Features) -> Option<(&'static str, &'static str)> {
        match self.availability {
            Availability::Jwt if !features.jwt => Some(("jwt", "aws_lc_rs")),
            Availability::CookieTokens if !features.cookie_tokens => Some(("cookie-tokens", "cookie-tokens")),
            _ => None,
        }
    }
}

/// The key called `name` where `place` is.
pub(crate) fn find(place: Place, name: &str) -> Option<&'static Key> {
    keys_of(place).find(|key| key.name == name)
}

/// Every key that is allowed where `place` is.
pub(crate) fn keys_of(place: Place) -> impl Iterator<Item = &'static Key> {
    TABLE.iter().filter(move |key| key.places.contains(&place))
}

/// Another place where a key called `name` is allowed, if possible in the form it was written in.
pub(super) fn elsewhere(name: &str, shape: Shape) -> Option<(&'static Key, Place)> {
    let called = |key: &&Key| key.name == name;
    let key = TABLE.iter().filter(called).find(|key| key.shape == shape).or_else(|| TABLE.iter().find(called))?;
    Some((key, *key.places.first()?))
}
