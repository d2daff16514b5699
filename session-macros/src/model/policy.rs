//! What `#[session(..)]` and `#[policy(..)]` say.

use proc_macro2::{Ident, TokenStream};
use syn::{LitStr, Path};

use super::demand::Demand;
use super::{Given, Runtime};
use crate::diagnostics::{Diagnostics, Mistake};
use crate::syntax::{Features, Item, Length, Place, options};

/// What a policy says itself, its base aside.
#[derive(Default)]
pub(crate) struct PolicyAttribute {
    /// One, or as many as were written.
    pub(crate) access: Vec<Given<Access>>,
    pub(crate) base: Option<Given<Path>>,
    pub(crate) max_age: Option<Given<Length>>,
    pub(crate) sliding: Option<Ident>,
    pub(crate) fresh: Option<Given<Length>>,
    pub(crate) demands: Vec<Demand>,
    pub(crate) checks: Vec<Given<Path>>,
    pub(crate) confirm: Option<Given<LitStr>>,
    pub(crate) cookie: Option<Ident>,
    pub(crate) bearer: Option<Ident>,
    pub(crate) csrf: Option<Given<Csrf>>,
    pub(crate) login: Option<Given<LitStr>>,
    pub(crate) reauthenticate: Option<Given<LitStr>>,
    pub(crate) principal: Option<Given<Path>>,
    pub(crate) state: Option<Given<Path>>,
    pub(crate) runtime: Runtime,
}

/// Whether a visitor must, may or cannot have a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Access {
    Required,
    Optional,
    Public,
}

/// How the forgery check is loosened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Csrf {
    Off,
    SameSite,
    Report,
}

impl PolicyAttribute {
    /// Reads what stands in the parentheses of `#[session(..)]` or `#[policy(..)]`.
    pub(crate) fn read(
        arguments: TokenStream,
        place: Place,
        features: Features,
        diagnostics: &mut Diagnostics,
    ) -> Self {
        let mut attribute = Self::default();
        for item in options(arguments, place, features, diagnostics) {
            attribute.take(&item, features, diagnostics);
        }
        attribute
    }

    /// A policy that starts from itself never starts. Forgets the base, so that the compiler does not try to find it.
    pub(crate) fn does_not_extend_itself(&mut self, name: &Ident, diagnostics: &mut Diagnostics) {
        let is_itself = |base: &mut Given<Path>| base.value.is_ident(name) || base.value.is_ident("Self");
        if let Some(base) = self.base.take_if(is_itself) {
            diagnostics.mistake(
                Mistake::at(&base.value, format!("`{name}` extends itself, so it never begins"))
                    .help("name another policy, or say whose session it is about: `principal(User)`"),
            );
        }
    }

    /// The demands, and everything inside them.
    pub(crate) fn every_demand(&self) -> Vec<&Demand> {
        let mut demands = Vec::new();
        for demand in &self.demands {
            demand.every(&mut demands);
        }
        demands
    }

    /// Whether the route reads no credential.
    pub(crate) fn public(&self) -> Option<&Given<Access>> {
        self.accessed(Access::Public)
    }

    /// Where `access` was written.
    pub(crate) fn accessed(&self, access: Access) -> Option<&Given<Access>> {
        self.access.iter().find(|given| given.value == access)
    }

    fn take(&mut self, item: &Item, features: Features, diagnostics: &mut Diagnostics) {
        match item.key.name {
            "required" => self.access.extend(Given::read(item, |_| Ok(Access::Required), diagnostics)),
            "optional" => self.access.extend(Given::read(item, |_| Ok(Access::Optional), diagnostics)),
            "public" => self.access.extend(Given::read(item, |_| Ok(Access::Public), diagnostics)),
            "policy" | "extends" => self.base = Given::read(item, Item::path, diagnostics),
            "max_age" => self.max_age = Given::read(item, Item::length, diagnostics),
            "sliding" => self.sliding = Some(item.name.clone()),
            "fresh" => self.fresh = Given::read(item, Item::length, diagnostics),
            "role" | "scope" | "factors" | "all" | "any" | "not" => {
                self.demands.extend(Demand::read(item, features, diagnostics));
            }
            "check" => self.checks.extend(Given::read(item, Item::constant, diagnostics)),
            "confirm" => self.confirm = Given::read(item, Item::string, diagnostics),
            "cookie" => self.cookie = Some(item.name.clone()),
            "bearer" => self.bearer = Some(item.name.clone()),
            "csrf" => self.csrf = csrf(item, features, diagnostics),
            "login" => self.login = Given::read(item, Item::string, diagnostics),
            "reauthenticate" => self.reauthenticate = Given::read(item, Item::string, diagnostics),
            "principal" => self.principal = Given::read(item, Item::path, diagnostics),
            "state" => self.state = Given::read(item, Item::path, diagnostics),
            "crate" => self.runtime.read(item, diagnostics),
            _ => diagnostics.mistake(item.not_understood()),
        }
    }
}

fn csrf(item: &Item, features: Features, diagnostics: &mut Diagnostics) -> Option<Given<Csrf>> {
    let mut modes = options(item.value.clone(), Place::Csrf, features, diagnostics).into_iter();
    let mode = match modes.next() {
        None if item.value.is_empty() => Err(Mistake::at(&item.argument(), "`csrf()` is empty")
            .help("leave it out: requests from other origins are refused by default")),
        None => return None,
        Some(mode) => match (mode.key.name, modes.next()) {
            (_, Some(second)) => {
                Err(Mistake::at(&second.name, format!("`{}` contradicts `{}`", second.name, mode.name))
                    .help("keep one of them"))
            }
            ("off", None) => Ok(Csrf::Off),
            ("same_site", None) => Ok(Csrf::SameSite),
            ("report", None) => Ok(Csrf::Report),
            _ => Err(mode.not_understood()),
        },
    };
    Given::read(item, |_| mode, diagnostics)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syntax::keys_of;

    #[test]
    fn every_example_in_the_table_is_understood() {
        for place in [Place::Session, Place::Policy] {
            for key in keys_of(place) {
                let mut diagnostics = Diagnostics::default();
                let tokens = key.example.parse().unwrap_or_default();
                PolicyAttribute::read(tokens, place, Features { jwt: true, cookie_tokens: true }, &mut diagnostics);
                let expansion = diagnostics.into_tokens();
                assert!(expansion.is_empty(), "{}: {expansion}", key.name);
            }
        }
    }
}
