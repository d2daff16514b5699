//! Whose session a policy is about.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote_spanned};
use syn::spanned::Spanned;

use super::{PolicyAttribute, Runtime};
use crate::syntax::Handler;

/// Where the answer comes from.
pub(crate) enum Whose {
    /// Nobody's: the route is public.
    Nobody,
    /// `principal(..)`, or the argument of a handler.
    Principal(TokenStream, Span),
    /// The policy that this one builds on.
    Base(TokenStream, Span),
    /// `default_principal!`.
    Default,
}

impl Whose {
    /// Finds the answer for a policy; `handler` is what it guards, if it is written on a handler.
    pub(crate) fn of(attribute: &PolicyAttribute, handler: Option<&Handler>) -> Self {
        if attribute.public().is_some() {
            return Self::Nobody;
        }
        if let Some(principal) = &attribute.principal {
            return Self::Principal(principal.value.to_token_stream(), principal.value.span());
        }
        if let Some(base) = &attribute.base {
            return Self::Base(base.value.to_token_stream(), base.value.span());
        }
        let mut principals = handler.into_iter().flat_map(Handler::mentions).filter_map(|mention| mention.principal);
        match principals.next() {
            Some(ty) => Self::Principal(ty.to_token_stream(), ty.span()),
            None => Self::Default,
        }
    }

    /// Where the answer stands.
    pub(crate) fn span(&self) -> Span {
        match self {
            Self::Nobody | Self::Default => Span::mixed_site(),
            Self::Principal(_, span) | Self::Base(_, span) => *span,
        }
    }

    /// The type of the realm of the policy called `policy`.
    pub(crate) fn realm(&self, runtime: &Runtime, policy: &Ident) -> TokenStream {
        let span = self.span();
        let rt = runtime.private_at(span);
        match self {
            Self::Nobody => quote_spanned!(span=> #rt::Open),
            Self::Principal(ty, _) => quote_spanned!(span=> <#ty as #rt::Subject>::Realm),
            Self::Base(base, _) => quote_spanned!(span=> <#base as #rt::Policy>::Realm),
            Self::Default => quote_spanned!(span=> <#policy as #rt::DefaultRealm>::Realm),
        }
    }
}
