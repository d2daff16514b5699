//! The functions named by `check(..)`.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{Lifetime, Path};

use super::policy::Named;

/// What an attribute checks itself.
pub(super) struct Own {
    /// A function; of several, the first and those after it. A value and no implementation, which the compiler would hold against
    /// its trait anew for each handler; a struct with fields, into which it looks for the one that is wrong.
    pub(super) value: TokenStream,
    /// How it is a check. Of several it is said, so that the compiler names the one of them that is none.
    pub(super) via: TokenStream,
}

/// The checks that an attribute names, if there are any.
pub(super) fn own(named: &Named<'_>) -> Option<Own> {
    let mut paths = named.policy.attribute().checks.iter().rev().map(|check| &check.value);
    let last = Own { value: paths.next()?.to_token_stream(), via: quote!(_) };
    Some(paths.fold(last, |Own { value, via }, path| {
        let rt = named.runtime().private_at(path.span());
        let value = quote_spanned!(path.span()=> #rt::InTurn { first: #path, second: #value });
        Own { value, via: quote!(#rt::InTurn<_, #via>) }
    }))
}

/// A policy's implementation of `Checks`, and that of `RunChecks` where there is something to run: those of the base first.
pub(super) fn implementation(named: &Named<'_>) -> TokenStream {
    let attribute = named.policy.attribute();
    // At whom the policy is about: what is wrong with that is one error, wherever it is mentioned.
    let span = named.policy.whose().span();
    let rt = named.runtime().private_at(span);
    let ident = named.ident_at(span);
    let [any_realm, any_state] = ["__R", "__S"].map(|name| local(name, span));
    let (mut generics, state) = match &attribute.state {
        Some(state) => (TokenStream::new(), state.value.to_token_stream()),
        None => (
            quote_spanned!(span=> #any_state: ::core::marker::Send + ::core::marker::Sync + 'static,),
            any_state.to_token_stream(),
        ),
    };
    // Where nothing here knows whose session it is about, nothing here is wrong when its base is no policy.
    let realm = if attribute.checks.is_empty() {
        generics.extend(quote_spanned!(span=> #any_realm: #rt::Visited));
        any_realm.to_token_stream()
    } else {
        named.realm_at(span).to_token_stream()
    };
    let bound = base(named).filter(|_| attribute.state.is_none() || attribute.checks.is_empty()).map(|base| {
        let rt = named.runtime().private_at(base.span());
        quote_spanned!(base.span()=> where #base: #rt::Checks<#realm, #state>)
    });
    let runs = match base(named) {
        _ if !attribute.checks.is_empty() => quote_spanned!(span=> Self),
        Some(base) => {
            let rt = named.runtime().private_at(base.span());
            quote_spanned!(base.span()=> <#base as #rt::Checks<#realm, #state>>::Run)
        }
        None => quote_spanned!(span=> #rt::NoChecks),
    };
    let run = run(named, &realm, &state).map(|run| {
        quote_spanned! {span=>
            #[automatically_derived]
            impl<#generics> #rt::RunChecks<#realm, #state> for #ident #bound {
                #run
            }
        }
    });
    quote_spanned! {span=>
        #[automatically_derived]
        impl<#generics> #rt::Checks<#realm, #state> for #ident #bound {
            type Run = #runs;
        }
        #run
    }
}

/// The policy whose checks run first, if there is one.
pub(super) fn base<'a>(named: &'a Named<'_>) -> Option<&'a Path> {
    let attribute = named.policy.attribute();
    attribute.base.as_ref().filter(|_| attribute.public().is_none()).map(|base| &base.value)
}

/// The method, when the policy has checks of its own. At whom the policy is about, as all around it; what is wrong with a check
/// is said at the check, where the call stands.
fn run(named: &Named<'_>, realm: &TokenStream, state: &TokenStream) -> Option<TokenStream> {
    let Own { value, via } = own(named)?;
    let span = named.policy.whose().span();
    let rt = named.runtime().private_at(span);
    let above = base(named).map_or_else(
        || quote_spanned!(span=> #rt::NoChecks),
        |base| quote_spanned!(span=> <#base as #rt::Policy>::Checked),
    );
    let lifetime = Lifetime::new("'__a", span.resolved_at(Span::mixed_site()));
    let [call, given] = ["__call", "__state"].map(|name| local(name, span));
    let rt_at_the_check = named.runtime().private_at(value.span());
    let run = quote_spanned!(value.span()=>
        #rt_at_the_check::run_checks::<#above, #realm, #state, #via>(#value, #call, #given)
    );
    Some(quote_spanned! {span=>
        fn run<#lifetime>(
            #call: &#lifetime mut #rt::Call<'_, #realm>,
            #given: &#lifetime #state,
        ) -> ::core::option::Option<#rt::Checking<#lifetime>> {
            #run
        }
    })
}

/// A name that nobody else can say, in tokens that stand at `span`.
fn local(name: &str, span: Span) -> Ident {
    Ident::new(name, span.resolved_at(Span::mixed_site()))
}
