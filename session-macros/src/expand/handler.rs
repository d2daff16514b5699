//! A handler, and the guard that calls it.

use proc_macro2::{Delimiter, Group, Ident, Span, TokenStream};
use quote::{ToTokens, format_ident, quote};
use syn::ext::IdentExt;
use syn::{Signature, Token};

use super::assertion;
use super::guard::Guard;
use super::placed::Placed;
use super::policy::Named;
use super::{lead, outside};
use crate::check::CheckedHandler;
use crate::syntax::Handler;

/// The policy of a handler, its guard, and a function for the router where the author's was.
pub(super) fn guarded(checked: &CheckedHandler) -> TokenStream {
    let handler = checked.handler();
    if checked.is_method() {
        // Among methods there is no place for a policy.
        return handler.to_token_stream();
    }
    let name = handler.signature.ident.unraw();
    let compared = assertion::compared(checked.policy(), handler);
    let named = Named {
        policy: checked.policy(),
        ident: format_ident!("__PolicyOf_{name}", span = Span::mixed_site()),
        is_policy: false,
        name: name.to_string(),
        attributes: outside::of_items(&handler.attributes),
    };
    let placed = Placed::of(&handler.attributes);
    let guard = Guard::of(handler);
    let lead = lead::items(checked, &named, &guard, &compared, &placed);
    let (declared, outer) = (guard.declared(handler, &named), outer(handler, &named, &guard, &placed));
    quote! {
        #declared
        #lead
        #outer
    }
}

/// The function that the router is given. Nobody calls it: its one argument, of which there is none, and what it returns are
/// one type, so that there is next to nothing in it for the compiler to check.
fn outer(handler: &Handler, named: &Named<'_>, guard: &Guard<'_>, placed: &Placed) -> TokenStream {
    let Handler { visibility, signature, .. } = handler;
    let (fn_token, ident, generics) = (&signature.fn_token, &signature.ident, &signature.generics);
    let condition = &generics.where_clause;
    let (rt, attributes) = (named.runtime().private(), &placed.outside);
    // Out of the way of everything that the author may have called by a name.
    let session_call = Ident::new("__session_call", Span::mixed_site());
    // Where the author's is: in code of a macro the compiler would not say that no route has the handler.
    let mut body = Group::new(Delimiter::Brace, quote!(#session_call));
    body.set_span(handler.body.span());
    let lints = outside::of_all_clippy();
    quote! {
        #attributes
        #lints
        #visibility #fn_token #ident #generics(#session_call: #rt::Guarded<#guard>) -> #rt::Guarded<#guard> #condition #body
    }
}

/// The author's function, as it was written.
pub(super) fn inner(handler: &Handler, placed: &Placed) -> TokenStream {
    let Handler { signature, written, body, .. } = handler;
    let attributes = &placed.inside;
    let lints = outside::clippy(|| quote!(clippy::unused_async));
    if signature.asyncness.is_none() {
        let signature = made_async(signature.clone());
        return quote!(#attributes #lints #signature #body);
    }
    quote!(#attributes #lints #(#written)* #body)
}

fn made_async(mut signature: Signature) -> Signature {
    signature.asyncness = Some(Token![async](signature.fn_token.span));
    signature
}
