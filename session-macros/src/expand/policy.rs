//! A policy as an implementation of `Policy`.

use proc_macro2::{Group, Ident, Span, TokenStream, TokenTree};
use quote::{ToTokens, quote, quote_spanned};
use syn::ItemStruct;
use syn::ext::IdentExt;

use super::{assertion, checks, outside, realm, spec};
use crate::check::CheckedPolicy;
use crate::model::{Runtime, Whose};

/// A policy and the type that stands for it.
pub(super) struct Named<'a> {
    pub(super) policy: &'a CheckedPolicy,
    /// The type that knows whom it is about.
    pub(super) ident: Ident,
    /// Whether others can build on it.
    pub(super) is_policy: bool,
    /// What tables and messages call it.
    pub(super) name: String,
    /// For what stands for the policy: the author's `cfg`s, and lints that are not the author's business.
    pub(super) attributes: TokenStream,
}

impl<'a> Named<'a> {
    /// The policy that a struct stands for.
    pub(super) fn of_unit(unit: &ItemStruct, policy: &'a CheckedPolicy) -> Self {
        let attributes = outside::of_items(&unit.attrs);
        let name = unit.ident.unraw().to_string();
        Self { policy, ident: unit.ident.clone(), is_policy: true, name, attributes }
    }

    /// The implementations and assertions of a policy on which others can build.
    pub(super) fn of_others(&self) -> TokenStream {
        self.items(&checks::implementation(self))
    }

    /// Those of a policy that is a handler's alone, whose checks nobody inherits, with what the handler adds to them.
    pub(super) fn of_a_handler(&self, of_the_handler: &TokenStream) -> TokenStream {
        let checks = checks::has_its_own(self).then(|| checks::implementation(self));
        self.items(&quote!(#of_the_handler #checks))
    }

    /// All of them, in one anonymous constant.
    fn items(&self, more: &TokenStream) -> TokenStream {
        let implementation = self.implementation();
        let default_realm = match self.policy.whose() {
            Whose::Default => realm::found_at_the_root(self),
            _ => TokenStream::new(),
        };
        let assertions = assertion::all(self);
        let attributes = &self.attributes;
        quote! {
            #attributes
            const _: () = {
                #implementation
                #default_realm
                #more
                #assertions
            };
        }
    }

    /// Where the runtime is.
    pub(super) fn runtime(&self) -> &Runtime {
        &self.policy.attribute().runtime
    }

    /// Statics, because whatever refers to a constant the compiler looks at with all that the constant refers to. At the
    /// principal: whether it is one, and as visible as the policy, is judged here.
    fn implementation(&self) -> TokenStream {
        let span = self.policy.whose().span();
        let rt = self.runtime().private_at(span);
        let mut ident = self.ident.clone();
        ident.set_span(span.resolved_at(ident.span()));
        let realm = self.policy.whose().realm(self.runtime(), &ident);
        let (name, spec) = (spec_at(span), spec::of(self));
        let named = self.trait_at(span);
        let constant = self.is_policy.then(|| quote_spanned!(span=> const SPEC: &'static #rt::PolicySpec = &#name;));
        quote_spanned! {span=>
            static #name: #rt::PolicySpec = #spec;
            #[automatically_derived]
            impl #rt::#named for #ident {
                type Realm = #realm;
                #constant
            }
        }
    }

    /// The type of its realm, in tokens that stand at `span`.
    pub(super) fn realm_at(&self, span: Span) -> TokenStream {
        let (rt, ident, named) = (self.runtime().private_at(span), &self.ident, self.trait_at(span));
        quote_spanned!(span=> <#ident as #rt::#named>::Realm)
    }

    /// What stands for the policy where it is enforced, in tokens that stand at `span`: one type for all that are about the
    /// same principal or build on the same policy, so that the compiler finds out for one of them what it needs for all.
    pub(super) fn shared_at(&self, span: Span) -> TokenStream {
        let rt = self.runtime().private_at(span);
        match self.policy.whose() {
            Whose::Principal(ty, _) => {
                let ty = located_at(ty.clone(), span);
                quote_spanned!(span=> #rt::AboutPrincipal<#ty>)
            }
            Whose::Base(base, _) => {
                let base = located_at(base.clone(), span);
                quote_spanned!(span=> #rt::AboutBase<#base>)
            }
            Whose::Nobody | Whose::Default => self.ident.to_token_stream(),
        }
    }

    /// The trait by which the type knows whom it is about.
    fn trait_at(&self, span: Span) -> Ident {
        Ident::new(if self.is_policy { "Policy" } else { "About" }, span)
    }
}

/// The same names, elsewhere.
fn located_at(tokens: TokenStream, span: Span) -> TokenStream {
    let at = |token: TokenTree| {
        let mut moved = match token {
            TokenTree::Group(group) => Group::new(group.delimiter(), located_at(group.stream(), span)).into(),
            other => other,
        };
        moved.set_span(moved.span().located_at(span));
        moved
    };
    tokens.into_iter().map(at).collect()
}

/// The static that holds all that a policy says, at `span`.
pub(super) fn spec_at(span: Span) -> Ident {
    Ident::new("__SPEC", span.resolved_at(Span::mixed_site()))
}
