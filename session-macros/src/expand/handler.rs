//! A handler that takes the whole request through its guard.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, format_ident, quote, quote_spanned};
use syn::ext::IdentExt;
use syn::spanned::Spanned;
use syn::{Attribute, GenericParam, ReturnType, Signature, Token};

use super::policy::{Named, spec_at};
use super::spelling::Shared;
use super::{assertion, checks, outside};
use crate::check::CheckedHandler;
use crate::syntax::Handler;

/// The policy of a handler, and the handler below its guard.
pub(super) fn guarded(checked: &CheckedHandler) -> TokenStream {
    let handler = checked.handler();
    if checked.is_method() {
        // Among methods there is no place for a policy.
        return handler.to_token_stream();
    }
    let name = handler.signature.ident.unraw();
    let guard = format_ident!("__GuardOf_{name}", span = Span::mixed_site());
    let is_open = checked.policy().is_open();
    let compared = assertion::compared(checked.policy(), handler);
    let named = Named {
        policy: checked.policy(),
        ident: if is_open { guard.clone() } else { format_ident!("__PolicyOf_{name}", span = Span::mixed_site()) },
        is_policy: false,
        compares_principals: !compared.is_empty(),
        name: name.to_string(),
        attributes: outside::of_items(&handler.attributes),
    };
    let mut bounds = assertion::bounds(&named);
    bounds.extend(assertion::same_principal(&named, &compared));
    let mut values = assertion::values(&named);
    values.extend(checked.confirmed_by_the_base().map(|ty| assertion::confirmed(&named, ty)));
    let items = if is_open {
        let (items, open) = (named.items(), open(&named));
        named.in_a_constant(&quote!(#items #values #open))
    } else {
        lead(&named, &guard, &handler.signature, &Assertions { values, bounds })
    };
    let function = outer(checked, &named, &guard);
    let (visibility, attributes) = (&handler.visibility, &named.attributes);
    let hidden = outside::hidden(visibility);
    quote! {
        #hidden
        #attributes
        #visibility enum #guard {}
        #items
        #function
    }
}

/// What is asserted of a policy.
struct Assertions {
    values: TokenStream,
    bounds: TokenStream,
}

/// The guard as the policy itself, where there is nobody whom that is about.
fn open(named: &Named<'_>) -> TokenStream {
    let (rt, guard, spec) = (named.runtime().private(), &named.ident, spec_at(Span::mixed_site()));
    quote! {
        #[automatically_derived]
        impl #rt::OpenPolicy for #guard {
            const SPEC: &'static #rt::PolicySpec = &#spec;
        }
    }
}

/// The way from the guard, which is as visible as the handler, to the policy, which is private.
///
/// Were the policy as visible as the handler, everything that it is about would have to be, too (E0446). What the router
/// finds missing is said at the router; the compiler then points to the implementation here, that is to say to the handler's
/// name, and to the bound, that is to say to its arguments.
///
/// What only the guard needs stands in its method: a constant around it would be one more body for the compiler to check. What
/// is asserted of values does not, because the compiler would say in which method.
fn lead(named: &Named<'_>, guard: &Ident, signature: &Signature, asserted: &Assertions) -> TokenStream {
    let rt = named.runtime().private();
    let [state, arguments, markers, follower] =
        ["__S", "__A", "__M", "__F"].map(|name| Ident::new(name, Span::mixed_site()));
    let mut guard = guard.clone();
    guard.set_span(signature.ident.span().resolved_at(guard.span()));
    let name = signature.ident.span();
    let rt_at_name = named.runtime().private_at(name);
    let extracts = quote_spanned!(name=> #rt_at_name::Extracts<#state, #arguments, #markers> for #guard);
    let among_arguments = signature.paren_token.span.join();
    let (rt_at_arguments, policy, checks) = (
        named.runtime().private_at(among_arguments),
        Shared { named, span: among_arguments },
        checks::of_a_handler(named),
    );
    let follow = Ident::new(if checks.is_some() { "follow_checked" } else { "follow" }, Span::mixed_site());
    let checks = checks.as_slice();
    let enforced = quote_spanned! {among_arguments=>
        #policy: #rt_at_arguments::Enforced<#state, #arguments, #markers #(, #checks)*>
    };
    let (spec, stands_for) = (spec_at(Span::mixed_site()), &named.ident);
    let mut items = named.items();
    if named.knows_its_realm() {
        items.extend(quote!(struct #stands_for;));
    }
    let Assertions { values, bounds } = asserted;
    let apart = named.stands_alone() || !values.is_empty();
    let (apart, inside) = if apart { (Some(items), None) } else { (None, Some(items)) };
    let attributes = named.attributes.as_ref().filter(|_| apart.is_none());
    let bounds = (!bounds.is_empty()).then_some(bounds);
    let implementation = quote! {
        #attributes
        #[automatically_derived]
        impl<#state, #arguments, #markers> #extracts
        where
            #enforced,
        {
            fn lead<#follower: #rt::Follows<#state, #arguments, #markers>>(__follower: #follower) -> #follower::Output {
                #inside
                #bounds
                __follower.#follow::<#policy #(, #checks)*>(&#spec)
            }
        }
    };
    let Some(items) = apart else { return implementation };
    let checks = checks::has_its_own(named).then(|| checks::implementation(named));
    named.in_a_constant(&quote!(#items #values #implementation #checks))
}

/// The function that the router calls.
fn outer(checked: &CheckedHandler, named: &Named<'_>, guard: &Ident) -> TokenStream {
    let Handler { attributes, visibility, signature, .. } = checked.handler();
    let rt = named.runtime().private();
    // That of a `public` one is another: nothing about it is private.
    let extractor = Ident::new(if named.policy.is_open() { "Public" } else { "Guarded" }, Span::mixed_site());
    let (ident, generics) = (&signature.ident, &signature.generics);
    let condition = &generics.where_clause;
    let types = checked.handler().types();
    let (outside, inside): (Vec<&Attribute>, Vec<&Attribute>) =
        attributes.iter().partition(|attribute| outside::is_about_the_handler(&attribute.meta));
    if !checked.is_callable() {
        let inner = inner(checked.handler(), &inside);
        return quote! {
            #(#outside)*
            #visibility async fn #ident #generics(_: #rt::#extractor<#guard, ()>) -> #rt::Response #condition {
                #[allow(dead_code)]
                #inner
                ::core::unreachable!()
            }
        };
    }
    let returned = returned_at(signature);
    let (session_call, response) = (session_call(), response(returned, named));
    let mut body = inner(checked.handler(), &inside);
    body.extend(call(signature, returned, named));
    quote! {
        #(#outside)*
        #visibility fn #ident #generics(
            #session_call: #rt::#extractor<#guard, (#(#types,)*)>
        ) -> #response
        #condition
        {
            #body
        }
    }
}

/// The author's function, as it was written.
fn inner(handler: &Handler, attributes: &[&Attribute]) -> TokenStream {
    let Handler { signature, written, body, .. } = handler;
    let lints = outside::clippy(|| quote!(clippy::unused_async));
    if signature.asyncness.is_none() {
        let signature = made_async(signature.clone());
        return quote!(#(#attributes)* #lints #signature #body);
    }
    quote!(#(#attributes)* #lints #(#written)* #body)
}

fn made_async(mut signature: Signature) -> Signature {
    signature.asyncness = Some(Token![async](signature.fn_token.span));
    signature
}

/// What the outer function returns: the future of [`call`], and no other around it, which each handler would pay for. At
/// the same place, so that what the compiler says of both is said once.
fn response(span: Span, named: &Named<'_>) -> TokenStream {
    let rt = named.runtime().private_at(span);
    quote_spanned!(span=> impl ::core::future::Future<Output = #rt::Response> + ::core::marker::Send)
}

fn returned_at(signature: &Signature) -> Span {
    match &signature.output {
        ReturnType::Type(_, ty) => ty.span(),
        ReturnType::Default => signature.ident.span(),
    }
}

/// Runs the author's function with what its arguments extract. Spanned at the return type: whether that is a response
/// is decided here.
fn call(signature: &Signature, span: Span, named: &Named<'_>) -> TokenStream {
    let rt = named.runtime().private_at(span);
    // What the compiler says of a function that is passed on it says where its name stands.
    let mut ident = signature.ident.clone();
    ident.set_span(ident.span().located_at(span));
    let parameters = turbofish(signature);
    let (session_call, run) = (session_call(), if named.policy.is_open() { "run_public" } else { "run" });
    let run = Ident::new(run, span);
    quote_spanned! {span=>
        #rt::#run(#session_call, #ident #parameters)
    }
}

/// The argument of the outer function: out of the way of everything that the author may have called by a name.
fn session_call() -> Ident {
    Ident::new("__session_call", Span::mixed_site())
}

/// Type and constant parameters; lifetimes are inferred.
fn turbofish(signature: &Signature) -> Option<TokenStream> {
    let names: Vec<&Ident> = signature
        .generics
        .params
        .iter()
        .filter_map(|parameter| match parameter {
            GenericParam::Type(parameter) => Some(&parameter.ident),
            GenericParam::Const(parameter) => Some(&parameter.ident),
            GenericParam::Lifetime(_) => None,
        })
        .collect();
    (!names.is_empty()).then(|| quote!(::<#(#names),*>))
}
