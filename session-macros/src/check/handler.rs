//! What the signature of a handler shows.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::{FnArg, Safety, Type};

use super::CheckedPolicy;
use crate::diagnostics::{Diagnostics, Mistake, written};
use crate::model::{Access, Mention, PolicyAttribute, Subject};
use crate::syntax::{Handler, is_called};

/// As many arguments as the runtime extracts, and axum.
const MOST_ARGUMENTS: usize = 16;

/// A handler that can be guarded, and its policy.
pub(crate) struct CheckedHandler {
    policy: CheckedPolicy,
    handler: Handler,
    callable: bool,
    confirmed: Option<Type>,
}

impl CheckedHandler {
    /// Checks a handler and the attribute above it.
    pub(crate) fn new(attribute: PolicyAttribute, mut handler: Handler, diagnostics: &mut Diagnostics) -> Self {
        is_async(&handler, diagnostics);
        guarded_once(&mut handler, diagnostics);
        let shape = shape(&handler);
        let callable = shape.is_empty();
        for mistake in shape {
            diagnostics.mistake(mistake);
        }
        body_comes_last(&handler, diagnostics);
        sessions(&attribute, &handler, diagnostics);
        let confirmed = something_is_confirmed(&attribute, &handler, diagnostics);
        let policy = CheckedPolicy::new(attribute, Some(&handler), diagnostics);
        Self { policy, handler, callable, confirmed }
    }

    /// What it demands.
    pub(crate) fn policy(&self) -> &CheckedPolicy {
        &self.policy
    }

    /// The function.
    pub(crate) fn handler(&self) -> &Handler {
        &self.handler
    }

    /// Whether the function can be called with what its arguments extract.
    pub(crate) fn is_callable(&self) -> bool {
        self.callable
    }

    /// An argument that only a base can have a token for.
    pub(crate) fn confirmed_by_the_base(&self) -> Option<&Type> {
        self.confirmed.as_ref()
    }

    /// Whether it stands where only functions can: among the methods of a type.
    pub(crate) fn is_method(&self) -> bool {
        self.handler.signature.receiver().is_some()
    }
}

/// The guard waits for its store.
fn is_async(handler: &Handler, diagnostics: &mut Diagnostics) {
    let signature = &handler.signature;
    if signature.asyncness.is_none() {
        diagnostics.mistake(
            Mistake::at(&signature.fn_token, "a guarded handler must be `async`")
                .help(format!("write `async fn {}`", signature.ident)),
        );
    }
}

/// Two guards would answer for each other; one attribute is one policy.
fn guarded_once(handler: &mut Handler, diagnostics: &mut Diagnostics) {
    for attribute in handler.guards() {
        diagnostics
            .mistake(Mistake::at(attribute, "this handler is already guarded").help("put both into one attribute"));
    }
    handler.forget_guards();
}

