//! Which of a handler's attributes stand where in its expansion.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::punctuated::Punctuated;
use syn::{Attribute, Meta, MetaList, Path, Token};

/// The attributes of a handler, by where they stand.
#[derive(Default)]
pub(super) struct Placed {
    /// On the function that the rest of the program sees.
    pub(super) outside: TokenStream,
    /// On what is around the author's function and names the types of its arguments.
    pub(super) around: TokenStream,
    /// On the author's function: what rewrites one (`instrument`) wants that.
    pub(super) inside: TokenStream,
}

impl Placed {
    pub(super) fn of(attributes: &[Attribute]) -> Self {
        let mut placed = Self::default();
        for attribute in attributes {
            placed.place(&attribute.meta, &|meta| match meta {
                None => attribute.to_token_stream(),
                Some(meta) => quote!(#[#meta]),
            });
        }
        placed
    }

    /// `write` makes an attribute of what it says now, if that is not all that it said.
    fn place(&mut self, meta: &Meta, write: &dyn Fn(Option<TokenStream>) -> TokenStream) {
        let name = meta.path().segments.last().map(|name| name.ident.to_string());
        match (name.as_deref(), meta) {
            (Some("doc" | "deprecated" | "must_use" | "debug_handler" | "automatically_derived"), _) => {
                self.outside.extend(write(None));
            }
            (Some("cfg" | "allow" | "warn" | "deny" | "forbid"), _) => {
                self.outside.extend(write(None));
                self.around.extend(write(None));
            }
            (Some("expect"), Meta::List(list)) => self.place_expected(list, write),
            (Some("cfg_attr"), Meta::List(list)) => self.place_each(list, write),
            _ => self.inside.extend(write(None)),
        }
    }

    /// Of a lint that looks at the function's name and signature nothing is heard in the author's function, and of any other
    /// nothing outside; what is expected and not heard is a warning.
    fn place_expected(&mut self, list: &MetaList, write: &dyn Fn(Option<TokenStream>) -> TokenStream) {
        let Some(said) = metas(list) else { return self.around.extend(write(None)) };
        let (lints, reason): (Vec<&Meta>, Vec<&Meta>) = said.iter().partition(|meta| matches!(meta, Meta::Path(_)));
        let (outside, around): (Vec<&Meta>, Vec<&Meta>) =
            lints.into_iter().partition(|lint| looks_outside(lint.path()));
        if !outside.is_empty() {
            self.outside.extend(write(Some(quote!(expect(#(#outside,)* #(#reason),*)))));
        }
        if !around.is_empty() {
            // The name is the author's function's, too.
            self.outside.extend(write(Some(quote!(allow(#(#around),*)))));
            self.around.extend(write(Some(quote!(expect(#(#around,)* #(#reason),*)))));
        }
    }

    /// `cfg_attr(condition, ..)`: each of its attributes behind the condition.
    fn place_each(&mut self, list: &MetaList, write: &dyn Fn(Option<TokenStream>) -> TokenStream) {
        let Some(said) = metas(list) else { return self.inside.extend(write(None)) };
        let mut said = said.iter();
        let Some(condition) = said.next() else { return };
        for meta in said {
            self.place(meta, &|said| {
                let said = said.unwrap_or_else(|| meta.to_token_stream());
                write(Some(quote!(cfg_attr(#condition, #said))))
            });
        }
    }
}

fn metas(list: &MetaList) -> Option<Punctuated<Meta, Token![,]>> {
    list.parse_args_with(Punctuated::parse_terminated).ok()
}

/// Whether a lint is about what the rest of the program sees of a function.
fn looks_outside(lint: &Path) -> bool {
    const OUTSIDE: [&str; 5] =
        ["dead_code", "missing_docs", "unreachable_pub", "missing_docs_in_private_items", "module_name_repetitions"];
    lint.segments.last().is_some_and(|name| OUTSIDE.iter().any(|outside| name.ident == outside))
}
