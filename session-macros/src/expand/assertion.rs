//! Mistakes that only two items together show: constants and bounds that stand at the author's key.

use proc_macro2::{Span, TokenStream};
use quote::{quote, quote_spanned};

use syn::spanned::Spanned;

use super::policy::{Named, spec_at};
use crate::model::{DemandKind, Whose};
use crate::syntax::Handler;

/// Every assertion of a policy.
pub(super) fn all(named: &Named<'_>) -> TokenStream {
    let mut tokens = values(named);
    tokens.extend(above_the_base(named));
    tokens.extend(rights(named));
    tokens.extend(state(named));
    tokens
}

/// One call for each item that another policy, or the principal, can contradict.
fn values(named: &Named<'_>) -> TokenStream {
    let attribute = named.policy.attribute();
    let base = attribute.base.as_ref();
    let calls = [
        (base.and(attribute.access.first()).map(|given| &given.key), "access", None),
        (attribute.max_age.as_ref().map(|given| &given.key), "max_age", None),
        (attribute.fresh.as_ref().map(|given| &given.key), "fresh", None),
        (attribute.sliding.as_ref(), "sliding", None),
        (attribute.cookie.as_ref(), "via", Some(true)),
        (attribute.bearer.as_ref(), "via", Some(false)),
        (base.and(attribute.csrf.as_ref()).map(|given| &given.key), "csrf", None),
        (attribute.confirm.as_ref().map(|given| &given.key), "confirm", None),
    ];
    let mut tokens = TokenStream::new();
    for (key, name, argument) in calls {
        let Some(key) = key else { continue };
        tokens.extend(call(named, key.span(), name, argument.map(|argument| quote!(, #argument)).as_ref()));
    }
    tokens
}

/// One call for each item that needs a session, where the base decides whether there is one.
fn above_the_base(named: &Named<'_>) -> TokenStream {
    let attribute = named.policy.attribute();
    if attribute.base.is_none() {
        return TokenStream::new();
    }
    let demands = attribute.demands.iter().map(|demand| (&demand.key, "(..)"));
    let checks = attribute.checks.iter().map(|check| (&check.key, "(..)"));
    let fresh = attribute.fresh.iter().map(|fresh| (&fresh.key, ""));
    let confirm = attribute.confirm.iter().map(|confirm| (&confirm.key, ""));
    let demanded = demands
        .chain(checks)
        .chain(fresh)
        .chain(confirm)
        .map(|(key, parentheses)| ("asks_everybody", key, parentheses));
    let others = [
        attribute.access.first().map(|given| &given.key),
        attribute.max_age.as_ref().map(|given| &given.key),
        attribute.sliding.as_ref(),
        attribute.cookie.as_ref(),
        attribute.bearer.as_ref(),
        attribute.csrf.as_ref().map(|given| &given.key),
        attribute.login.as_ref().map(|given| &given.key),
        attribute.reauthenticate.as_ref().map(|given| &given.key),
    ];
    let others = others.into_iter().flatten().map(|key| ("reads_sessions", key, ""));
    let calls = demanded.chain(others).map(|(name, key, parentheses)| {
        let item = format!("{key}{parentheses}");
        call(named, key.span(), name, Some(&quote!(, #item)))
    });
    calls.collect()
}

fn call(named: &Named<'_>, span: Span, name: &str, argument: Option<&TokenStream>) -> TokenStream {
    let rt = named.runtime().private_at(span);
    let name = syn::Ident::new(name, span);
    let spec = spec_at(span);
    quote_spanned!(span=> const _: () = #rt::assert::#name(&#spec #argument);)
}

/// An argument for which the base has to demand a token.
pub(super) fn confirmed(named: &Named<'_>, ty: &syn::Type) -> TokenStream {
    call(named, ty.span(), "confirmed", None)
}

/// The bound that `state(..)` puts on the router's state.
fn state(named: &Named<'_>) -> Option<TokenStream> {
    let state = &named.policy.attribute().state.as_ref()?.value;
    let span = state.span();
    let (rt, principal) = (named.runtime().private_at(span), principal_at(named, span));
    let call = quote_spanned!(span=> #rt::provides::<#state, #principal>());
    Some(quote!(const _: () = #call;))
}

/// The sessions among a handler's arguments are those of the policy's principal, where something else named it.
pub(super) fn same_principal(named: &Named<'_>, handler: &Handler) -> TokenStream {
    let attribute = named.policy.attribute();
    let named_elsewhere =
        attribute.principal.is_some() || matches!(named.policy.whose(), Whose::Base(..) | Whose::Default);
    if !named_elsewhere || !handler.signature.generics.params.is_empty() {
        return TokenStream::new();
    }
    let mentions = handler.mentions().filter(|mention| !mention.optional);
    mentions
        .filter_map(|mention| Some((mention.principal?, mention.ty.span())))
        .map(|(principal, span)| {
            let (rt, of_the_policy) = (named.runtime().private_at(span), principal_at(named, span));
            let call = quote_spanned!(span=> #rt::assert::same::<#of_the_policy, #principal>());
            quote!(const _: () = #call;)
        })
        .collect()
}

/// The bound that `scope(..)` puts on the principal, at the first of them. That of `role(..)` is in the type of the demands.
fn rights(named: &Named<'_>) -> Option<TokenStream> {
    let demands = named.policy.attribute().every_demand();
    let scope = demands.iter().find(|demand| matches!(demand.kind, DemandKind::Scope(_)))?;
    let span = scope.key.span();
    let (rt, principal) = (named.runtime().private_at(span), principal_at(named, span));
    let call = quote_spanned!(span=> #rt::assert::carries::<#principal>());
    Some(quote!(const _: () = #call;))
}

/// The principal of a policy, in tokens that stand at `span`.
fn principal_at(named: &Named<'_>, span: Span) -> TokenStream {
    let (rt, realm) = (named.runtime().private_at(span), named.realm_at(span));
    quote_spanned!(span=> <#realm as #rt::PrincipalRealm>::Principal)
}
