//! Mistakes that only two items together show: constants and bounds that stand at the author's key.

use proc_macro2::{Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::Type;
use syn::spanned::Spanned;

use super::policy::{Named, spec_at};
use super::spelling::Principal;
use crate::check::CheckedPolicy;
use crate::model::{DemandKind, Whose};
use crate::syntax::Handler;

/// What is asserted of the values: constants, which the compiler looks at although nothing needs them.
pub(super) fn values(named: &Named<'_>) -> TokenStream {
    let mut tokens = of_items(named);
    tokens.extend(above_the_base(named));
    tokens
}

/// What is asserted of types: statements, for a body that is there anyway, because each constant is one more.
fn bounds(named: &Named<'_>) -> TokenStream {
    let mut tokens = rights(named).unwrap_or_default();
    tokens.extend(state(named));
    tokens
}

/// One call for each item that another policy, or the principal, can contradict.
fn of_items(named: &Named<'_>) -> TokenStream {
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

/// One call for each other item that needs a session, where the base decides whether there is one.
fn above_the_base(named: &Named<'_>) -> TokenStream {
    let attribute = named.policy.attribute();
    if attribute.base.is_none() {
        return TokenStream::new();
    }
    let demands = attribute.demands.iter().map(|demand| &demand.key);
    let checks = attribute.checks.iter().map(|check| &check.key);
    let demanded = demands.chain(checks).map(|key| ("asks_everybody", key, "(..)"));
    let redirects = [&attribute.login, &attribute.reauthenticate].into_iter().flatten();
    let redirects = redirects.map(|given| ("reads_sessions", &given.key, ""));
    let calls = demanded.chain(redirects).map(|(name, key, parentheses)| {
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
pub(super) fn confirmed(named: &Named<'_>, ty: &Type) -> TokenStream {
    call(named, ty.span(), "confirmed", None)
}

/// What is asserted of types in a policy on which others can build.
pub(super) fn of_a_policy(named: &Named<'_>) -> TokenStream {
    let bounds = bounds(named);
    let span = named.policy.whose().span();
    let (rt, realm) = (named.runtime().private_at(span), named.realm_at(span));
    quote_spanned!(span=> #rt::assert::about::<#realm>(); #bounds)
}

/// What is asserted of types in a guard. Where the policy is about nobody, nobody has rights.
pub(super) fn of_a_guard(named: &Named<'_>, compared: &[(&Type, Span)]) -> TokenStream {
    if named.policy.is_open() {
        return TokenStream::new();
    }
    let mut tokens = bounds(named);
    tokens.extend(same_principal(named, compared));
    tokens
}

/// The bound that `state(..)` puts on the router's state.
fn state(named: &Named<'_>) -> Option<TokenStream> {
    let state = &named.policy.attribute().state.as_ref()?.value;
    let span = state.span();
    let (rt, principal) = (named.runtime().private_at(span), principal_at(named, span));
    Some(quote_spanned!(span=> #rt::provides::<#state, #principal>();))
}

/// The principals of the sessions among a handler's arguments, where something else named that of its policy.
pub(super) fn compared<'a>(policy: &CheckedPolicy, handler: &'a Handler) -> Vec<(&'a Type, Span)> {
    let attribute = policy.attribute();
    let named_elsewhere = attribute.principal.is_some() || matches!(policy.whose(), Whose::Base(..) | Whose::Default);
    if !named_elsewhere || !handler.signature.generics.params.is_empty() {
        return Vec::new();
    }
    let mentions = handler.mentions().filter(|mention| !mention.optional);
    mentions.filter_map(|mention| Some((mention.principal?, mention.ty.span()))).collect()
}

/// They are the policy's.
fn same_principal(named: &Named<'_>, compared: &[(&Type, Span)]) -> TokenStream {
    let calls = compared.iter().map(|(principal, span)| {
        let (span, rt, of_the_policy) = (*span, named.runtime().private_at(*span), principal_at(named, *span));
        quote_spanned!(span=> #rt::assert::same::<#of_the_policy, #principal>();)
    });
    calls.collect()
}

/// The bound that `scope(..)` puts on the principal, at the first of them. That of `role(..)` is in the type of the demands.
fn rights(named: &Named<'_>) -> Option<TokenStream> {
    let demands = named.policy.attribute().every_demand();
    let scope = demands.iter().find(|demand| matches!(demand.kind, DemandKind::Scope(_)))?;
    let span = scope.key.span();
    let (rt, principal) = (named.runtime().private_at(span), principal_at(named, span));
    Some(quote_spanned!(span=> #rt::assert::carries::<#principal>();))
}

/// The principal of a policy, in tokens that stand at `span`.
fn principal_at<'a>(named: &'a Named<'a>, span: Span) -> Principal<'a> {
    Principal(named.realm_at(span))
}
