//! What is reported to the author: every mistake at its own token, all of them at once.

mod mistake;
mod nearest;
mod warning;
mod written;

pub(crate) use self::mistake::Mistake;
pub(crate) use self::nearest::nearest;
pub(crate) use self::warning::Warning;
pub(crate) use self::written::written;

use proc_macro2::TokenStream;
use quote::quote;
use syn::Attribute;

/// Collects mistakes and warnings while the stages go on.
#[derive(Default)]
pub(crate) struct Diagnostics {
    errors: Option<syn::Error>,
    warnings: Vec<Warning>,
    /// What the author says about lints, and the `cfg`s of the item.
    levels: TokenStream,
}

impl Diagnostics {
    /// Puts the warnings under what the author's attributes say about lints.
    pub(crate) fn under(&mut self, attributes: &[Attribute]) {
        let is_level = |attribute: &&Attribute| {
            ["allow", "warn", "deny", "cfg"].iter().any(|level| attribute.path().is_ident(level))
        };
        let levels = attributes.iter().filter(is_level);
        self.levels = quote!(#(#levels)*);
    }

    /// Reports a mistake.
    pub(crate) fn mistake(&mut self, mistake: Mistake) {
        self.error(mistake.into());
    }

    /// Reports what syn found wrong.
    pub(crate) fn error(&mut self, error: syn::Error) {
        match &mut self.errors {
            Some(errors) => errors.combine(error),
            None => self.errors = Some(error),
        }
    }

    /// Reports something that works but not as its author may think.
    pub(crate) fn warn(&mut self, warning: Warning) {
        self.warnings.push(warning);
    }

    /// Whether there is nothing to say.
    pub(crate) fn is_empty(&self) -> bool {
        self.errors.is_none() && self.warnings.is_empty()
    }

    /// Whether any mistake was reported.
    pub(crate) fn has_errors(&self) -> bool {
        self.errors.is_some()
    }

    /// The value, or the mistake reported and nothing.
    pub(crate) fn take<T>(&mut self, result: Result<T, Mistake>) -> Option<T> {
        match result {
            Ok(value) => Some(value),
            Err(mistake) => {
                self.mistake(mistake);
                None
            }
        }
    }

    /// The items that make the compiler say it.
    pub(crate) fn into_tokens(self) -> TokenStream {
        let mut tokens = self.errors.map(syn::Error::into_compile_error).unwrap_or_default();
        tokens.extend(self.warnings.into_iter().map(|warning| warning.into_tokens(&self.levels)));
        tokens
    }
}
