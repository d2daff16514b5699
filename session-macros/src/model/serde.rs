//! The names by which serde knows a field.

use syn::ext::IdentExt;
use syn::meta::ParseNestedMeta;
use syn::{Attribute, Field, LitStr, Token, parenthesized};

/// `#[serde(rename_all = "..")]`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum RenameRule {
    Unchanged,
    Lower,
    Upper,
    Pascal,
    Camel,
    ScreamingSnake,
    Kebab,
    ScreamingKebab,
}

impl RenameRule {
    /// The rule by which a type with these attributes is serialised.
    pub(super) fn of(attributes: &[Attribute]) -> Self {
        Self::on(attributes, SERIALIZE)
    }

    fn on(attributes: &[Attribute], side: &str) -> Self {
        match values_of(attributes, "rename_all", side).pop().as_deref() {
            Some("lowercase") => Self::Lower,
            Some("UPPERCASE") => Self::Upper,
            Some("PascalCase") => Self::Pascal,
            Some("camelCase") => Self::Camel,
            Some("SCREAMING_SNAKE_CASE") => Self::ScreamingSnake,
            Some("kebab-case") => Self::Kebab,
            Some("SCREAMING-KEBAB-CASE") => Self::ScreamingKebab,
            // `snake_case` is how fields are called anyway; serde itself reports a rule that it does not know.
            _ => Self::Unchanged,
        }
    }

    /// The name of `field` under this rule.
    pub(super) fn apply(self, field: &str) -> String {
        match self {
            Self::Unchanged | Self::Lower => field.to_owned(),
            Self::Upper | Self::ScreamingSnake => field.to_ascii_uppercase(),
            Self::Pascal => pascal(field),
            Self::Camel => {
                let pascal = pascal(field);
                let mut letters = pascal.chars();
                letters.next().map(|first| first.to_ascii_lowercase()).into_iter().chain(letters).collect()
            }
            Self::Kebab => field.replace('_', "-"),
            Self::ScreamingKebab => field.to_ascii_uppercase().replace('_', "-"),
        }
    }
}

/// `#[serde(rename = "..")]`; the name it is serialised under where there are two.
pub(super) fn renamed(attributes: &[Attribute]) -> Option<String> {
    values_of(attributes, "rename", SERIALIZE).pop()
}

/// The option by which serde leaves the field out of what it reads or writes.
pub(super) fn skipped(attributes: &[Attribute]) -> Option<&'static str> {
    ["skip", "skip_serializing", "skip_deserializing"].into_iter().find(|word| has_word(attributes, word))
}

/// Every member of an object that serde reads into this field or writes from it.
///
/// A skipped field has no member. The members of a flattened field are those of its type, which are not known here.
pub(super) fn members_of(field: &Field, of_type: &[Attribute]) -> Vec<String> {
    let Some(ident) = &field.ident else { return Vec::new() };
    if has_word(&field.attrs, "skip") || has_word(&field.attrs, "flatten") {
        return Vec::new();
    }
    let name = ident.unraw().to_string();
    let on = |side| {
        let renamed = values_of(&field.attrs, "rename", side).pop();
        renamed.unwrap_or_else(|| RenameRule::on(of_type, side).apply(&name))
    };
    let mut members = vec![on(SERIALIZE), on(DESERIALIZE)];
    members.extend(values_of(&field.attrs, "alias", DESERIALIZE));
    members.sort();
    members.dedup();
    members
}

const SERIALIZE: &str = "serialize";
const DESERIALIZE: &str = "deserialize";

fn has_word(attributes: &[Attribute], word: &str) -> bool {
    let mut found = false;
    each_option(attributes, |meta| {
        found |= meta.path.is_ident(word);
        skip(meta)
    });
    found
}

