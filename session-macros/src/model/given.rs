//! A value, and the key that it was given under.

use proc_macro2::{Ident, TokenStream};

use crate::diagnostics::{Diagnostics, Mistake};
use crate::syntax::Item;

/// A value with its key, at which most of what can be wrong about it is reported.
pub(crate) struct Given<T> {
    pub(crate) key: Ident,
    pub(crate) value: T,
    /// What follows the key: the value, or the parentheses.
    pub(crate) argument: TokenStream,
}

impl<T> Given<T> {
    /// What `read` makes of an item; its mistake reported, and nothing, when it is one.
    pub(super) fn read(
        item: &Item,
        read: impl FnOnce(&Item) -> Result<T, Mistake>,
        diagnostics: &mut Diagnostics,
    ) -> Option<Self> {
        let value = diagnostics.take(read(item))?;
        Some(Self { key: item.name.clone(), value, argument: item.argument() })
    }
}
