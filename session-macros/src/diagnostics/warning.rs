//! Warnings, which a macro on stable Rust cannot give but the compiler can.

use proc_macro2::{Span, TokenStream};
use quote::{format_ident, quote, quote_spanned};

/// Something that works, but not as its author may think.
pub(crate) struct Warning {
    span: Span,
    name: &'static str,
    text: String,
    /// The author's `allow`s and `expect`s, and the `cfg`s of the item.
    attributes: TokenStream,
}

impl Warning {
    /// A warning at `span`. The compiler shows `name` as the name of a deprecated constant, so it is a short phrase.
    pub(crate) fn at(span: Span, name: &'static str, text: impl Into<String>) -> Self {
        Self { span, name, text: text.into(), attributes: TokenStream::new() }
    }

    /// Attributes for the items of this warning.
    pub(crate) fn under(mut self, attributes: TokenStream) -> Self {
        self.attributes = attributes;
        self
    }

    /// An item that uses a deprecated constant at the place in question.
    pub(super) fn into_tokens(self) -> TokenStream {
        let Self { span, name, text, attributes } = self;
        let name = format_ident!("{name}", span = span);
        let used = quote_spanned!(span=> #name);
        quote! {
            #attributes
            const _: () = {
                #[allow(non_upper_case_globals)]
                #[deprecated(note = #text)]
                const #name: () = ();
                #used
            };
        }
    }
}
