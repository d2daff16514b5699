//! Where the runtime crate is.

use proc_macro2::{Ident, Punct, Spacing, Span, TokenStream, TokenTree};
use quote::{ToTokens, TokenStreamExt, quote_spanned};
use syn::Path;

use crate::diagnostics::{Diagnostics, Mistake, written};
use crate::syntax::Item;

/// What `crate(..)` names, `::session_runtime` by default.
#[derive(Default)]
pub(crate) struct Runtime {
    path: Option<Path>,
}

impl Runtime {
    pub(super) fn read(&mut self, item: &Item, diagnostics: &mut Diagnostics) {
        self.path = diagnostics.take(item.path().and_then(absolute));
    }

    /// The module of what expansions name.
    pub(crate) fn private(&self) -> Private<'_> {
        self.private_at(Span::mixed_site())
    }

    /// The same, in tokens that stand at `span`, so that what the compiler says about the whole path stands there.
    pub(crate) fn private_at(&self, span: Span) -> Private<'_> {
        Private { runtime: self, span }
    }

    /// The crate itself, in tokens that stand at `span`.
    pub(crate) fn root_at(&self, span: Span) -> TokenStream {
        let root = || quote_spanned!(span=> ::session_runtime);
        self.path.as_ref().map_or_else(root, |path| respanned(path.to_token_stream(), span))
    }
}

/// The module of what expansions name, at some place.
///
/// Token by token, because an expansion names it dozens of times: a stream in a stream is a call to the compiler.
#[derive(Clone, Copy)]
pub(crate) struct Private<'a> {
    runtime: &'a Runtime,
    span: Span,
}

impl ToTokens for Private<'_> {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        let Self { runtime, span } = *self;
        if let Some(path) = &runtime.path {
            tokens.extend(respanned(path.to_token_stream(), span));
        } else {
            path_separator(span, tokens);
            tokens.append(Ident::new("session_runtime", span));
        }
        path_separator(span, tokens);
        tokens.append(Ident::new("__private", span));
    }
}

fn path_separator(span: Span, tokens: &mut TokenStream) {
    // Not in a loop, which costs as much again where nothing is optimised.
    let mut first = Punct::new(':', Spacing::Joint);
    first.set_span(span);
    tokens.append(first);
    let mut second = Punct::new(':', Spacing::Alone);
    second.set_span(span);
    tokens.append(second);
}

fn respanned(tokens: TokenStream, span: Span) -> TokenStream {
    let at = |mut token: TokenTree| {
        token.set_span(span);
        token
    };
    tokens.into_iter().map(at).collect()
}

/// The path, when it means the same in every module.
fn absolute(path: Path) -> Result<Path, Mistake> {
    if path.segments.iter().any(|segment| !segment.arguments.is_empty()) {
        return Err(Mistake::at(&path, "a crate has no parameters").help("write `crate(::session_runtime)`"));
    }
    let starts_at_root = path.segments.first().is_some_and(|segment| segment.ident == "crate");
    if path.leading_colon.is_some() || starts_at_root {
        return Ok(path);
    }
    // Somebody who renames the crate in Cargo.toml writes its new name, without the colons.
    let instead = if written(&path) == "session" { "session_runtime".to_owned() } else { written(&path) };
    Err(Mistake::at(&path, "this path must be absolute").help(format!("write `crate(::{instead})`")))
}
