//! How serde calls a field: the names under which tokens carry them.

use syn::{Attribute, LitStr, Token, parenthesized};

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
    /// The rule of a type with these attributes.
    pub(super) fn of(attributes: &[Attribute]) -> Self {
        match value_of(attributes, "rename_all").as_deref() {
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
    value_of(attributes, "rename")
}

fn value_of(attributes: &[Attribute], key: &str) -> Option<String> {
    let mut found = None;
    for attribute in attributes.iter().filter(|attribute| attribute.path().is_ident("serde")) {
        // What serde does not understand is for serde to report.
        let _ = attribute.parse_nested_meta(|meta| {
            let is_it = meta.path.is_ident(key);
            if meta.input.peek(Token![=]) {
                let value: syn::Expr = meta.value()?.parse()?;
                if let (true, syn::Expr::Lit(syn::ExprLit { lit: syn::Lit::Str(text), .. })) = (is_it, value) {
                    found = Some(text.value());
                }
            } else if is_it && meta.input.peek(syn::token::Paren) {
                meta.parse_nested_meta(|inner| {
                    let text: LitStr = inner.value()?.parse()?;
                    if inner.path.is_ident("serialize") {
                        found = Some(text.value());
                    }
                    Ok(())
                })?;
            } else if meta.input.peek(syn::token::Paren) {
                let skipped;
                parenthesized!(skipped in meta.input);
                skipped.parse::<proc_macro2::TokenStream>()?;
            }
            Ok(())
        });
    }
    found
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
}
