//! The functions named by `check(..)`.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::Path;
use syn::spanned::Spanned;

use super::policy::Named;

/// The implementation of `Checks`, which runs those of the base first.
pub(super) fn implementation(named: &Named<'_>) -> TokenStream {
    let attribute = named.policy.attribute();
    let span = base(named).map_or_else(Span::mixed_site, Path::span);
    let rt = named.runtime().private_at(span);
    let ident = &named.ident;
    let any = Ident::new("__S", Span::mixed_site());
    let (generics, state) = match &attribute.state {
        Some(state) => {
            let state = &state.value;
            (TokenStream::new(), quote!(#state))
        }
        None => (quote!(<#any: ::core::marker::Send + ::core::marker::Sync + 'static>), quote!(#any)),
    };
    let bound = base(named).filter(|_| attribute.state.is_none()).map(|base| {
        let rt = named.runtime().private_at(base.span());
        quote_spanned!(base.span()=> where #base: #rt::Checks<#any>)
    });
    let run = run(named, &state);
    quote! {
        #[automatically_derived]
        impl #generics #rt::Checks<#state> for #ident #bound {
            #run
        }
    }
}

/// The policy whose checks run first.
fn base<'a>(named: &'a Named<'_>) -> Option<&'a Path> {
    let attribute = named.policy.attribute();
    attribute.base.as_ref().filter(|_| attribute.public().is_none()).map(|base| &base.value)
}

/// The method, when there is anything to run.
fn run(named: &Named<'_>, state: &TokenStream) -> Option<TokenStream> {
    let attribute = named.policy.attribute();
    let base = base(named);
    if base.is_none() && attribute.checks.is_empty() {
        return None;
    }
    let at = |span| (named.runtime().private_at(span), local("__call"), local("__state"));
    let inherited = base.map(|base| {
        let (rt, call, given) = at(base.span());
        quote_spanned!(base.span()=> <#base as #rt::Checks<#state>>::run(#call, #given))
    });
    let own = attribute.checks.iter().map(|check| {
        let path = &check.value;
        let (rt, call, given) = at(path.span());
        quote_spanned! {path.span()=>
            #rt::run_check::<<Self as #rt::Policy>::Realm, #state, _, _>(#path, #call, #given)
        }
    });
    let all: Vec<TokenStream> = inherited.into_iter().chain(own).collect();
    // At the base, where there is one, or the first check: what the compiler says about it stands at one place.
    let first = base.or(attribute.checks.first().map(|check| &check.value));
    let span = first.map_or_else(Span::mixed_site, Path::span);
    let (rt, call, given) = at(span);
    let run = match all.as_slice() {
        // One is a future already. Another around it would cost every handler that builds on a policy.
        [only] => only.clone(),
        all => quote_spanned! {span=>
            async move {
                #(#all.await?;)*
                ::core::result::Result::Ok(())
            }
        },
    };
    Some(quote_spanned! {span=>
        fn run(
            #call: &mut #rt::Call<<Self as #rt::Policy>::Realm>,
            #given: &#state,
        ) -> impl ::core::future::Future<Output = ::core::result::Result<(), #rt::Response>> + ::core::marker::Send {
            #run
        }
    })
}

fn local(name: &str) -> Ident {
    Ident::new(name, Span::mixed_site())
}