/// The texts of every option `key` in its order: `key = ".."`, or that of one side in `key(serialize = "..")`.
fn values_of(attributes: &[Attribute], key: &str, side: &str) -> Vec<String> {
    let mut found = Vec::new();
    each_option(attributes, |meta| {
        if !meta.path.is_ident(key) {
            return skip(meta);
        }
        if meta.input.peek(Token![=]) {
            if let syn::Expr::Lit(syn::ExprLit { lit: syn::Lit::Str(text), .. }) = meta.value()?.parse()? {
                found.push(text.value());
            }
            return Ok(());
        }
        meta.parse_nested_meta(|inner| {
            let text: LitStr = inner.value()?.parse()?;
            if inner.path.is_ident(side) {
                found.push(text.value());
            }
            Ok(())
        })
    });
    found
}

fn each_option(attributes: &[Attribute], mut read: impl FnMut(&ParseNestedMeta<'_>) -> syn::Result<()>) {
    for attribute in attributes.iter().filter(|attribute| attribute.path().is_ident("serde")) {
        // What serde does not understand is for serde to report.
        let _ = attribute.parse_nested_meta(|meta| read(&meta));
    }
}

/// Passes over the value of an option.
fn skip(meta: &ParseNestedMeta<'_>) -> syn::Result<()> {
    if meta.input.peek(Token![=]) {
        meta.value()?.parse::<syn::Expr>()?;
    } else if meta.input.peek(syn::token::Paren) {
        let skipped;
        parenthesized!(skipped in meta.input);
        skipped.parse::<proc_macro2::TokenStream>()?;
    }
    Ok(())
}

fn pascal(field: &str) -> String {
    let mut name = String::new();
    let mut capitalise = true;
    for letter in field.chars() {
        if letter == '_' {
            capitalise = true;
        } else if std::mem::take(&mut capitalise) {
            name.push(letter.to_ascii_uppercase());
        } else {
            name.push(letter);
        }
    }
    name
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_are_serdes() {
        assert_eq!(RenameRule::Camel.apply("user_id"), "userId");
        assert_eq!(RenameRule::Pascal.apply("user_id"), "UserId");
        assert_eq!(RenameRule::Kebab.apply("user_id"), "user-id");
        assert_eq!(RenameRule::ScreamingKebab.apply("user_id"), "USER-ID");
        assert_eq!(RenameRule::ScreamingSnake.apply("user_id"), "USER_ID");
    }

    #[test]
    fn the_last_rename_counts_and_foreign_options_are_skipped() {
        let input: syn::DeriveInput = syn::parse_quote! {
            #[serde(bound(serialize = "x"), rename_all = "camelCase", deny_unknown_fields)]
            struct User {
                #[serde(default = "ids", rename(serialize = "sub", deserialize = "id"))]
                id: u64,
            }
        };
        assert_eq!(RenameRule::of(&input.attrs), RenameRule::Camel);
        let syn::Data::Struct(data) = input.data else { return };
        let renamed: Vec<_> = data.fields.iter().map(|field| renamed(&field.attrs)).collect();
        assert_eq!(renamed, [Some("sub".to_owned())]);
    }

    #[test]
    fn members_are_all_names_that_serde_reads_or_writes() {
        let input: syn::DeriveInput = syn::parse_quote! {
            #[serde(rename_all(serialize = "camelCase", deserialize = "kebab-case"))]
            struct User {
                user_id: u64,
                #[serde(default = "names", rename = "called", alias = "name", alias = "nick")]
                r#type: String,
                #[serde(rename(deserialize = "in"), skip_serializing_if = "Option::is_none")]
                other: Option<u8>,
                #[serde(skip)]
                cached: u8,
                #[serde(flatten)]
                rest: Rest,
            }
        };
        let syn::Data::Struct(data) = input.data else { return };
        let members: Vec<_> = data.fields.iter().map(|field| members_of(field, &input.attrs)).collect();
        assert_eq!(
            members,
            [vec!["user-id", "userId"], vec!["called", "name", "nick"], vec!["in", "other"], vec![], vec![]]
        );
    }
}
