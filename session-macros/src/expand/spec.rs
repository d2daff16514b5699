//! A policy as a value: one method of the runtime's builder for each item.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote, quote_spanned};
use syn::spanned::Spanned;

use super::demand;
use super::policy::Named;
use crate::diagnostics::written;
use crate::model::{Access, Csrf, PolicyAttribute, Private, Whose};

/// The expression that makes it: a constant one, for a static, or for whoever asks the guard.
pub(super) fn of(named: &Named<'_>) -> TokenStream {
    let rt = named.runtime().private();
    let attribute = named.policy.attribute();
    let mut tokens = start(named, &rt);
    let said = [access(attribute), limits(attribute), fresh(attribute), via(attribute), csrf(attribute, &rt)];
    tokens.extend(said.into_iter().flatten());
    tokens.extend(refusals(attribute).into_iter().flatten());
    tokens.extend(demands(named).into_iter().flatten());
    tokens
}

fn start(named: &Named<'_>, rt: &Private<'_>) -> TokenStream {
    let name = &named.name;
    match (&named.policy.attribute().base, named.policy.whose()) {
        (_, Whose::Nobody) => quote!(#rt::PolicySpec::open(#name)),
        (Some(base), _) => {
            let base = &base.value;
            let rt = named.runtime().private_at(base.span());
            quote_spanned!(base.span()=> #rt::PolicySpec::extending(#name, <#base as #rt::Policy>::SPEC))
        }
        (None, whose) => {
            let span = whose.span();
            let (rt, realm) = (named.runtime().private_at(span), named.realm_at(span));
            quote_spanned!(span=> #rt::PolicySpec::of::<#realm>(#name))
        }
    }
}

/// `required` is what a policy says that builds on none.
fn access(attribute: &PolicyAttribute) -> Option<TokenStream> {
    match attribute.access.first()?.value {
        Access::Required => attribute.base.as_ref().map(|_| quote!(.required())),
        Access::Optional => Some(quote!(.optional())),
        Access::Public => None,
    }
}

fn limits(attribute: &PolicyAttribute) -> Option<TokenStream> {
    match (&attribute.max_age, &attribute.sliding) {
        (Some(age), None) => {
            let seconds = age.value.seconds;
            Some(quote!(.max_age(#seconds)))
        }
        (Some(window), Some(_)) => {
            let seconds = window.value.seconds;
            Some(quote!(.max_age_sliding(#seconds)))
        }
        (None, Some(_)) => Some(quote!(.sliding())),
        (None, None) => None,
    }
}

fn fresh(attribute: &PolicyAttribute) -> Option<TokenStream> {
    let seconds = attribute.fresh.as_ref()?.value.seconds;
    Some(quote!(.fresh(#seconds)))
}

fn via(attribute: &PolicyAttribute) -> Option<TokenStream> {
    let (cookie, bearer) = (attribute.cookie.is_some(), attribute.bearer.is_some());
    (cookie || bearer).then(|| quote!(.via(#cookie, #bearer)))
}

fn csrf(attribute: &PolicyAttribute, rt: &Private<'_>) -> Option<TokenStream> {
    Some(match attribute.csrf.as_ref()?.value {
        Csrf::Off => quote!(.csrf(#rt::ForgeryCheck::Off)),
        Csrf::SameSite => quote!(.csrf(#rt::ForgeryCheck::SameSite)),
        Csrf::Report => quote!(.csrf(#rt::ForgeryCheck::Report)),
    })
}

fn refusals(attribute: &PolicyAttribute) -> [Option<TokenStream>; 2] {
    let login = attribute.login.as_ref().map(|path| {
        let path = &path.value;
        quote!(.login(#path))
    });
    let reauthenticate = attribute.reauthenticate.as_ref().map(|path| {
        let path = &path.value;
        quote!(.reauthenticate(#path))
    });
    [login, reauthenticate]
}

fn demands(named: &Named<'_>) -> [Option<TokenStream>; 3] {
    let attribute = named.policy.attribute();
    let demands = demand::list(&attribute.demands, named).map(|demands| quote!(.demands(&#demands)));
    let checks = (!attribute.checks.is_empty()).then(|| {
        let checks = attribute.checks.iter().map(|check| written(&check.value).into_token_stream());
        quote!(.checks(&[#(#checks),*]))
    });
    let confirm = attribute.confirm.as_ref().map(|purpose| {
        let purpose = &purpose.value;
        quote!(.confirm(#purpose))
    });
    [demands, checks, confirm]
}
