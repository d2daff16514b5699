//! A policy as a constant: one method of the runtime's builder for each item.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote, quote_spanned};
use syn::spanned::Spanned;

use super::policy::Named;
use crate::diagnostics::written;
use crate::model::{Access, Csrf, PolicyAttribute, Private, Whose};

/// The expression that makes the constant.
pub(super) fn of(named: &Named<'_>) -> TokenStream {
    let rt = named.runtime().private();
    let attribute = named.policy.attribute();
    let mut spec = start(named, &rt);
    spec.extend(access(attribute));
    spec.extend(limits(attribute));
    spec.extend(credentials(attribute, &rt));
    spec.extend(refusals(attribute));
    spec.extend(demands(attribute));
    spec
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
            let rt = named.runtime().private_at(span);
            quote_spanned! {span=>
                #rt::PolicySpec::of(#name, <<Self as #rt::Policy>::Realm as #rt::PrincipalRealm>::SPEC)
            }
        }
    }
}

fn access(attribute: &PolicyAttribute) -> TokenStream {
    match attribute.access.first().map(|given| given.value) {
        Some(Access::Required) => quote!(.required()),
        Some(Access::Optional) => quote!(.optional()),
        Some(Access::Public) | None => TokenStream::new(),
    }
}

fn limits(attribute: &PolicyAttribute) -> TokenStream {
    let age = match (&attribute.max_age, &attribute.sliding) {
        (Some(age), None) => {
            let seconds = age.value.seconds;
            quote!(.max_age(#seconds))
        }
        (Some(window), Some(_)) => {
            let seconds = window.value.seconds;
            quote!(.max_age_sliding(#seconds))
        }
        (None, Some(_)) => quote!(.sliding()),
        (None, None) => TokenStream::new(),
    };
    let fresh = attribute.fresh.as_ref().map(|fresh| {
        let seconds = fresh.value.seconds;
        quote!(.fresh(#seconds))
    });
    quote!(#age #fresh)
}

fn credentials(attribute: &PolicyAttribute, rt: &Private<'_>) -> TokenStream {
    let (cookie, bearer) = (attribute.cookie.is_some(), attribute.bearer.is_some());
    let via = (cookie || bearer).then(|| quote!(.via(#cookie, #bearer)));
    let csrf = attribute.csrf.as_ref().map(|csrf| match csrf.value {
        Csrf::Off => quote!(.csrf(#rt::ForgeryCheck::Off)),
        Csrf::SameSite => quote!(.csrf(#rt::ForgeryCheck::SameSite)),
        Csrf::Report => quote!(.csrf(#rt::ForgeryCheck::Report)),
    });
    quote!(#via #csrf)
}

fn refusals(attribute: &PolicyAttribute) -> TokenStream {
    let login = attribute.login.as_ref().map(|path| {
        let path = &path.value;
        quote!(.login(#path))
    });
    let reauthenticate = attribute.reauthenticate.as_ref().map(|path| {
        let path = &path.value;
        quote!(.reauthenticate(#path))
    });
    quote!(#login #reauthenticate)
}

fn demands(attribute: &PolicyAttribute) -> TokenStream {
    let demands = (!attribute.demands.is_empty()).then(|| quote!(.demands(__DEMANDS)));
    let checks = attribute.checks.iter().map(|check| written(&check.value).into_token_stream());
    let checks = (!attribute.checks.is_empty()).then(|| quote!(.checks(&[#(#checks),*])));
    let confirm = attribute.confirm.as_ref().map(|purpose| {
        let purpose = &purpose.value;
        quote!(.confirm(#purpose))
    });
    quote!(#demands #checks #confirm)
}
