//! How the arguments of a handler mention sessions.

use quote::ToTokens;
use syn::{GenericArgument, PathArguments, Type};

use crate::syntax::Handler;

/// A mention of somebody's session in the type of an argument.
pub(crate) struct Mention<'a> {
    pub(crate) kind: Subject,
    /// Whose, as far as the type says so.
    pub(crate) principal: Option<&'a Type>,
    /// Whether it stands in an `Option`.
    pub(crate) optional: bool,
    /// All of the argument's type.
    pub(crate) ty: &'a Type,
}

/// What is mentioned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Subject {
    /// `Session<User>`.
    Session,
    /// `AuthSession<User>`.
    AuthSession,
    /// `Session` without a principal, as tower-sessions has it.
    Data,
}

impl Handler {
    /// The mentions among its arguments.
    pub(crate) fn mentions(&self) -> impl Iterator<Item = Mention<'_>> {
        self.types().filter_map(subject_of)
    }
}

/// The session that an argument of type `ty` is about. Types can be renamed, so that this is only a guess: what it
/// misses, the compiler finds.
fn subject_of(ty: &Type) -> Option<Mention<'_>> {
    let (name, arguments) = last_segment(ty)?;
    if name == "Option" {
        let inner = only_type(arguments)?;
        let mention = subject_of(inner)?;
        return Some(Mention { optional: true, ty, ..mention });
    }
    let principal = only_type(arguments);
    let kind = match name.to_string().as_str() {
        "AuthSession" => Subject::AuthSession,
        "Session" if principal.is_some() => Subject::Session,
        "Session" if is_of_tower_sessions(ty) => Subject::Data,
        _ => return None,
    };
    Some(Mention { kind, principal, optional: false, ty })
}

fn last_segment(ty: &Type) -> Option<(&syn::Ident, &PathArguments)> {
    match ty {
        Type::Path(path) => path.path.segments.last().map(|segment| (&segment.ident, &segment.arguments)),
        Type::Group(group) => last_segment(&group.elem),
        Type::Paren(paren) => last_segment(&paren.elem),
        _ => None,
    }
}

fn only_type(arguments: &PathArguments) -> Option<&Type> {
    let PathArguments::AngleBracketed(arguments) = arguments else { return None };
    match (arguments.args.first(), arguments.args.len()) {
        (Some(GenericArgument::Type(ty)), 1) => Some(ty),
        _ => None,
    }
}

fn is_of_tower_sessions(ty: &Type) -> bool {
    let text = ty.to_token_stream().to_string().replace(' ', "");
    matches!(text.trim_start_matches("::"), "tower_sessions::Session" | "Session")
}
