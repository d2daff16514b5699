//! The items of one attribute or one pair of parentheses, each with a key that is known there.

use proc_macro2::TokenStream;
use quote::ToTokens;

use super::foreign::foreign;
use super::item::{Form, Item, Written, chunks};
use super::keys::{Key, Place, Shape, elsewhere, find, keys_of};
use super::{Features, value};
use crate::diagnostics::{Diagnostics, Mistake, nearest, written};

/// Reads the items in `tokens`, which stand where `place` is. What is wrong is reported and left out.
pub(crate) fn options(
    tokens: TokenStream,
    place: Place,
    features: Features,
    diagnostics: &mut Diagnostics,
) -> Vec<Item> {
    let mut items: Vec<Item> = Vec::new();
    for chunk in chunks(tokens) {
        let item = chunk.read().and_then(|item| known(item, place, features));
        let Some(item) = diagnostics.take(item) else { continue };
        match items.iter().find(|earlier| earlier.key.name == item.key.name && !item.key.repeats) {
            Some(first) => diagnostics.mistake(twice(&item, first)),
            None => items.push(item),
        }
    }
    items
}

/// The item, when its key is known where `place` is and this is the key's form.
fn known(item: Written, place: Place, features: Features) -> Result<Item, Mistake> {
    let Written { name, form, tokens } = item;
    let key = find(place, &name.to_string()).ok_or_else(|| unknown(&name, &form, place))?;
    if let Some((missing, enable)) = key.missing_feature(features) {
        return Err(Mistake::at(&name, format!("`{name}` needs the `{missing}` feature of `session-runtime`"))
            .help(format!("enable it in Cargo.toml: `session-runtime = {{ features = [\"{enable}\"] }}`")));
    }
    let value = match (key.shape, form) {
        (Shape::Flag, Form::Flag) => TokenStream::new(),
        (Shape::Value, Form::Value(value)) if !value.is_empty() => value,
        (Shape::List, Form::List(group)) => group.stream(),
        (_, form) => return Err(wrong_form(key, &name, &form, place)),
    };
    Ok(Item { key, name, value, tokens })
}

fn wrong_form(key: &Key, name: &syn::Ident, form: &Form, place: Place) -> Mistake {
    let example = key.example;
    match (key.shape, form) {
        (Shape::Flag, Form::Value(value)) => flag_with_value(key, &or(value, name)),
        (Shape::Flag, Form::List(group))
            if matches!(place, Place::Session | Place::Policy) && key.name != "sliding" =>
        {
            Mistake::at(group, format!("`{name}` takes no options on a route"))
                .help(format!("write `{name}`; its options belong into `#[principal({name}(..))]` of the type"))
        }
        (Shape::Flag, Form::List(group)) => flag_with_value(key, group),
        (Shape::Value, Form::List(group)) => Mistake::at(group, format!("`{name}` takes its value after `=`"))
            .help(format!("write `{name} = {}`", or_written(&group.stream(), value::of_example(example)))),
        (Shape::List, Form::Value(value)) if !value.is_empty() => {
            let help = match (key.name, place) {
                ("role" | "policy" | "extends" | "principal" | "check" | "state" | "crate" | "scope" | "alg", _) => {
                    format!("write `{name}({})`", written(value))
                }
                _ => format!("write `{example}`"),
            };
            Mistake::at(value, format!("`{name}` takes its value in parentheses")).help(help)
        }
        _ => Mistake::at(name, format!("`{name}` needs a value")).help(format!("write `{example}`")),
    }
}

fn flag_with_value(key: &Key, at: &impl ToTokens) -> Mistake {
    let help = match key.name {
        "sliding" => "write `sliding`, or leave it out for a fixed lifetime".to_owned(),
        name => format!("write `{name}`, or leave it out"),
    };
    Mistake::at(at, format!("`{}` is a flag and takes no value", key.name)).help(help)
}

/// `tokens`, or `other` where there are none.
fn or(tokens: &TokenStream, other: &impl ToTokens) -> TokenStream {
    if tokens.is_empty() { other.to_token_stream() } else { tokens.clone() }
}

fn or_written(tokens: &TokenStream, example: &str) -> String {
    if tokens.is_empty() { example.to_owned() } else { written(tokens) }
}

fn twice(item: &Item, first: &Item) -> Mistake {
    let mistake = Mistake::at(&item.name, format!("`{}` is given more than once", item.name));
    match item.key.shape {
        Shape::Flag => mistake.help("remove this one"),
        _ => mistake.help(format!("keep one of them; the first is `{}`", written(&first.tokens))),
    }
}

fn unknown(name: &syn::Ident, form: &Form, place: Place) -> Mistake {
    let word = name.to_string();
    if let Some(foreign) = foreign(place, &word) {
        let text = foreign.text.map_or_else(|| unknown_option(name, place), str::to_owned);
        return Mistake::at(name, text).help(foreign.help);
    }
    if let Some((key, home)) = elsewhere(&word, form.shape()) {
        let (owner, home) = home.home();
        let example = if matches!(form, Form::Flag) || key.shape == Shape::Flag { "" } else { key.example };
        let help =
            if example.is_empty() { format!("put it into {home}") } else { format!("put `{example}` into {home}") };
        return Mistake::at(name, format!("`{name}` belongs to {owner}")).help(help);
    }
    let mistake = Mistake::at(name, unknown_option(name, place));
    let mistake = match nearest(&word, keys_of(place).map(|key| key.name)) {
        Some(similar) => mistake.help(format!("a similar option exists: `{similar}`")),
        None => mistake,
    };
    let valid: Vec<String> = keys_of(place).map(|key| format!("`{}`", key.name)).collect();
    mistake.note(format!("valid options: {}", valid.join(", ")))
}

fn unknown_option(name: &syn::Ident, place: Place) -> String {
    format!("unknown option `{name}` in {}", place.name())
}
