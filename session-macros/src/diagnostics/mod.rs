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

/// Collects mistakes and warnings while the stages go on.
#[derive(Default)]
pub(crate) struct Diagnostics {
    errors: Option<syn::Error>,
    warnings: Vec<Warning>,
}

impl Diagnostics {
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
        tokens.extend(self.warnings.into_iter().map(Warning::into_tokens));
        tokens
    }
}
