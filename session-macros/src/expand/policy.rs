//! A policy as an implementation of `Policy`.

use proc_macro2::{Ident, TokenStream};
use quote::{quote, quote_spanned};
use syn::ItemStruct;
use syn::ext::IdentExt;

use super::{assertion, checks, demand, outside, realm, spec};
use crate::check::CheckedPolicy;
use crate::model::{Runtime, Whose};

/// A policy and the type that stands for it.
pub(super) struct Named<'a> {
    pub(super) policy: &'a CheckedPolicy,
    /// The type.
    pub(super) ident: Ident,
    /// What tables and messages call it.
    pub(super) name: String,
    /// For what stands for the policy: the author's `cfg`s, and lints that are not the author's business.
    pub(super) attributes: TokenStream,
}

impl<'a> Named<'a> {
    /// The policy that a struct stands for.
    pub(super) fn of_unit(unit: &ItemStruct, policy: &'a CheckedPolicy) -> Self {
        let attributes = outside::of_items(&unit.attrs);
        Self { policy, ident: unit.ident.clone(), name: unit.ident.unraw().to_string(), attributes }
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

    /// At the principal: whether it is one, and as visible as the policy, is judged here.
    fn implementation(&self) -> TokenStream {
        let span = self.policy.whose().span();
        let rt = self.runtime().private_at(span);
        let mut ident = self.ident.clone();
        ident.set_span(span.resolved_at(ident.span()));
        let realm = self.policy.whose().realm(self.runtime(), &ident);
        let demands = (!self.policy.attribute().demands.is_empty()).then(|| {
            let demands = demand::list(&self.policy.attribute().demands, self);
            quote!(const __DEMANDS: &[#rt::Demand] = #demands;)
        });
        let spec = spec::of(self);
        quote_spanned! {span=>
            #demands
            #[automatically_derived]
            impl #rt::Policy for #ident {
                type Realm = #realm;
                const SPEC: &'static #rt::PolicySpec = &#spec;
            }
        }
    }
}
