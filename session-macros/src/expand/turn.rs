//! Attributes whose turn comes before ours, wherever they stand.

use proc_macro2::{Delimiter, Group, Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::punctuated::Punctuated;
use syn::{Attribute, Meta, Token};

use crate::model::Runtime;
use crate::syntax::Handler;

/// The handler with our attribute below those that come first, when there are any.
///
/// `#[utoipa::path]` puts an item beside the handler, which has to be found there, and reads the types of its arguments,
/// which are the author's only as long as we have not expanded.
pub(super) fn after_others(arguments: TokenStream, runtime: &Runtime, handler: &Handler) -> Option<TokenStream> {
    let (first, rest): (Vec<&Attribute>, Vec<&Attribute>) =
        handler.attributes.iter().partition(|attribute| comes_first(&attribute.meta));
    if first.is_empty() {
        return None;
    }
    let (conditions, rest): (Vec<&Attribute>, Vec<&Attribute>) =
        rest.into_iter().partition(|attribute| attribute.path().is_ident("cfg"));
    let Handler { visibility, signature, body, .. } = handler;
    let span = Span::call_site();
    let runtime = runtime.root_at(span);
    let arguments = Group::new(Delimiter::Parenthesis, arguments);
    let ours = quote_spanned!(span=> #[#runtime::session #arguments]);
    Some(quote!(#(#conditions)* #(#first)* #ours #(#rest)* #visibility #signature #body))
}

fn comes_first(meta: &Meta) -> bool {
    let path = meta.path();
    if !path.is_ident("cfg_attr") {
        return path.segments.len() > 1 && path.segments.last().is_some_and(|name| name.ident == "path");
    }
    let Meta::List(list) = meta else { return false };
    let attributes = list.parse_args_with(Punctuated::<Meta, Token![,]>::parse_terminated);
    attributes.is_ok_and(|attributes| attributes.iter().skip(1).any(comes_first))
}
