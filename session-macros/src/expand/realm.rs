//! The principal of a policy that does not name one: the crate's default.

use proc_macro2::{Span, TokenStream};
use quote::{quote, quote_spanned};

use super::policy::Named;

/// `default_principal!(User)`: a name that policies of this crate find at its root.
pub(super) fn default_principal(ty: &TokenStream) -> TokenStream {
    quote! {
        #[doc(hidden)]
        #[allow(dead_code)]
        pub(crate) type __SessionPrincipal = #ty;
    }
}

/// Finds that name, and something that explains itself where there is none.
///
/// A glob import of an inner block goes before that of an outer one, and neither is an error when it lacks the name. The
/// alias is made outside of both, because the crate's root may have a handler of the same name.
pub(super) fn found_at_the_root(named: &Named<'_>) -> TokenStream {
    let rt = named.runtime().private();
    let ident = &named.ident;
    // At the whole attribute: what is missing was not written anywhere.
    let declared = quote_spanned!(Span::call_site()=> whose::<__SessionPrincipal>());
    quote! {
        const _: () = {
            type __ThisPolicy = #ident;
            const _: () = {
                #[allow(unused_imports)]
                use #rt::no_principal::*;
                const _: () = {
                    #[allow(unused_imports)]
                    use crate::*;
                    impl #rt::DefaultRealm for __ThisPolicy {
                        type Realm = #rt::Of<__SessionPrincipal>;
                    }
                    const _: fn() = || {
                        fn whose<P: #rt::Declared>() {}
                        #declared;
                    };
                };
            };
        };
    }
}
