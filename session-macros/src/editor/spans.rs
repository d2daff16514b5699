//! Names that stand where the author wrote something else.
//!
//! Expansions put names of their own at the author's tokens, so that what the compiler says about them stands there. An
//! editor takes all that stands at a token for what the token means, and would lead from `check(owns)` to `run_checks`
//! as well as to `owns`.

use std::collections::HashSet;

use proc_macro2::{Group, Ident, Span, TokenStream, TokenTree};

use super::attribute::Attribute;
use crate::host::Host;

/// What an author wrote, and where.
pub(super) struct Written {
    names: HashSet<(String, String)>,
}

impl Written {
    /// The names in `sources`; nothing where no editor asks: a compiler wants all names where they are.
    pub(super) fn for_an_editor(sources: &[&TokenStream], attribute: &Attribute) -> Option<Self> {
        (Host::of_this_process() == Host::Editor).then(|| Self::new(sources, attribute))
    }

    pub(super) fn new(sources: &[&TokenStream], attribute: &Attribute) -> Self {
        let mut names = HashSet::new();
        for source in sources {
            collect((*source).clone(), &mut names);
        }
        // What a key means is known by its import.
        for key in attribute.keys().into_iter().flat_map(|(_, keys)| keys) {
            names.remove(&place_of(key));
        }
        Self { names }
    }

    /// The expansion in which no other names stand where these do.
    pub(super) fn alone_in_their_places(&self, expansion: TokenStream) -> TokenStream {
        let tokens: Vec<TokenTree> = expansion.into_iter().collect();
        let is_error = |token: &TokenTree| matches!(token, TokenTree::Ident(name) if name == "compile_error");
        // Mistakes stay where they are, with what stands before them.
        let mistakes = tokens.iter().rposition(is_error).map_or(0, |last| last + 1);
        let (mistakes, rest) = tokens.split_at_checked(mistakes).unwrap_or_default();
        mistakes.iter().cloned().chain(rest.iter().cloned().map(|token| self.moved(token))).collect()
    }

    fn moved(&self, token: TokenTree) -> TokenTree {
        match token {
            TokenTree::Ident(mut name) => {
                if !self.names.contains(&place_of(&name)) {
                    name.set_span(Span::mixed_site());
                }
                TokenTree::Ident(name)
            }
            // The author's own, a body for example: its delimiters are two places, and a new group would have one.
            TokenTree::Group(group) if self.are_all(group.stream()) => TokenTree::Group(group),
            TokenTree::Group(group) => {
                let inside = group.stream().into_iter().map(|token| self.moved(token)).collect();
                let mut moved = Group::new(group.delimiter(), inside);
                moved.set_span(group.span());
                TokenTree::Group(moved)
            }
            other => other,
        }
    }

    fn are_all(&self, tokens: TokenStream) -> bool {
        tokens.into_iter().all(|token| match token {
            TokenTree::Ident(name) => self.names.contains(&place_of(&name)),
            TokenTree::Group(group) => self.are_all(group.stream()),
            TokenTree::Punct(_) | TokenTree::Literal(_) => true,
        })
    }
}

fn collect(tokens: TokenStream, names: &mut HashSet<(String, String)>) {
    for token in tokens {
        match token {
            TokenTree::Ident(name) => {
                names.insert(place_of(&name));
            }
            TokenTree::Group(group) => collect(group.stream(), names),
            TokenTree::Punct(_) | TokenTree::Literal(_) => {}
        }
    }
}

/// A name and where it stands; places can be compared in this form only.
fn place_of(name: &Ident) -> (String, String) {
    (name.to_string(), format!("{:?}", name.span()))
}
