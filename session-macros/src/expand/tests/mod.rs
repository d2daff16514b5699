//! What the macros stand for, and that they stand for something whatever they are given.

mod features;
mod mutations;
mod snapshots;

use proc_macro2::TokenStream;

use crate::syntax::Features;

const ALL: Features = Features { jwt: true, cookie_tokens: true };

/// The tokens of `text`; none when it does not lex.
fn tokens(text: &str) -> TokenStream {
    text.parse().unwrap_or_default()
}

/// `tokens` as rustfmt would show them, or as they are when they are no file.
fn pretty(tokens: &TokenStream) -> String {
    match syn::parse2::<syn::File>(tokens.clone()) {
        Ok(file) => prettyplease::unparse(&file),
        Err(_) => tokens.to_string(),
    }
}

/// `#[session(attribute)] item`.
fn session(attribute: &str, item: &str) -> TokenStream {
    super::session(tokens(attribute), tokens(item), ALL)
}

/// `#[policy(attribute)] item`.
fn policy(attribute: &str, item: &str) -> TokenStream {
    super::policy(tokens(attribute), tokens(item), ALL)
}

/// `#[derive(Principal)] item`.
fn principal(item: &str) -> TokenStream {
    super::principal(tokens(item), ALL)
}
