//! The functions named by `check(..)`.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::Path;
use syn::spanned::Spanned;

use super::policy::Named;

/// What a handler itself checks.
pub(super) struct Own {
    /// A function, or several in turn. A value and no implementation, which the compiler would hold against its trait anew for
    /// each handler.
    pub(super) value: TokenStream,
    /// How it is a check. Of several it is said, so that the compiler names the one of them that is none.
    pub(super) via: TokenStream,
}

/// The checks that a handler's attribute names, if there are any.
pub(super) fn of_a_handler(named: &Named<'_>) -> Option<Own> {
    let mut paths = named.policy.attribute().checks.iter().map(|check| &check.value);
    let first = Own { value: paths.next()?.to_token_stream(), via: quote!(_) };
    Some(paths.fold(first, |Own { value, via }, next| {
        let rt = named.runtime().private_at(next.span());
        let value = quote_spanned!(next.span()=> #rt::InTurn(#value, #next));
        Own { value, via: quote!(#rt::InTurn<#via, _>) }
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

/// The method, when the policy has checks of its own.
fn run(named: &Named<'_>, realm: &TokenStream, state: &TokenStream) -> Option<TokenStream> {
    let attribute = named.policy.attribute();
    // At a check: what is none the compiler says of the method, too, and of two things at one place it says the same once.
    let span = attribute.checks.last()?.value.span();
    let at = |span| (named.runtime().private_at(span), local("__call", span), local("__state", span));
    let inherited = base(named).map(|base| {
        let (rt, call, given) = at(base.span());
        quote_spanned!(base.span()=> #rt::run_checks_of::<#base, #realm, #state>(#call, #given))
    });
    let own = attribute.checks.iter().map(|check| {
        let path = &check.value;
        let (rt, call, given) = at(path.span());
        quote_spanned!(path.span()=> #rt::run_check::<#realm, #state, _, _>(#path, #call, #given))
    });
    let all: Vec<TokenStream> = inherited.into_iter().chain(own).collect();
    let (rt, call, given) = at(span);
    let run = match all.as_slice() {
        // One is a future already. Another around it would cost every handler that has it.
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
            #call: &mut #rt::Call<'_, #realm>,
            #given: &#state,
        ) -> impl ::core::future::Future<Output = ::core::result::Result<(), #rt::Response>> + ::core::marker::Send {
            #run
        }
    })
}

/// A name that nobody else can say, in tokens that stand at `span`.
fn local(name: &str, span: Span) -> Ident {
    Ident::new(name, span.resolved_at(Span::mixed_site()))
}
