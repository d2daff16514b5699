//! The signature of a handler, in which only what the macros look at is read: the compiler reads patterns and what is returned
//! anyway, and reading them costs time for every handler.

use proc_macro2::{Punct, Spacing, TokenStream, TokenTree};
use syn::buffer::Cursor;
use syn::parse::discouraged::Speculative;
use syn::parse::{ParseBuffer, ParseStream};
use syn::punctuated::Punctuated;
use syn::{FnArg, Generics, Pat, PatType, ReturnType, Safety, Signature, Token, Type, parenthesized};

/// Reads a signature; all of it where it is not a handler's as it should be, so that syn says what is wrong.
pub(super) fn parse(input: ParseStream<'_>) -> syn::Result<Signature> {
    let ahead = input.fork();
    match of_a_handler(&ahead) {
        Ok(signature) => {
            input.advance_to(&ahead);
            Ok(signature)
        }
        Err(_) => input.parse(),
    }
}

/// The tokens from `start` to the body, which is the last of them.
pub(super) fn written(start: Cursor<'_>) -> Vec<TokenTree> {
    let (mut tokens, mut rest) = (Vec::new(), start);
    while let Some((token, next)) = rest.token_tree()
        && !next.eof()
    {
        tokens.push(token);
        rest = next;
    }
    tokens
}

fn of_a_handler(input: &ParseBuffer<'_>) -> syn::Result<Signature> {
    let asyncness = Some(input.parse()?);
    let (fn_token, ident) = (input.parse()?, input.parse()?);
    let mut generics: Generics = input.parse()?;
    let inside;
    let paren_token = parenthesized!(inside in input);
    let inputs = arguments(&inside)?;
    let output = returned(input)?;
    generics.where_clause = input.parse()?;
    Ok(Signature {
        constness: None,
        asyncness,
        safety: Safety::Default,
        abi: None,
        fn_token,
        ident,
        generics,
        paren_token,
        inputs,
        variadic: None,
        output,
    })
}

fn arguments(inside: &ParseBuffer<'_>) -> syn::Result<Punctuated<FnArg, Token![,]>> {
    let mut arguments = Punctuated::new();
    while !inside.is_empty() {
        arguments.push_value(argument(inside)?);
        if !inside.is_empty() {
            arguments.push_punct(inside.parse()?);
        }
    }
    Ok(arguments)
}

fn argument(inside: &ParseBuffer<'_>) -> syn::Result<FnArg> {
    let pattern = inside.step(|cursor| pattern(*cursor).ok_or_else(|| cursor.error("expected a pattern")))?;
    let (pat, colon_token, ty) = (Box::new(Pat::Verbatim(pattern)), inside.parse()?, inside.parse()?);
    Ok(FnArg::Typed(PatType { attrs: Vec::new(), pat, colon_token, ty }))
}

/// What stands before the colon. Nothing that is no pattern: attributes, `self`, `...`.
fn pattern(start: Cursor<'_>) -> Option<(TokenStream, Cursor<'_>)> {
    let (mut tokens, mut rest) = (Vec::new(), start);
    loop {
        let (token, next) = rest.token_tree()?;
        match &token {
            TokenTree::Punct(colon) if colon.as_char() == ':' => match second_colon(colon, next) {
                Some((second, behind)) => {
                    tokens.extend([token, second.into()]);
                    rest = behind;
                    continue;
                }
                None if tokens.is_empty() => return None,
                None => return Some((tokens.into_iter().collect(), rest)),
            },
            TokenTree::Punct(mark) if matches!(mark.as_char(), '#' | '.' | ',') => return None,
            TokenTree::Ident(word) if word == "self" => return None,
            _ => {}
        }
        tokens.push(token);
        rest = next;
    }
}

/// The second colon of `::`; `x: ::path` has one colon before two.
fn second_colon<'a>(first: &Punct, behind: Cursor<'a>) -> Option<(Punct, Cursor<'a>)> {
    let second = behind.punct().filter(|(mark, _)| mark.as_char() == ':')?;
    (first.spacing() == Spacing::Joint).then_some(second)
}

/// What stands before the conditions or the body.
fn returned(input: &ParseBuffer<'_>) -> syn::Result<ReturnType> {
    if !input.peek(Token![->]) {
        return Ok(ReturnType::Default);
    }
    let arrow = input.parse()?;
    let ty = input.step(|cursor| {
        let (mut tokens, mut rest) = (Vec::new(), *cursor);
        while let Some((token, next)) = rest.token_tree() {
            if next.eof() || is_where(&token) {
                break;
            }
            tokens.push(token);
            rest = next;
        }
        if tokens.is_empty() { Err(cursor.error("expected a type")) } else { Ok((tokens.into_iter().collect(), rest)) }
    })?;
    Ok(ReturnType::Type(arrow, Box::new(Type::Verbatim(ty))))
}

fn is_where(token: &TokenTree) -> bool {
    matches!(token, TokenTree::Ident(word) if word == "where")
}
