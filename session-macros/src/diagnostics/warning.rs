//! Warnings, which a macro on stable Rust cannot give but the compiler can.

use proc_macro2::{Span, TokenStream};
use quote::{format_ident, quote, quote_spanned};

/// Something that works, but not as its author may think.
pub(crate) struct Warning {
    span: Span,
    name: &'static str,
    text: String,
}

impl Warning {
    /// A warning at `span`. The compiler shows `name` as the name of a deprecated constant, so it is a short phrase.
    pub(crate) fn at(span: Span, name: &'static str, text: impl Into<String>) -> Self {
        Self { span, name, text: text.into() }
    }

    /// An item that uses a deprecated constant at the place in question; `levels` are attributes that it stands under.
    pub(super) fn into_tokens(self, levels: &TokenStream) -> TokenStream {
        let Self { span, name, text } = self;
        let name = format_ident!("{name}", span = span);
        let used = quote_spanned!(span=> #name);
        quote! {
            #levels
            const _: () = {
                #[allow(non_upper_case_globals)]
                #[deprecated(note = #text)]
                const #name: () = ();
                #used
            };
        }
    }
}
