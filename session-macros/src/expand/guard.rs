//! The type that stands for the guard of a handler.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, TokenStreamExt, format_ident, quote};
use syn::ext::IdentExt;
use syn::{GenericParam, Generics, TypeParam};

use super::outside;
use super::policy::Named;
use crate::syntax::Handler;

/// The type that stands for a handler's guard, with the handler's own parameters.
pub(super) struct Guard<'a> {
    ident: Ident,
    generics: &'a Generics,
}

impl<'a> Guard<'a> {
    pub(super) fn of(handler: &'a Handler) -> Self {
        let name = handler.signature.ident.unraw();
        let ident = format_ident!("__GuardOf_{name}", span = Span::mixed_site());
        Self { ident, generics: &handler.signature.generics }
    }

    /// Its declaration, as visible as the handler.
    pub(super) fn declared(&self, handler: &Handler, named: &Named<'_>) -> TokenStream {
        let (visibility, attributes) = (&handler.visibility, &named.attributes);
        let (hidden, ident) = (outside::hidden(visibility), &self.ident);
        if self.generics.params.is_empty() {
            return quote!(#hidden #attributes #visibility enum #ident {});
        }
        let parameters = self.generics.params.iter().map(|parameter| match parameter {
            GenericParam::Type(TypeParam { ident, .. }) => quote!(#ident: ?::core::marker::Sized),
            GenericParam::Lifetime(parameter) => parameter.lifetime.to_token_stream(),
            GenericParam::Const(parameter) => {
                let (ident, ty) = (&parameter.ident, &parameter.ty);
                quote!(const #ident: #ty)
            }
        });
        let mentions = self.generics.params.iter().filter_map(|parameter| match parameter {
            GenericParam::Type(TypeParam { ident, .. }) => Some(quote!(*const #ident)),
            GenericParam::Lifetime(parameter) => {
                let lifetime = &parameter.lifetime;
                Some(quote!(&#lifetime ()))
            }
            GenericParam::Const(_) => None,
        });
        quote! {
            #hidden
            #attributes
            #visibility struct #ident<#(#parameters),*>(::core::marker::PhantomData<fn(#(#mentions),*)>);
        }
    }

    /// Its name where the router finds out what it implements.
    pub(super) fn at(&self, span: Span) -> TokenStream {
        let mut ident = self.ident.clone();
        ident.set_span(span.resolved_at(ident.span()));
        let (_, parameters, _) = self.generics.split_for_impl();
        quote!(#ident #parameters)
    }

    /// The parameters of an implementation, before those of our own.
    pub(super) fn parameters(&self) -> TokenStream {
        self.generics.params.iter().map(|parameter| quote!(#parameter,)).collect()
    }

    /// What an implementation asks of its parameters: what the author does, and that they borrow nothing, as routers do.
    pub(super) fn conditions(&self) -> TokenStream {
        let borrow_nothing = self.generics.params.iter().filter_map(|parameter| match parameter {
            GenericParam::Type(TypeParam { ident, .. }) => Some(quote!(#ident: 'static,)),
            GenericParam::Lifetime(parameter) => {
                let lifetime = &parameter.lifetime;
                Some(quote!(#lifetime: 'static,))
            }
            GenericParam::Const(_) => None,
        });
        let mut conditions: TokenStream = borrow_nothing.collect();
        for predicate in self.generics.where_clause.iter().flat_map(|condition| &condition.predicates) {
            conditions.extend(quote!(#predicate,));
        }
        conditions
    }

    /// Type and constant parameters; lifetimes are inferred.
    pub(super) fn turbofish(&self) -> Option<TokenStream> {
        let names = self.generics.params.iter().filter_map(|parameter| match parameter {
            GenericParam::Type(parameter) => Some(&parameter.ident),
            GenericParam::Const(parameter) => Some(&parameter.ident),
            GenericParam::Lifetime(_) => None,
        });
        let names: Vec<&Ident> = names.collect();
        (!names.is_empty()).then(|| quote!(::<#(#names),*>))
    }
}

impl ToTokens for Guard<'_> {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        tokens.append(self.ident.clone());
        let (_, parameters, _) = self.generics.split_for_impl();
        parameters.to_tokens(tokens);
    }
}
