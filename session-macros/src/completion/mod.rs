//! What editors complete keys by.
//!
//! rust-analyzer completes what an expansion makes of the token at the cursor. Here every key, half-typed ones included,
//! becomes an import from the module of the keys that are allowed where it stands: what that module holds is what the
//! editor offers, with its documentation. rustc never sees these imports.
//!
//! Attributes are read as tokens: the stages after this one leave out what is not finished yet, and that is what is being
//! typed.

mod keys;

#[cfg(test)]
mod tests;

use proc_macro2::{Ident, Span, TokenStream};
use quote::quote;
use syn::{Attribute, Data, DeriveInput, Meta};

use self::keys::Keys;
use crate::syntax::Place;

/// The imports of the keys in the parentheses of an attribute.
///
/// They have to come first in an expansion. An editor expands twice, with and without what it would insert at the cursor,
/// and finds the place of one in the other by its offset.
pub(crate) fn of_attribute(arguments: &TokenStream, place: Place) -> TokenStream {
    let mut keys = Keys::default();
    keys.read(arguments.clone(), place);
    imports(&keys)
}

/// The imports of the keys in every `#[principal(..)]` on a type and on its fields.
pub(crate) fn of_principal(item: &TokenStream) -> TokenStream {
    let mut keys = Keys::default();
    let Ok(input) = syn::parse2::<DeriveInput>(item.clone()) else {
        return TokenStream::new();
    };
    read_helpers(&input.attrs, Place::Principal, &mut keys);
    if let Data::Struct(data) = &input.data {
        for field in &data.fields {
            read_helpers(&field.attrs, Place::Field, &mut keys);
        }
    }
    imports(&keys)
}

fn read_helpers(attributes: &[Attribute], place: Place, keys: &mut Keys) {
    for attribute in attributes {
        match &attribute.meta {
            Meta::List(list) if list.path.is_ident("principal") => keys.read(list.tokens.clone(), place),
            _ => {}
        }
    }
}

/// One module for each place, so that nothing but its keys is in scope.
fn imports(keys: &Keys) -> TokenStream {
    if keys.is_empty() {
        return TokenStream::new();
    }
    let rt = keys.runtime();
    let modules = keys.by_place().map(|(place, keys)| {
        let module = Ident::new(module(place), Span::mixed_site());
        quote! {
            mod #module {
                use #rt::__private::completion::#module::*;
                // Not from the path above: behind that an editor would offer `self` and `super`, too.
                use self::{#(#keys as _,)*};
            }
        }
    });
    // The condition stands inside, because a lint about it is not allowed by an attribute of the item that it removes.
    quote! {
        #[allow(unexpected_cfgs)]
        const _: () = {
            #[cfg(rust_analyzer)]
            {
                #(#modules)*
            }
        };
    }
}

/// The module of the runtime's `completion` that holds the keys of a place.
const fn module(place: Place) -> &'static str {
    match place {
        Place::Session => "session",
        Place::Policy => "policy",
        Place::Demand => "demand",
        Place::Csrf => "csrf",
        Place::Principal => "principal",
        Place::Cookie => "cookie",
        Place::Bearer => "bearer",
        Place::Field => "field",
    }
}
