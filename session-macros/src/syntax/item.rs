//! One item of an attribute: a key, and what is said about it.

use proc_macro2::{Delimiter, Group, Ident, Spacing, TokenStream, TokenTree};
use quote::{ToTokens, TokenStreamExt};

use super::keys::{Key, Shape};
use crate::diagnostics::{Mistake, written};

/// An item whose key is known where it stands, and which has the key's form.
pub(crate) struct Item {
    pub(crate) key: &'static Key,
    /// The key as it was written.
    pub(crate) name: Ident,
    /// What follows `=`, or stands in the parentheses; nothing for a flag.
    pub(crate) value: TokenStream,
    /// All of it.
    pub(crate) tokens: TokenStream,
}

impl Item {
    /// The parentheses, or the value: where the item is wrong as a whole but its key is not.
    pub(crate) fn argument(&self) -> TokenStream {
        match self.key.shape {
            Shape::Flag => self.name.to_token_stream(),
            Shape::Value => self.value.clone(),
            Shape::List => self.tokens.clone().into_iter().skip(1).collect(),
        }
    }
}

/// The tokens between two commas.
pub(super) struct Chunk {
    tokens: Vec<TokenTree>,
    /// The comma behind it.
    comma: Option<TokenTree>,
}

/// What stands between two commas, before anybody asked whether there is such a key.
pub(super) struct Written {
    pub(super) name: Ident,
    pub(super) form: Form,
    pub(super) tokens: TokenStream,
}

/// The form that an item was written in.
pub(super) enum Form {
    Flag,
    Value(TokenStream),
    List(Group),
}

impl Form {
    pub(super) fn shape(&self) -> Shape {
        match self {
            Self::Flag => Shape::Flag,
            Self::Value(_) => Shape::Value,
            Self::List(_) => Shape::List,
        }
    }
}

/// Cuts `tokens` at its commas, so that a mistake ends at the next one.
pub(super) fn chunks(tokens: TokenStream) -> Vec<Chunk> {
    let mut chunks = Vec::new();
    let mut current = Vec::new();
    for token in tokens {
        if matches!(&token, TokenTree::Punct(punct) if punct.as_char() == ',') {
            chunks.push(Chunk { tokens: std::mem::take(&mut current), comma: Some(token) });
        } else {
            current.push(token);
        }
    }
    if !current.is_empty() {
        chunks.push(Chunk { tokens: current, comma: None });
    }
    chunks
}

impl Chunk {
    /// Reads a key and what follows it.
    pub(super) fn read(self) -> Result<Written, Mistake> {
        let tokens: TokenStream = self.tokens.iter().cloned().collect();
        let mut rest = self.tokens.into_iter();
        let name = match rest.next() {
            Some(TokenTree::Ident(name)) => name,
            Some(TokenTree::Literal(literal)) => {
                return Err(Mistake::at(
                    &literal,
                    format!("expected an option, found {}", kind_of(&literal.to_string())),
                )
                .help("for a lifetime write `max_age = \"15m\"`"));
            }
            Some(TokenTree::Punct(punct)) if punct.as_char() == '!' => {
                return Err(Mistake::at(&punct, "demands are negated with `not(..)`")
                    .help(format!("write `not({})`", written(&rest.collect::<TokenStream>()))));
            }
            Some(other) => return Err(Mistake::at(&other, format!("expected an option, found `{}`", written(&other)))),
            None => {
                return Err(Mistake::at(&self.comma, "expected an option before this comma").help("remove the comma"));
            }
        };
        let form = form(&name, &rest.collect::<Vec<_>>(), &tokens)?;
        Ok(Written { name, form, tokens })
    }
}

fn form(name: &Ident, rest: &[TokenTree], all: &TokenStream) -> Result<Form, Mistake> {
    match rest {
        [] => Ok(Form::Flag),
        [TokenTree::Punct(equals), value @ ..] if equals.as_char() == '=' && equals.spacing() == Spacing::Alone => {
            Ok(Form::Value(value.iter().cloned().collect()))
        }
        [TokenTree::Group(group)] if group.delimiter() == Delimiter::Parenthesis => Ok(Form::List(group.clone())),
        [TokenTree::Group(group)] => Err(Mistake::at(group, format!("wrong delimiter after `{name}`"))
            .help(format!("write `{name}({})`", written(&group.stream())))),
        [TokenTree::Group(group), TokenTree::Punct(operator), ..] if matches!(operator.as_char(), '&' | '|') => {
            Err(combined(name, group, operator, rest))
        }
        [.., TokenTree::Punct(last)] if all.to_token_stream().into_iter().count() > 1 && last.as_char() == ';' => {
            Err(Mistake::at(last, "items are separated by `,`").help("write `,` for `;`"))
        }
        [next, ..] => Err(missing_comma(name, next, rest)),
    }
}

/// `role(A) && role(B)`.
fn combined(name: &Ident, group: &Group, operator: &proc_macro2::Punct, rest: &[TokenTree]) -> Mistake {
    let word = if operator.as_char() == '&' { "all" } else { "any" };
    let operators = rest.iter().skip(1).take_while(|token| matches!(token, TokenTree::Punct(_)));
    let count = operators.clone().count();
    let mut at = TokenStream::new();
    at.append_all(operators);
    let right: TokenStream = rest.iter().skip(1 + count).cloned().collect();
    let left = written(&group);
    Mistake::at(&at, "demands are combined with `all(..)` and `any(..)`")
        .help(format!("write `{word}({name}{left}, {})`", written(&right)))
}

fn missing_comma(name: &Ident, next: &TokenTree, rest: &[TokenTree]) -> Mistake {
    let text = match next {
        TokenTree::Literal(literal) => {
            return Mistake::at(literal, format!("`{name}` takes its value after `=`"))
                .help(format!("write `{name} = {literal}`"));
        }
        TokenTree::Group(_) => {
            let behind: TokenStream = rest.iter().skip(1).cloned().collect();
            return Mistake::at(&behind, format!("expected `,` after `{name}{}`", written(next)));
        }
        TokenTree::Ident(_) => format!("expected `,` between `{name}` and `{next}`"),
        TokenTree::Punct(_) => format!("expected `,` after `{name}`, found `{next}`"),
    };
    Mistake::at(next, text)
}

/// What to call a literal.
fn kind_of(literal: &str) -> &'static str {
    match literal.chars().next() {
        Some('"') => "a string",
        Some('0'..='9') => "a number",
        _ => "a literal",
    }
}
