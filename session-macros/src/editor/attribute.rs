//! An attribute as it stands there, finished or not.

use proc_macro2::{Delimiter, Ident, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::Path;
use syn::parse::Parser;

use crate::syntax::Place;

/// The keys of an attribute and the paths that it names.
#[derive(Default)]
pub(super) struct Attribute {
    /// For each pair of parentheses that may hold keys, what it holds.
    lists: Vec<(Place, Vec<Ident>)>,
    pub(super) paths: Vec<Named>,
    runtime: Option<Path>,
}

/// A path, as far as it is there.
pub(super) enum Named {
    /// `role(Role::Admin)`, `check(owns)`.
    Value(Option<Path>),
    /// `policy(Staff)`, `principal(User)`.
    Type(Option<Path>),
}

impl Attribute {
    /// Collects what is in `tokens`, which stand where `place` is, and in the parentheses behind its keys.
    pub(super) fn read(&mut self, tokens: TokenStream, place: Place) {
        let mut keys = Vec::new();
        let mut behind = Vec::new();
        let mut rest = tokens.into_iter().peekable();
        let mut at_start = true;
        while let Some(token) = rest.next() {
            if at_start && let TokenTree::Ident(key) = &token {
                behind.extend(rest.peek().and_then(parenthesised).map(|inside| (key.to_string(), inside)));
                // rustc reads what it leaves out, and would not understand a keyword there.
                if syn::parse2::<Ident>(key.to_token_stream()).is_ok() {
                    keys.push(key.clone());
                }
            }
            at_start = is_comma(&token);
        }
        self.lists.push((place, keys));
        for (key, inside) in behind {
            self.take(place, &key, inside);
        }
    }

    /// The keys of each place, places without any included.
    pub(super) fn keys(&self) -> Vec<(Place, Vec<&Ident>)> {
        let mut keys: Vec<(Place, Vec<&Ident>)> = Vec::new();
        for (place, found) in &self.lists {
            match keys.iter_mut().find(|(of, _)| of == place) {
                Some((_, keys)) => keys.extend(found),
                None => keys.push((*place, found.iter().collect())),
            }
        }
        keys
    }

    /// What `crate(..)` names, or the runtime's own name.
    pub(super) fn runtime(&self) -> TokenStream {
        self.runtime.as_ref().map_or_else(|| quote!(::session_runtime), ToTokens::to_token_stream)
    }

    fn take(&mut self, place: Place, key: &str, inside: TokenStream) {
        match (place, key) {
            (Place::Session | Place::Policy | Place::Principal, "crate") => self.runtime = path(inside),
            (Place::Session | Place::Policy | Place::Demand, "role" | "check") => {
                self.paths.push(Named::Value(path(inside)));
            }
            (Place::Session, "policy")
            | (Place::Policy, "extends")
            | (Place::Session | Place::Policy, "principal" | "state") => self.paths.push(Named::Type(path(inside))),
            (Place::Session | Place::Policy | Place::Demand, "all" | "any" | "not") => self.read(inside, Place::Demand),
            (Place::Session | Place::Policy, "csrf") => self.read(inside, Place::Csrf),
            (Place::Principal, "cookie") => self.read(inside, Place::Cookie),
            (Place::Principal, "bearer") => self.read(inside, Place::Bearer),
            _ => {}
        }
    }
}

fn parenthesised(token: &TokenTree) -> Option<TokenStream> {
    match token {
        TokenTree::Group(group) if group.delimiter() == Delimiter::Parenthesis => Some(group.stream()),
        _ => None,
    }
}

fn is_comma(token: &TokenTree) -> bool {
    matches!(token, TokenTree::Punct(punct) if punct.as_char() == ',')
}

/// The path that `tokens` are, or would be with one segment more.
fn path(tokens: TokenStream) -> Option<Path> {
    let mut tokens: Vec<TokenTree> = tokens.into_iter().collect();
    while matches!(tokens.last(), Some(TokenTree::Punct(punct)) if punct.as_char() == ':') {
        tokens.pop();
    }
    Path::parse_mod_style.parse2(tokens.into_iter().collect()).ok()
}