/// What makes a function that the guard cannot call.
fn shape(handler: &Handler) -> Vec<Mistake> {
    let signature = &handler.signature;
    let unsafety = match &signature.safety {
        Safety::Unsafe(token) => Some(token.to_token_stream()),
        _ => None,
    };
    let words = [
        signature.constness.map(|token| token.to_token_stream()),
        unsafety,
        signature.abi.as_ref().map(ToTokens::to_token_stream),
    ];
    let mut mistakes: Vec<Mistake> = words.into_iter().flatten().map(|word| cannot_be(&word)).collect();
    if let Some(variadic) = &signature.variadic {
        mistakes.push(Mistake::at(variadic, "a handler cannot be variadic").help("remove `...`"));
    }
    mistakes.extend(signature.inputs.iter().filter_map(argument));
    if signature.inputs.len() > MOST_ARGUMENTS {
        let beyond: TokenStream =
            signature.inputs.iter().skip(MOST_ARGUMENTS).map(|argument| quote!(#argument)).collect();
        mistakes.push(
            Mistake::at(&beyond, format!("a handler has at most {MOST_ARGUMENTS} arguments"))
                .help("derive `axum::extract::FromRequestParts` on a struct that holds several of them"),
        );
    }
    mistakes
}

fn cannot_be(word: &TokenStream) -> Mistake {
    let text = written(word);
    Mistake::at(word, format!("a handler cannot be `{text}`")).help(format!("remove `{text}`"))
}

fn argument(argument: &FnArg) -> Option<Mistake> {
    let argument = match argument {
        FnArg::Receiver(receiver) => {
            return Some(
                Mistake::at(receiver, "a guarded handler cannot take `self`").help("pass shared data with `State<..>`"),
            );
        }
        FnArg::Typed(argument) => argument,
    };
    if let Some(condition) = argument.attrs.iter().find(|attribute| attribute.path().is_ident("cfg")) {
        return Some(
            Mistake::at(condition, "an argument of a guarded handler is always there")
                .help("put the condition on the handler, and write it once for each case"),
        );
    }
    matches!(*argument.ty, Type::ImplTrait(_)).then(|| {
        Mistake::at(&argument.ty, "the guard must name this type")
            .help("use a type parameter or the concrete extractor")
    })
}

/// There is one body, and whoever reads it leaves nothing to the next. Types can be renamed, so that this is only a guess:
/// what it misses, the router finds.
fn body_comes_last(handler: &Handler, diagnostics: &mut Diagnostics) {
    const READERS: [&str; 8] = ["Json", "Form", "Bytes", "String", "Multipart", "RawForm", "Request", "Confirmed"];
    let count = handler.types().count();
    for ty in handler.types().take(count.saturating_sub(1)) {
        let Type::Path(path) = ty else { continue };
        let Some(segment) = path.path.segments.last() else { continue };
        if READERS.iter().any(|reader| segment.ident == reader) {
            let reader =
                if segment.arguments.is_empty() { segment.ident.to_string() } else { format!("{}<_>", segment.ident) };
            diagnostics.mistake(
                Mistake::at(ty, format!("`{reader}` reads the request body and must be the last argument"))
                    .help("move it to the end"),
            );
        }
    }
}

/// Where nothing demands a token, nobody brings one along. Types can be renamed; what this misses, the request finds. An
/// argument that the policy below may demand a token for is returned.
fn something_is_confirmed(
    attribute: &PolicyAttribute,
    handler: &Handler,
    diagnostics: &mut Diagnostics,
) -> Option<Type> {
    let is_confirmed = |ty: &&Type| matches!(ty, Type::Path(path) if is_called(&path.path, "Confirmed"));
    let ty = handler.types().find(is_confirmed).filter(|_| attribute.confirm.is_none())?;
    if attribute.base.is_some() {
        return Some(ty.clone());
    }
    diagnostics.mistake(
        Mistake::at(ty, "nothing is confirmed on this route: no token is demanded")
            .help("write `confirm = \"transfer\"`, with a purpose of your own, or take what is inside `Confirmed<_>`"),
    );
    None
}

/// What the arguments want to know of the visitor's session.
fn sessions(attribute: &PolicyAttribute, handler: &Handler, diagnostics: &mut Diagnostics) {
    let mentions: Vec<Mention<'_>> = handler.mentions().collect();
    let access = attribute.access.first().map(|given| given.value);
    for mention in &mentions {
        match access {
            Some(Access::Public) => nothing_on_public(mention, diagnostics),
            Some(Access::Optional) => absent_on_optional(mention, diagnostics),
            Some(Access::Required) | None => {}
        }
    }
    one_principal(attribute, &mentions, diagnostics);
}

/// A route that reads no credential knows no session.
fn nothing_on_public(mention: &Mention<'_>, diagnostics: &mut Diagnostics) {
    let whose = mention.principal.map_or_else(|| "_".to_owned(), written);
    let (text, help) = match mention.kind {
        Subject::Session => {
            ("a `public` handler has no session", format!("use `optional` and take `Option<Session<{whose}>>`"))
        }
        Subject::AuthSession => ("a `public` route cannot log anybody in or out", "use `optional`".to_owned()),
        Subject::Data => ("a `public` route has no session data", "use `optional`".to_owned()),
    };
    diagnostics.mistake(Mistake::at(mention.ty, text).help(help));
}

/// On an `optional` route the session may be absent.
fn absent_on_optional(mention: &Mention<'_>, diagnostics: &mut Diagnostics) {
    if mention.kind == Subject::Session && !mention.optional {
        let ty = written(mention.ty);
        diagnostics
            .mistake(Mistake::at(mention.ty, "the session may be absent here").help(format!("take `Option<{ty}>`")));
    }
}

/// A route has one principal; the session of another can be looked at, if there is one.
fn one_principal(attribute: &PolicyAttribute, mentions: &[Mention<'_>], diagnostics: &mut Diagnostics) {
    let named = attribute.principal.is_some() || attribute.base.is_some();
    let mut owners =
        mentions.iter().filter(|mention| !mention.optional).filter_map(|mention| Some((mention, mention.principal?)));
    let Some((_, first)) = owners.next() else { return };
    for (mention, principal) in owners {
        if !named && written(principal) != written(first) {
            let (ty, first) = (written(principal), written(first));
            diagnostics.mistake(
                Mistake::at(mention.ty, format!("one route has one principal, and this one is about `{first}`"))
                    .help(format!("take the other as `Option<Session<{ty}>>`, which is read-only")),
            );
        }
    }
}
