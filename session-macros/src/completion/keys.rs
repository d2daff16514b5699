//! The keys of an attribute as they stand there, finished or not.

use proc_macro2::{Delimiter, Ident, TokenStream, TokenTree};
use quote::{ToTokens, quote};

use crate::syntax::Place;

/// Keys, and where each of them stands.
#[derive(Default)]
pub(super) struct Keys {
    found: Vec<(Place, Ident)>,
    runtime: Option<syn::Path>,
}

impl Keys {
    /// Collects the keys in `tokens`, which stand where `place` is, and those in the parentheses behind them.
    pub(super) fn read(&mut self, tokens: TokenStream, place: Place) {
        let mut at_start = true;
        let mut rest = tokens.into_iter().peekable();
        while let Some(token) = rest.next() {
            if at_start && let TokenTree::Ident(key) = &token {
                self.take(key, rest.peek(), place);
            }
            at_start = is_comma(&token);
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.found.is_empty()
    }

    /// The keys of each place that has any.
    pub(super) fn by_place(&self) -> impl Iterator<Item = (Place, impl Iterator<Item = &Ident>)> {
        let first_of_its_place = |(index, (place, _)): &(usize, &(Place, Ident))| {
            self.found.iter().take(*index).all(|(earlier, _)| earlier != place)
        };
        self.found
            .iter()
            .enumerate()
            .filter(first_of_its_place)
            .map(|(_, (place, _))| (*place, self.found.iter().filter(move |(of, _)| of == place).map(|(_, key)| key)))
    }

    /// What `crate(..)` names, or the runtime's own name.
    pub(super) fn runtime(&self) -> TokenStream {
        self.runtime.as_ref().map_or_else(|| quote!(::session_runtime), ToTokens::to_token_stream)
    }

    fn take(&mut self, key: &Ident, behind: Option<&TokenTree>, place: Place) {
        let inside = match behind {
            Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::Parenthesis => Some(group.stream()),
            _ => None,
        };
        let name = key.to_string();
        if name == "crate" {
            self.runtime = inside.and_then(|path| syn::parse2(path).ok());
            return;
        }
        // rustc reads what it leaves out, and would not understand a keyword there.
        if syn::parse2::<Ident>(key.to_token_stream()).is_ok() {
            self.found.push((place, key.clone()));
        }
        if let Some((inside, place)) = inside.zip(place_inside(place, &name)) {
            self.read(inside, place);
        }
    }
}

fn is_comma(token: &TokenTree) -> bool {
    matches!(token, TokenTree::Punct(punct) if punct.as_char() == ',')
}

/// Where the parentheses behind `key` are, when they hold keys again.
fn place_inside(place: Place, key: &str) -> Option<Place> {
    match (place, key) {
        (Place::Session | Place::Policy | Place::Demand, "all" | "any" | "not") => Some(Place::Demand),
        (Place::Session | Place::Policy, "csrf") => Some(Place::Csrf),
        (Place::Principal, "cookie") => Some(Place::Cookie),
        (Place::Principal, "bearer") => Some(Place::Bearer),
        _ => None,
    }
}
