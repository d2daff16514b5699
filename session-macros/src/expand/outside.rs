//! What stands above expanded items beside what the author wrote.

use proc_macro2::TokenStream;
use quote::quote;
use syn::{Attribute, Visibility};

use crate::host::Host;

/// The attributes of an item beside the author's own: their `cfg`s, and `allow`s of what their clippy would warn of, since
/// an expanded item is not theirs to change.
///
/// None of rustc's own lints: it is silent about expansions as it is, and an author who forbids a lint may not meet an `allow`.
pub(super) fn of_items(attributes: &[Attribute]) -> Option<TokenStream> {
    let mut conditions = conditions(attributes).peekable();
    let lints = of_all_clippy();
    (conditions.peek().is_some() || lints.is_some()).then(|| quote!(#(#conditions)* #lints))
}

/// Allows all of clippy's lints: what is expanded is not the author's to change.
pub(super) fn of_all_clippy() -> Option<TokenStream> {
    clippy(|| quote!(clippy::all, clippy::pedantic, clippy::nursery, clippy::restriction))
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
