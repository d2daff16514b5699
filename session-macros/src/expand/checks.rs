//! The functions named by `check(..)`.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::spanned::Spanned;

use super::policy::Named;

/// The implementation of `Checks`, which runs those of the base first.
pub(super) fn implementation(named: &Named<'_>) -> TokenStream {
    let rt = named.runtime().private();
    let attribute = named.policy.attribute();
    let Named { ident, attributes, .. } = named;
    let (generics, state) = match &attribute.state {
        Some(state) => {
            let state = &state.value;
            (TokenStream::new(), quote!(#state))
        }
        None => (quote!(<__S: ::core::marker::Send + ::core::marker::Sync + 'static>), quote!(__S)),
    };
    let base = attribute.base.as_ref().filter(|_| attribute.public().is_none()).map(|base| &base.value);
    let bound = base.filter(|_| attribute.state.is_none()).map(|base| quote!(where #base: #rt::Checks<__S>));
    let run = run(named, &state);
    quote! {
        #attributes
        #[automatically_derived]
        impl #generics #rt::Checks<#state> for #ident #bound {
            #run
        }
    }
}

/// The method, when there is anything to run.
fn run(named: &Named<'_>, state: &TokenStream) -> Option<TokenStream> {
    let rt = named.runtime().private();
    let attribute = named.policy.attribute();
    let base = attribute.base.as_ref().filter(|_| attribute.public().is_none()).map(|base| {
        let base = &base.value;
        quote!(<#base as #rt::Checks<#state>>::run(__call, __state).await?;)
    });
    if base.is_none() && attribute.checks.is_empty() {
        return None;
    }
    let own = attribute.checks.iter().map(|check| {
        let path = &check.value;
        let rt = named.runtime().private_at(path.span());
        quote_spanned! {path.span()=>
            #rt::run_check::<<Self as #rt::Policy>::Realm, #state, _, _>(#path, __call, __state).await?;
        }
    });
    Some(quote! {
        fn run(
            __call: &mut #rt::Call<<Self as #rt::Policy>::Realm>,
            __state: &#state,
        ) -> impl ::core::future::Future<Output = ::core::result::Result<(), #rt::Response>> + ::core::marker::Send {
            async move {
                #base
                #(#own)*
                ::core::result::Result::Ok(())
            }
        }
    })
}
