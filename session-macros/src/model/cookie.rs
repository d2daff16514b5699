//! What `cookie(..)` says on a principal.

use proc_macro2::{Ident, TokenStream};
use syn::LitStr;

use super::Given;
use crate::diagnostics::{Diagnostics, Mistake, nearest};
use crate::syntax::{Features, Item, Length, Place, options};

/// The options of a session cookie.
#[derive(Default)]
pub(crate) struct CookieOptions {
    pub(crate) name: Option<Given<LitStr>>,
    pub(crate) same_site: Option<Given<SameSite>>,
    pub(crate) cross_site: Option<Ident>,
    pub(crate) partitioned: Option<Ident>,
    pub(crate) path: Option<Given<LitStr>>,
    pub(crate) domain: Option<Given<LitStr>>,
    pub(crate) shared: Option<Ident>,
    pub(crate) persistent: Option<Given<Length>>,
    /// What follows `token`, be it right or not.
    pub(crate) token: Option<TokenStream>,
    pub(crate) revocable: Option<Ident>,
    pub(crate) unrevocable: Option<Ident>,
}

/// When a browser attaches the cookie to requests that other sites cause.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SameSite {
    Strict,
    Lax,
    None,
}

impl CookieOptions {
    /// The name that a cookie has when none is given.
    pub(crate) const NAME: &'static str = "__Host-id";

    pub(super) fn read(item: &Item, features: Features, diagnostics: &mut Diagnostics) -> Option<Given<Self>> {
        if item.value.is_empty() {
            return diagnostics.take(Err(Mistake::at(&item.argument(), "`cookie()` is empty")
                .help("leave it out, or set something: `cookie(same_site = \"lax\")`")));
        }
        let mut cookie = Self::default();
        for option in options(item.value.clone(), Place::Cookie, features, diagnostics) {
            cookie.take(&option, diagnostics);
        }
        Given::read(item, |_| Ok(cookie), diagnostics)
    }

    /// The cookie's name.
    pub(crate) fn name(&self) -> String {
        self.name.as_ref().map_or_else(|| Self::NAME.to_owned(), |name| name.value.value())
    }

    fn take(&mut self, item: &Item, diagnostics: &mut Diagnostics) {
        match item.key.name {
            "name" => self.name = Given::read(item, Item::string, diagnostics),
            "same_site" => self.same_site = Given::read(item, same_site, diagnostics),
            "cross_site" => self.cross_site = Some(item.name.clone()),
            "partitioned" => self.partitioned = Some(item.name.clone()),
            "path" => self.path = Given::read(item, Item::string, diagnostics),
            "domain" => self.domain = Given::read(item, Item::string, diagnostics),
            "shared" => self.shared = Some(item.name.clone()),
            "persistent" => self.persistent = Given::read(item, Item::length, diagnostics),
            "token" => {
                diagnostics.take(token(item));
                self.token = Some(item.argument());
            }
            "revocable" => self.revocable = Some(item.name.clone()),
            "unrevocable" => self.unrevocable = Some(item.name.clone()),
            _ => diagnostics.mistake(item.not_understood()),
        }
    }
}

/// There is one kind of token that a cookie can hold.
fn token(item: &Item) -> Result<(), Mistake> {
    let literal = item.string()?;
    let value = literal.value();
    if value == "jwt" {
        return Ok(());
    }
    Err(Mistake::at(&literal, format!("a cookie holds no `{value}` token")).help("write `token = \"jwt\"`"))
}

fn same_site(item: &Item) -> Result<SameSite, Mistake> {
    let literal = item.string()?;
    let value = literal.value();
    match value.as_str() {
        "strict" => Ok(SameSite::Strict),
        "lax" => Ok(SameSite::Lax),
        "none" => Ok(SameSite::None),
        _ => {
            let mistake = Mistake::at(&literal, format!("unknown `same_site` value `{value}`"));
            Err(match nearest(&value, ["strict", "lax", "none"]).or_else(|| nearest_start(&value)) {
                Some(similar) => mistake.help(format!("a similar value exists: `{similar}`")),
                None => mistake.note("valid values: `strict`, `lax`, `none`"),
            })
        }
    }
}

/// Short words are far from each other in letters: `laks` starts as `lax` does.
fn nearest_start(value: &str) -> Option<&'static str> {
    let start = value.get(..2)?.to_lowercase();
    ["strict", "lax", "none"].into_iter().find(|word| word.starts_with(&start))
}
