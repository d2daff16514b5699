//! What `bearer(..)` says on a principal.

use proc_macro2::Ident;
use syn::LitStr;

use super::Given;
use crate::diagnostics::{Diagnostics, Mistake};
use crate::syntax::{Features, Item, Length, Place, options};

/// The options of bearer tokens.
#[derive(Default)]
pub(crate) struct BearerOptions {
    pub(crate) algorithms: Option<Given<Vec<LitStr>>>,
    pub(crate) legacy: Option<Ident>,
    pub(crate) issuer: Option<Given<LitStr>>,
    pub(crate) audience: Option<Given<LitStr>>,
    pub(crate) typ: Option<Given<LitStr>>,
    pub(crate) leeway: Option<Given<Length>>,
    pub(crate) max_age: Option<Given<Length>>,
    pub(crate) auth_time: Option<Ident>,
    pub(crate) revocable: Option<Ident>,
    pub(crate) claim: Option<Given<(LitStr, LitStr)>>,
}

impl BearerOptions {
    pub(super) fn read(item: &Item, features: Features, diagnostics: &mut Diagnostics) -> Option<Given<Self>> {
        let mut bearer = Self::default();
        for option in options(item.value.clone(), Place::Bearer, features, diagnostics) {
            bearer.take(&option, diagnostics);
        }
        Given::read(item, |_| Ok(bearer), diagnostics)
    }

    fn take(&mut self, item: &Item, diagnostics: &mut Diagnostics) {
        match item.key.name {
            "alg" => self.algorithms = Given::read(item, Item::strings, diagnostics),
            "legacy" => self.legacy = Some(item.name.clone()),
            "issuer" => self.issuer = Given::read(item, Item::string, diagnostics),
            "audience" => self.audience = Given::read(item, Item::string, diagnostics),
            "typ" => self.typ = Given::read(item, Item::string, diagnostics),
            "leeway" => self.leeway = Given::read(item, Item::length, diagnostics),
            "max_age" => self.max_age = Given::read(item, Item::length, diagnostics),
            "auth_time" => self.auth_time = Some(item.name.clone()),
            "revocable" => self.revocable = Some(item.name.clone()),
            "claim" => self.claim = Given::read(item, claim, diagnostics),
            _ => diagnostics.mistake(item.not_understood()),
        }
    }
}

fn claim(item: &Item) -> Result<(LitStr, LitStr), Mistake> {
    let mut strings = item.strings()?.into_iter();
    match (strings.next(), strings.next(), strings.next()) {
        (Some(name), Some(value), None) => Ok((name, value)),
        _ => Err(Mistake::at(&item.value, "`claim` takes the name of a claim and its value")
            .help(format!("write `{}`", item.key.example))),
    }
}
