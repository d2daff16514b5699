//! What only `cfg(rust_analyzer)` sees.

use proc_macro2::{Ident, Span, TokenStream};
use quote::quote;

use super::attribute::{Attribute, Named};
use crate::syntax::Place;

/// The paths of an attribute and the imports of its keys; nothing where there is no attribute.
///
/// All of it is there as well while nothing is typed yet, so that it stands at the same offset when something is.
pub(super) fn of(attribute: &Attribute) -> TokenStream {
    let keys = attribute.keys();
    if keys.is_empty() {
        return TokenStream::new();
    }
    let rt = attribute.runtime();
    let paths = attribute.paths.iter().map(mention);
    let modules = keys.iter().map(|(place, keys)| {
        let module = Ident::new(module(*place), Span::mixed_site());
        quote! {
            mod #module {
                use #rt::__private::completion::#module::*;
                // Not from the path above: behind that an editor would offer `self` and `super`, too.
                use self::{#(#keys as _,)*};
            }
        }
    });
    // The conditions stand inside, because a lint about one is not allowed by an attribute of the item that it removes.
    // The paths do not stand beside the modules, whose names an editor would offer for them.
    quote! {
        #[allow(unexpected_cfgs)]
        const _: () = {
            #[cfg(rust_analyzer)]
            {
                #(#paths)*
            }
            #[cfg(rust_analyzer)]
            {
                #(#modules)*
            }
        };
    }
}

fn mention(named: &Named) -> TokenStream {
    match named {
        Named::Value(Some(path)) => quote!(let _ = #path;),
        Named::Value(None) => quote!(let _ = ();),
        Named::Type(Some(path)) => quote!(let _: #path;),
        Named::Type(None) => quote!(let _: ();),
    }
}

/// The module of the runtime's `completion` that holds the keys of a place.
pub(super) const fn module(place: Place) -> &'static str {
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
