//! Whose session a policy is about.

use proc_macro2::{Span, TokenTree};
use quote::ToTokens;
use syn::spanned::Spanned;

use super::PolicyAttribute;
use crate::syntax::Handler;

/// Where the answer comes from. As single tokens, because it is written more than once: a stream in a stream is a call to the
/// compiler.
pub(crate) enum Whose {
    /// Nobody's: the route is public.
    Nobody,
    /// `principal(..)`, or the argument of a handler.
    Principal(Vec<TokenTree>, Span),
    /// The policy that this one builds on.
    Base(Vec<TokenTree>, Span),
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
            return Self::Principal(written(&principal.value), principal.value.span());
        }
        if let Some(base) = &attribute.base {
            return Self::Base(written(&base.value), base.value.span());
        }
        let mut principals = handler.into_iter().flat_map(Handler::mentions).filter_map(|mention| mention.principal);
        match principals.next() {
            Some(ty) => Self::Principal(written(ty), ty.span()),
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
}

fn written(tokens: &impl ToTokens) -> Vec<TokenTree> {
    tokens.to_token_stream().into_iter().collect()
}
