//! After a mistake: what the author named counts as used, so that no warning about an import stands beside the error.

use proc_macro2::{Ident, Spacing, TokenStream, TokenTree};
use quote::quote;
use syn::Path;

/// An item that names what `arguments` name, as far as it is plain from the tokens what kind of thing that is: a variant or
/// constant of a type, or a type behind a key that takes one. What is misspelt in the former is reported at its place.
pub(super) fn mentioned(arguments: TokenStream) -> TokenStream {
    let mut found = Found::default();
    found.look_into(arguments);
    let Found { constants, types } = found;
    if constants.is_empty() && types.is_empty() {
        return TokenStream::new();
    }
    quote! {
        const _: fn() = || {
            #(let _ = #constants;)*
            #(let _: &#types;)*
        };
    }
}

#[derive(Default)]
struct Found {
    constants: Vec<Path>,
    types: Vec<Path>,
}

impl Found {
    fn look_into(&mut self, tokens: TokenStream) {
        let mut path: Vec<TokenTree> = Vec::new();
        let mut key: Option<Ident> = None;
        for token in tokens {
            match &token {
                TokenTree::Ident(_) => {
                    if matches!(path.last(), Some(TokenTree::Ident(_))) {
                        self.take(&mut path, &mut key);
                    }
                    path.push(token);
                }
                TokenTree::Punct(punct) if punct.as_char() == ':' => path.push(token),
                TokenTree::Group(group) => {
                    self.take(&mut path, &mut key);
                    self.behind(key.take(), group.stream());
                }
                TokenTree::Punct(punct) if punct.as_char() == '=' && punct.spacing() == Spacing::Alone => {
                    self.take(&mut path, &mut key);
                }
                // Arguments of a type: it is not one without them.
                TokenTree::Punct(punct) if punct.as_char() == '<' => path.clear(),
                _ => {
                    self.take(&mut path, &mut key);
                    key = None;
                }
            }
        }
        self.take(&mut path, &mut key);
    }

    fn behind(&mut self, key: Option<Ident>, tokens: TokenStream) {
        let mut inside: Vec<TokenTree> = tokens.clone().into_iter().collect();
        match (key, inside.pop(), inside.is_empty()) {
            (Some(key), Some(TokenTree::Ident(ty)), true) if takes_a_type(&key) => self.types.extend(path_of(&ty)),
            _ => self.look_into(tokens),
        }
    }

    /// A path that ends here: a key, or what one takes.
    fn take(&mut self, path: &mut Vec<TokenTree>, key: &mut Option<Ident>) {
        let path = std::mem::take(path);
        match path.as_slice() {
            [TokenTree::Ident(word)] => match key.take() {
                Some(key) if takes_a_type(&key) => self.types.extend(path_of(word)),
                _ => *key = Some(word.clone()),
            },
            [TokenTree::Ident(first), .., TokenTree::Ident(_)] if is_type_name(first) => {
                self.constants.extend(syn::parse2::<Path>(path.into_iter().collect()));
            }
            _ => {}
        }
    }
}

/// Unless it is a keyword.
fn path_of(word: &Ident) -> Option<Path> {
    syn::parse2(TokenTree::from(word.clone()).into()).ok()
}

fn takes_a_type(key: &Ident) -> bool {
    ["policy", "extends", "principal", "state"].iter().any(|name| key == name)
}

fn is_type_name(ident: &Ident) -> bool {
    ident.to_string().starts_with(char::is_uppercase)
}
