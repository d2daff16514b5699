//! The macros of `session-runtime`. Use them through that crate, which re-exports them.
//!
//! Tokens become an expansion in five stages, each with types of its own that only it can make:
//!
//! | stage | makes |
//! |---|---|
//! | `syntax` | items whose keys are known and have the right form, and the function, struct or type below the attribute |
//! | `model` | what the attribute says: durations, paths, demands |
//! | `check` | what can be expanded: nothing in it contradicts itself |
//! | `expand` | the code |
//!
//! `completion` stands beside them: what editors complete keys by, made of tokens that no stage has looked at.
//!
//! Every stage reports its mistakes to `diagnostics` and goes on, so that an author sees all of them at once.

mod completion;

mod expand;

mod check;

mod model;

mod syntax;

mod diagnostics;

use proc_macro::TokenStream;
use syntax::{Features, Place};

/// Guards an Axum handler.
#[proc_macro_attribute]
pub fn session(arguments: TokenStream, item: TokenStream) -> TokenStream {
    let arguments = arguments.into();
    let mut tokens = completion::of_attribute(&arguments, Place::Session);
    tokens.extend(expand::session(arguments, item.into(), Features::enabled()));
    tokens.into()
}

/// Names a policy.
#[proc_macro_attribute]
pub fn policy(arguments: TokenStream, item: TokenStream) -> TokenStream {
    let arguments = arguments.into();
    let mut tokens = completion::of_attribute(&arguments, Place::Policy);
    tokens.extend(expand::policy(arguments, item.into(), Features::enabled()));
    tokens.into()
}

/// Makes a type the subject of sessions.
#[proc_macro_derive(Principal, attributes(principal))]
pub fn principal(item: TokenStream) -> TokenStream {
    let item = item.into();
    let mut tokens = completion::of_principal(&item);
    tokens.extend(expand::principal(item, Features::enabled()));
    tokens.into()
}

/// Says whose sessions handlers are about that do not say it themselves.
#[proc_macro]
pub fn default_principal(arguments: TokenStream) -> TokenStream {
    expand::default_principal(arguments.into()).into()
}
