//! A policy as an implementation of `Policy`.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::ItemStruct;
use syn::ext::IdentExt;

use super::spelling::Realm;
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
    pub(super) attributes: Option<TokenStream>,
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
        let (spec, realm) = (self.kept_spec(&assertion::of_a_policy(self)), self.realm());
        let (checks, values) = (checks::implementation(self), assertion::values(self));
        self.in_a_constant(&quote!(#spec #realm #checks #values))
    }

    /// Items that need a place of their own.
    pub(super) fn in_a_constant(&self, items: &TokenStream) -> TokenStream {
        let attributes = &self.attributes;
        quote! {
            #attributes
            const _: () = {
                #items
            };
        }
    }

    /// What it says, where something is asserted of that, or others build on it.
    ///
    /// A static, because whatever refers to a constant the compiler looks at with all that the constant refers to. At the
    /// principal: whether it is one is judged here.
    ///
    /// `asserted` are statements.
    pub(super) fn kept_spec(&self, asserted: &TokenStream) -> TokenStream {
        let span = self.policy.whose().span();
        let rt = self.runtime().private_at(span);
        let (name, mut spec) = (spec_at(span), spec::of(self));
        if !asserted.is_empty() {
            spec = quote_spanned!(span=> { #asserted #spec });
        }
        quote_spanned!(span=> static #name: #rt::PolicySpec = #spec;)
    }

    /// Whom it is about, said by the type that stands for it. At the principal: whether it is as visible as the policy is
    /// judged here.
    pub(super) fn realm(&self) -> TokenStream {
        let span = self.policy.whose().span();
        let rt = self.runtime().private_at(span);
        let (ident, realm, spec) = (self.ident_at(span), Realm::said_by(self, span), spec_at(span));
        let named = Ident::new(self.kind(), span);
        let others = self.is_policy.then(|| {
            quote_spanned! {span=>
                type Checked = Self;
                const SPEC: &'static #rt::PolicySpec = &#spec;
            }
        });
        let mut tokens = quote_spanned! {span=>
            #[automatically_derived]
            impl #rt::#named for #ident {
                type Realm = #realm;
                #others
            }
        };
        if matches!(self.policy.whose(), Whose::Default) {
            tokens.extend(realm::found_at_the_root(self));
        }
        tokens
    }

    /// Where the runtime is.
    pub(super) fn runtime(&self) -> &Runtime {
        &self.policy.attribute().runtime
    }

    /// Whether a type stands for it, which knows whom it is about: for others to build on, or to find the crate's principal.
    /// Where there is none, each mention says it anew: what is wrong with a principal is said once all the same, because it is
    /// said at the principal.
    pub(super) fn knows_its_realm(&self) -> bool {
        self.is_policy || matches!(self.policy.whose(), Whose::Default)
    }

    /// The type of its realm, in tokens that stand at `span`.
    pub(super) fn realm_at(&self, span: Span) -> Realm<'_> {
        Realm::of(self, span)
    }

    /// The type that stands for it, at `span`.
    pub(super) fn ident_at(&self, span: Span) -> Ident {
        let mut ident = self.ident.clone();
        ident.set_span(span.resolved_at(ident.span()));
        ident
    }

    /// The trait by which the type knows whom it is about.
    pub(super) fn kind(&self) -> &'static str {
        if self.is_policy { "Policy" } else { "About" }
    }
}

/// The static that holds all that a policy says, at `span`.
pub(super) fn spec_at(span: Span) -> Ident {
    Ident::new("__SPEC", span.resolved_at(Span::mixed_site()))
}
