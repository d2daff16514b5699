//! What editors need of an expansion, and compilers do not.
//!
//! rust-analyzer completes, and finds definitions, by what an expansion makes of the token at the cursor. So:
//!
//! - Every key becomes an import from the module of the keys that are allowed where it stands ([`Attribute`]). What that
//!   module holds is what the editor offers, with its documentation. rustc leaves these imports out, and is not given them where it is
//!   known to be what asks ([`Host`]): reading them costs time.
//! - Code that only stands at a token of the author's, so that the compiler complains there, stands elsewhere ([`spans`]).
//!
//! Attributes are read as tokens: the other stages leave out what is not finished yet, and that is what is being typed.

mod attribute;
mod imports;
mod spans;

#[cfg(test)]
mod tests;

use proc_macro2::{Delimiter, TokenStream, TokenTree};
use syn::{Data, DeriveInput, Meta};

use self::attribute::Attribute;
use self::spans::Written;
use crate::host::Host;
use crate::syntax::Place;

/// What an editor needs of one expansion; nothing where a compiler asks for it.
pub(crate) struct Editor(Option<Needs>);

struct Needs {
    attribute: Attribute,
    written: Option<Written>,
}

impl Editor {
    /// For the attribute `arguments` above `item`.
    pub(crate) fn of_attribute(arguments: &TokenStream, item: &TokenStream, place: Place) -> Self {
        if !Host::of_this_process().may_be_an_editor() {
            return Self(None);
        }
        let mut attribute = Attribute::default();
        // Among methods there is no place for a constant without a name.
        if !is_method(item) {
            attribute.read(arguments.clone(), place);
        }
        let written = Written::for_an_editor(&[arguments, item], &attribute);
        Self(Some(Needs { attribute, written }))
    }

    /// For every `#[principal(..)]` on a type and on its fields.
    pub(crate) fn of_principal(item: &TokenStream) -> Self {
        if !Host::of_this_process().may_be_an_editor() {
            return Self(None);
        }
        let mut attribute = Attribute::default();
        if let Ok(input) = syn::parse2::<DeriveInput>(item.clone()) {
            read_helpers(&input.attrs, Place::Principal, &mut attribute);
            if let Data::Struct(data) = &input.data {
                for field in &data.fields {
                    read_helpers(&field.attrs, Place::Field, &mut attribute);
                }
            }
        }
        let written = Written::for_an_editor(&[item], &attribute);
        Self(Some(Needs { attribute, written }))
    }

    /// The expansion with what it lacks.
    pub(crate) fn complete(self, expansion: TokenStream) -> TokenStream {
        let Some(Needs { attribute, written }) = self.0 else { return expansion };
        // In this order: an editor expands twice, with and without what it would insert at the cursor, and finds the place
        // of one in the other by its offset. What is before the imports has to be the same in both.
        let mut tokens = imports::of(&attribute);
        tokens.extend(match written {
            Some(written) => written.alone_in_their_places(expansion),
            None => expansion,
        });
        tokens
    }
}

/// Whether there is a `self` among the arguments of the function.
fn is_method(item: &TokenStream) -> bool {
    let is_self = |token: TokenTree| matches!(token, TokenTree::Ident(name) if name == "self");
    let behind_fn =
        item.clone().into_iter().skip_while(|token| !matches!(token, TokenTree::Ident(name) if name == "fn"));
    let mut lists = behind_fn.filter_map(|token| match token {
        TokenTree::Group(group) if group.delimiter() == Delimiter::Parenthesis => Some(group.stream()),
        _ => None,
    });
    lists.next().is_some_and(|arguments| arguments.into_iter().any(is_self))
}

fn read_helpers(attributes: &[syn::Attribute], place: Place, read: &mut Attribute) {
    for attribute in attributes {
        match &attribute.meta {
            Meta::List(list) if list.path.is_ident("principal") => read.read(list.tokens.clone(), place),
            _ => {}
        }
    }
}
