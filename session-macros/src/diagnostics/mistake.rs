//! One mistake, in the house style: what it leads to, then what to write instead.

use std::fmt::Display;

use proc_macro2::TokenStream;
use quote::ToTokens;

/// A mistake in the author's tokens.
///
/// The first line says what the tokens lead to; rustc renders the lines below as its own `= help:` and `= note:`.
pub(crate) struct Mistake {
    tokens: TokenStream,
    text: String,
}

impl Mistake {
    /// A mistake that `tokens` make; the whole attribute when there are none.
    pub(crate) fn at(tokens: &impl ToTokens, text: impl Into<String>) -> Self {
        Self { tokens: tokens.to_token_stream(), text: text.into() }
    }

    /// Code to paste, or one action.
    pub(crate) fn help(self, help: impl Display) -> Self {
        self.line("help", help)
    }

    /// A list of valid options, or a reason.
    pub(crate) fn note(self, note: impl Display) -> Self {
        self.line("note", note)
    }

    fn line(mut self, kind: &str, text: impl Display) -> Self {
        self.text = format!("{}\n= {kind}: {text}", self.text);
        self
    }
}

impl From<Mistake> for syn::Error {
    fn from(mistake: Mistake) -> Self {
        Self::new_spanned(mistake.tokens, mistake.text)
    }
}
