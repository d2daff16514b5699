//! The fields of a principal.

use proc_macro2::TokenStream;
use quote::{ToTokens, TokenStreamExt};
use syn::ext::IdentExt;
use syn::{Attribute, Data, DeriveInput, Ident, Meta, Type};

use super::serde::{RenameRule, members_of, renamed, skipped};
use crate::diagnostics::{Diagnostics, Mistake};
use crate::syntax::{Features, Place, options};

/// The marked fields.
#[derive(Default)]
pub(crate) struct Fields {
    /// One, or as many as were marked.
    pub(crate) id: Vec<Field>,
    pub(crate) roles: Vec<Field>,
    pub(crate) scopes: Vec<Field>,
    pub(crate) issuer: Vec<Field>,
    /// The members of the type's JSON, marked or not.
    pub(crate) members: Vec<String>,
    /// Whether the type has fields at all that could be marked.
    pub(crate) are_named: bool,
}

/// A marked field.
pub(crate) struct Field {
    /// The mark.
    pub(crate) mark: Ident,
    pub(crate) name: Ident,
    pub(crate) ty: Type,
    /// How serde calls it.
    pub(crate) claim: String,
    /// The option by which serde leaves it out.
    pub(crate) skipped: Option<&'static str>,
}

impl Fields {
    /// Finds the fields that carry `#[principal(..)]`.
    pub(crate) fn read(input: &DeriveInput, features: Features, diagnostics: &mut Diagnostics) -> Self {
        let rule = RenameRule::of(&input.attrs);
        let Data::Struct(data) = &input.data else {
            return Self::default();
        };
        let syn::Fields::Named(named) = &data.fields else {
            return Self::default();
        };
        let mut fields = Self { are_named: true, ..Self::default() };
        for field in &named.named {
            let Some(name) = &field.ident else { continue };
            fields.members.extend(members_of(field, &input.attrs));
            let tokens = arguments(&field.attrs, diagnostics);
            for item in options(tokens, Place::Field, features, diagnostics) {
                let claim = renamed(&field.attrs).unwrap_or_else(|| rule.apply(&name.unraw().to_string()));
                let marked = Field {
                    mark: item.name.clone(),
                    name: name.clone(),
                    ty: field.ty.clone(),
                    claim,
                    skipped: skipped(&field.attrs),
                };
                match item.key.name {
                    "id" => fields.id.push(marked),
                    "roles" => fields.roles.push(marked),
                    "scopes" => fields.scopes.push(marked),
                    "issuer" => fields.issuer.push(marked),
                    _ => diagnostics.mistake(item.not_understood()),
                }
            }
        }
        fields
    }
}

/// What stands in the parentheses of every `#[principal(..)]`, as one list.
pub(super) fn arguments(attributes: &[Attribute], diagnostics: &mut Diagnostics) -> TokenStream {
    let mut tokens = TokenStream::new();
    for attribute in attributes.iter().filter(|attribute| attribute.path().is_ident("principal")) {
        match &attribute.meta {
            Meta::List(list) if tokens.is_empty() => tokens = list.tokens.clone(),
            Meta::List(list) => {
                let ends_in_comma = tokens.to_string().trim_end().ends_with(',');
                if !ends_in_comma {
                    tokens.append(proc_macro2::Punct::new(',', proc_macro2::Spacing::Alone));
                }
                tokens.append_all(list.tokens.clone());
            }
            meta => diagnostics.mistake(without_parentheses(meta)),
        }
    }
    tokens
}

fn without_parentheses(meta: &Meta) -> Mistake {
    Mistake::at(&meta.to_token_stream(), "`#[principal]` takes its options in parentheses")
        .help("write `#[principal(id)]` on the identifying field, or remove it")
}
