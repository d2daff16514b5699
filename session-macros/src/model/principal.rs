//! What `#[principal(..)]` says on a type.

use syn::{DeriveInput, LitStr};

use super::{BearerOptions, CookieOptions, Given, Runtime};
use crate::diagnostics::Diagnostics;
use crate::syntax::{Features, Item, Length, Place, options};

/// How the sessions of a principal travel and how long they live.
#[derive(Default)]
pub(crate) struct PrincipalAttribute {
    pub(crate) cookie: Option<Given<CookieOptions>>,
    pub(crate) bearer: Option<Given<BearerOptions>>,
    pub(crate) absolute: Option<Given<Length>>,
    pub(crate) idle: Option<Given<Length>>,
    pub(crate) max_sessions: Option<Given<u32>>,
    pub(crate) realm: Option<Given<LitStr>>,
    pub(crate) runtime: Runtime,
}

impl PrincipalAttribute {
    /// Reads the attributes of a type; several of them are one.
    pub(crate) fn read(input: &DeriveInput, features: Features, diagnostics: &mut Diagnostics) -> Self {
        let mut attribute = Self::default();
        let tokens = super::fields::arguments(&input.attrs, diagnostics);
        for item in options(tokens, Place::Principal, features, diagnostics) {
            attribute.take(&item, features, diagnostics);
        }
        attribute
    }

    fn take(&mut self, item: &Item, features: Features, diagnostics: &mut Diagnostics) {
        match item.key.name {
            "cookie" => self.cookie = CookieOptions::read(item, features, diagnostics),
            "bearer" => self.bearer = BearerOptions::read(item, features, diagnostics),
            "absolute" => self.absolute = Given::read(item, Item::length, diagnostics),
            "idle" => self.idle = Given::read(item, Item::length, diagnostics),
            "max_sessions" => self.max_sessions = Given::read(item, Item::count, diagnostics),
            "realm" => self.realm = Given::read(item, Item::string, diagnostics),
            "crate" => self.runtime.read(item, diagnostics),
            _ => diagnostics.mistake(item.not_understood()),
        }
    }
}
