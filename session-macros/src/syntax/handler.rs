//! The function below `#[session]`.

use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};
use quote::{ToTokens, TokenStreamExt};
use syn::parse::{Parse, ParseStream};
use syn::{Attribute, FnArg, Path, Signature, Token, Type, Visibility};

use super::signature;

/// A function whose body nobody has looked into, so that a half-typed one does not hide what the attribute says.
pub(crate) struct Handler {
    pub(crate) attributes: Vec<Attribute>,
    pub(crate) visibility: Visibility,
    pub(crate) signature: Signature,
    /// The signature, token by token.
    pub(crate) written: Vec<TokenTree>,
    pub(crate) body: Group,
}

impl Parse for Handler {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let attributes = input.call(Attribute::parse_outer)?;
        let visibility = input.parse()?;
        let is_function = input.peek(Token![async]) || input.peek(Token![fn]);
        if let Some(mistake) = (!is_function).then(|| other_item(input)).flatten() {
            return Err(mistake);
        }
        let start = input.cursor();
        let signature = signature::parse(input)?;
        let written = signature::written(start);
        let body = input.parse()?;
        let Some(body) = braces(&body) else {
            return Err(syn::Error::new_spanned(body, "a guarded handler has a body"));
        };
        if !input.is_empty() {
            return Err(input.error("expected nothing after the handler"));
        }
        Ok(Self { attributes, visibility, signature, written, body })
    }
}

impl Handler {
    /// The attributes that guard it once more.
    pub(crate) fn guards(&self) -> impl Iterator<Item = &Attribute> {
        self.attributes.iter().filter(|attribute| is_guard(attribute))
    }

    /// Leaves out the attributes that guard it once more.
    pub(crate) fn forget_guards(&mut self) {
        self.attributes.retain(|attribute| !is_guard(attribute));
    }

    /// The types of its arguments, `self` aside.
    pub(crate) fn types(&self) -> impl Iterator<Item = &Type> {
        self.signature.inputs.iter().filter_map(|argument| match argument {
            FnArg::Typed(argument) => Some(&*argument.ty),
            FnArg::Receiver(_) => None,
        })
    }
}

impl ToTokens for Handler {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        tokens.append_all(&self.attributes);
        self.visibility.to_tokens(tokens);
        self.signature.to_tokens(tokens);
        self.body.to_tokens(tokens);
    }
}

/// The group in braces, also when a macro of the author's was given it as a `$body:block`.
fn braces(body: &TokenTree) -> Option<Group> {
    let TokenTree::Group(group) = body else { return None };
    match group.delimiter() {
        Delimiter::Brace => Some(group.clone()),
        Delimiter::None => braces(&group.stream().into_iter().next()?),
        _ => None,
    }
}

/// The mistake of an attribute above something that is no function.
fn other_item(input: ParseStream<'_>) -> Option<syn::Error> {
    let is_other = input.peek(Token![struct])
        || input.peek(Token![enum])
        || input.peek(Token![impl])
        || input.peek(Token![trait])
        || input.peek(Token![mod])
        || input.peek(Token![type])
        || input.peek(Token![static])
        || input.peek(Token![use])
        || input.peek(Token![let])
        || (input.peek(Token![const])
            && !input.peek2(Token![async])
            && !input.peek2(Token![fn])
            && !input.peek2(Token![unsafe]));
    let text = "`#[session]` guards handler functions\n= help: to declare a policy use `#[policy(..)]`";
    is_other.then(|| input.error(text))
}

fn is_guard(attribute: &Attribute) -> bool {
    is_called(attribute.path(), "session")
}

/// Whether `path` is `name`, or ends in it.
pub(crate) fn is_called(path: &Path, name: &str) -> bool {
    path.segments.last().is_some_and(|segment| segment.ident == name)
}
