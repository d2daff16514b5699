//! The code that the macros stand for.
//!
//! Everything is named by an absolute path, so that no name of the author's is in the way: `::core` and the runtime's
//! `__private`. What the compiler may have to say stands at the author's own tokens.

mod assertion;
mod checks;
mod demand;
mod guard;
mod handler;
mod lead;
mod mentioned;
mod outside;
mod placed;
mod policy;
mod principal;
mod realm;
mod spec;
mod spelling;
mod turn;
mod unit;

#[cfg(test)]
mod tests;

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::DeriveInput;

use crate::check::{CheckedHandler, CheckedPolicy, CheckedPrincipal};
use crate::diagnostics::Diagnostics;
use crate::model::{Fields, PolicyAttribute, PrincipalAttribute};
use crate::syntax::{Features, Handler, Place};

/// `#[session(..)]`.
pub(crate) fn session(arguments: TokenStream, item: TokenStream, features: Features) -> TokenStream {
    let mut diagnostics = Diagnostics::default();
    let attribute = PolicyAttribute::read(arguments.clone(), Place::Session, features, &mut diagnostics);
    let said = arguments.clone();
    let mut guards = TokenStream::new();
    let expansion = match syn::parse2::<Handler>(item.clone()) {
        Ok(handler) => {
            if let Some(later) = turn::after_others(arguments, &attribute.runtime, &handler) {
                return later;
            }
            diagnostics.under(&handler.attributes);
            guards.extend(handler.guards().map(ToTokens::to_token_stream));
            handler::guarded(&CheckedHandler::new(attribute, handler, &mut diagnostics))
        }
        Err(mistake) => {
            diagnostics.error(mistake);
            item
        }
    };
    after(diagnostics, [said, guards], expansion)
}

/// `#[policy(..)]`.
pub(crate) fn policy(arguments: TokenStream, item: TokenStream, features: Features) -> TokenStream {
    let mut diagnostics = Diagnostics::default();
    let mut attribute = PolicyAttribute::read(arguments.clone(), Place::Policy, features, &mut diagnostics);
    let expansion = match unit::parse(&item) {
        Ok(unit) => {
            diagnostics.under(&unit.attrs);
            attribute.does_not_extend_itself(&unit.ident, &mut diagnostics);
            let policy = CheckedPolicy::new(attribute, None, &mut diagnostics);
            let items = policy::Named::of_unit(&unit, &policy).of_others();
            quote!(#unit #items)
        }
        Err(mistake) => {
            diagnostics.error(mistake);
            item
        }
    };
    after(diagnostics, [arguments, TokenStream::new()], expansion)
}

/// `#[derive(Principal)]`.
pub(crate) fn principal(item: TokenStream, features: Features) -> TokenStream {
    let mut diagnostics = Diagnostics::default();
    let expansion = match syn::parse2::<DeriveInput>(item) {
        Ok(input) => {
            diagnostics.under(&input.attrs);
            let attribute = PrincipalAttribute::read(&input, features, &mut diagnostics);
            let fields = Fields::read(&input, features, &mut diagnostics);
            principal::implementation(&CheckedPrincipal::new(input, attribute, fields, &mut diagnostics))
        }
        Err(mistake) => {
            diagnostics.error(mistake);
            TokenStream::new()
        }
    };
    after(diagnostics, [TokenStream::new(), TokenStream::new()], expansion)
}

/// `default_principal!(..)`.
pub(crate) fn default_principal(arguments: TokenStream) -> TokenStream {
    match syn::parse2::<syn::Type>(arguments) {
        Ok(ty) => realm::default_principal(&ty.into_token_stream()),
        Err(_) => syn::Error::new(
            proc_macro2::Span::call_site(),
            "`default_principal!` takes the principal's type\n= help: write `default_principal!(User);` at the crate root",
        )
        .into_compile_error(),
    }
}

/// The expansion of attributes that said `said`, after what there is to say about it.
fn after(diagnostics: Diagnostics, said: [TokenStream; 2], expansion: TokenStream) -> TokenStream {
    if diagnostics.is_empty() {
        return expansion;
    }
    let mentioned = diagnostics.has_errors().then(|| mentioned::mentioned(said.into_iter().collect()));
    let mut tokens = diagnostics.into_tokens();
    tokens.extend(mentioned);
    tokens.extend(expansion);
    tokens
}
