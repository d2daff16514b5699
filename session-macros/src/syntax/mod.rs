//! Tokens as items whose keys are known and have the right form, and what stands below an attribute.

mod duration;
mod foreign;
mod handler;
mod item;
mod keys;
mod options;
mod signature;
mod table;
mod value;

pub(crate) use self::duration::Length;
pub(crate) use self::handler::{Handler, is_called};
pub(crate) use self::item::Item;
pub(crate) use self::keys::Place;
#[cfg(test)]
pub(crate) use self::keys::{Availability, Key, keys_of};
pub(crate) use self::options::options;

/// Cargo features of the runtime that decide what an attribute may say.
#[derive(Clone, Copy)]
pub(crate) struct Features {
    /// Tokens.
    pub(crate) jwt: bool,
    /// Sessions that live in their cookie.
    pub(crate) cookie_tokens: bool,
}

impl Features {
    /// Those that this build was made with.
    pub(crate) const fn enabled() -> Self {
        Self { jwt: cfg!(feature = "jwt"), cookie_tokens: cfg!(feature = "cookie-tokens") }
    }
}

#[cfg(test)]
mod reference;
