//! Which of the author's attributes stand where.

use proc_macro2::TokenStream;
use quote::quote;
use syn::punctuated::Punctuated;
use syn::{Attribute, Meta, Token, Visibility};

use crate::host::Host;

/// The attributes of an item beside the author's own: their `cfg`s, and `allow`s of what their clippy would warn of, since
/// an expanded item is not theirs to change.
///
/// None of rustc's own lints: it is silent about expansions as it is, and an author who forbids a lint may not meet an `allow`.
pub(super) fn of_items(attributes: &[Attribute]) -> Option<TokenStream> {
    let mut conditions = conditions(attributes).peekable();
    let lints = clippy(|| quote!(clippy::all, clippy::pedantic, clippy::restriction));
    (conditions.peek().is_some() || lints.is_some()).then(|| quote!(#(#conditions)* #lints))
}

/// Allows lints of clippy, where it is clippy that asks: rustc would look for each among all that it knows itself, and is
/// not given them where it is known to be what asks. Reading them costs time.
pub(super) fn clippy(lints: impl FnOnce() -> TokenStream) -> Option<TokenStream> {
    Host::of_this_process().may_be_clippy().then(|| {
        let lints = lints();
        quote!(#[cfg_attr(clippy, allow(#lints))])
    })
}

/// Hides an item from documentation, where it can be seen in one: reading the attribute costs time.
pub(super) fn hidden(visibility: &Visibility) -> Option<TokenStream> {
    let is_private = matches!(visibility, Visibility::Inherited);
    (!is_private || Host::of_this_process().may_list_private_items()).then(|| quote!(#[doc(hidden)]))
}

/// The author's `cfg`s.
pub(super) fn conditions(attributes: &[Attribute]) -> impl Iterator<Item = &Attribute> {
    attributes.iter().filter(|attribute| attribute.path().is_ident("cfg"))
}

/// Whether an attribute is about the handler as the rest of the program sees it, and not about the author's function.
///
/// A lint covers the author's function from outside too; what rewrites a function (`instrument`) wants the author's.
pub(super) fn is_about_the_handler(meta: &Meta) -> bool {
    const OUTSIDE: [&str; 11] = [
        "doc",
        "cfg",
        "deprecated",
        "must_use",
        "allow",
        "expect",
        "warn",
        "deny",
        "forbid",
        "debug_handler",
        "automatically_derived",
    ];
    let Some(name) = meta.path().segments.last() else { return false };
    if name.ident != "cfg_attr" {
        return OUTSIDE.iter().any(|outside| name.ident == outside);
    }
    let Meta::List(list) = meta else { return false };
    let attributes = list.parse_args_with(Punctuated::<Meta, Token![,]>::parse_terminated);
    attributes.is_ok_and(|attributes| attributes.iter().skip(1).all(is_about_the_handler))
}
