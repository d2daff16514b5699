//! The values of items.

use syn::parse::{Parse, ParseStream, Parser};
use syn::punctuated::Punctuated;
use syn::{LitInt, LitStr, Path, PathArguments, PathSegment, Token};

use super::item::Item;
use crate::diagnostics::{Mistake, written};

impl Item {
    /// The string behind `=` or in the parentheses.
    pub(crate) fn string(&self) -> Result<LitStr, Mistake> {
        syn::parse2(self.value.clone()).map_err(|_| self.needs("a string in quotes"))
    }

    /// The strings in the parentheses.
    pub(crate) fn strings(&self) -> Result<Vec<LitStr>, Mistake> {
        let parser = Punctuated::<LitStr, Token![,]>::parse_terminated;
        let strings = parser.parse2(self.value.clone()).map_err(|_| self.needs("strings in quotes"))?;
        if strings.is_empty() {
            return Err(Mistake::at(&self.argument(), format!("`{}()` is empty", self.name))
                .help(format!("write `{}`", self.key.example)));
        }
        Ok(strings.into_iter().collect())
    }

    /// The number behind `=`, at least one.
    pub(crate) fn count(&self) -> Result<u32, Mistake> {
        let number = syn::parse2::<LitInt>(self.value.clone()).and_then(|literal| literal.base10_parse::<u32>());
        match number {
            Ok(0) => Err(Mistake::at(&self.value, format!("`{}` of zero refuses everyone", self.name))
                .help(format!("write `{}`, or leave it out", self.key.example))),
            Ok(number) => Ok(number),
            Err(_) => Err(self.needs("a whole number")),
        }
    }

    /// The path of a constant or a function in the parentheses, as an expression spells it: `Role::<3>::Admin`.
    pub(crate) fn constant(&self) -> Result<Path, Mistake> {
        let mut path = self.path()?;
        for segment in &mut path.segments {
            if let PathArguments::AngleBracketed(arguments) = &mut segment.arguments {
                arguments.colon2_token.get_or_insert_with(|| Token![::](arguments.lt_token.span));
            }
        }
        Ok(path)
    }

    /// The path in the parentheses.
    pub(crate) fn path(&self) -> Result<Path, Mistake> {
        match syn::parse2::<Paths>(self.value.clone()) {
            Ok(Paths { first, .. }) if first.segments.iter().any(is_a_call) => Err(self.no_path()),
            Ok(Paths { first, more: false }) => Ok(first),
            Ok(_) => Err(self.one_path()),
            Err(_) => Err(self.no_path()),
        }
    }

    fn one_path(&self) -> Mistake {
        let name = &self.name;
        let each: Vec<String> = written(&self.value).split(", ").map(|path| format!("{name}({path})")).collect();
        let each = each.join(", ");
        let help = match self.key.name {
            "role" => format!("write `any({each})` to admit either, `all(..)` to demand both"),
            "check" => format!("write `{each}`; they run in this order"),
            _ => "keep one of them".to_owned(),
        };
        Mistake::at(&self.value, format!("one `{name}` holds one path")).help(help)
    }

    fn no_path(&self) -> Mistake {
        let (name, example) = (&self.name, self.key.example);
        let Ok(string) = syn::parse2::<LitStr>(self.value.clone()) else {
            return self.needs("a path");
        };
        let mistake = Mistake::at(&string, format!("`{name}` takes a path, not a string"));
        let text = string.value();
        if self.key.name == "role" {
            let role = variant(&text);
            return mistake.help(format!(
                "declare `enum Role {{ {role} }}` and write `role(Role::{role})`; an OAuth scope is `scope(\"{text}\")`"
            ));
        }
        match syn::parse_str::<Path>(&text) {
            Ok(path) => mistake.help(format!("write `{name}({})`", written(&path))),
            Err(_) => mistake.help(format!("write `{example}`")),
        }
    }

    /// What to say about a key of the table that no stage takes up: never, or something would be accepted and ignored.
    pub(crate) fn not_understood(&self) -> Mistake {
        Mistake::at(&self.name, format!("`{}` is not there yet in this version", self.name)).help("remove it")
    }

    /// What to say about a value of another kind.
    pub(super) fn needs(&self, kind: &str) -> Mistake {
        let at = if self.value.is_empty() { self.argument() } else { self.value.clone() };
        let text = if self.value.is_empty() {
            format!("`{}()` is empty", self.name)
        } else {
            format!("`{}` takes {kind}, not `{}`", self.name, written(&self.value))
        };
        Mistake::at(&at, text).help(format!("write `{}`", self.key.example))
    }
}

/// `Role(Admin)`, which is a path to `Fn` traits alone.
fn is_a_call(segment: &PathSegment) -> bool {
    matches!(segment.arguments, PathArguments::Parenthesized(_))
}

/// The value in an example of a key.
pub(super) fn of_example(example: &str) -> &str {
    example.split_once(" = ").map_or(example, |(_, value)| value)
}

/// One path, and whether there are more.
struct Paths {
    first: Path,
    more: bool,
}

impl Parse for Paths {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let paths = Punctuated::<Path, Token![,]>::parse_terminated(input)?;
        let more = paths.len() > 1;
        let first = paths.into_iter().next().ok_or_else(|| input.error("expected a path"))?;
        Ok(Self { first, more })
    }
}

/// How a role called `text` is spelt as a variant: `shop-admin` becomes `ShopAdmin`.
fn variant(text: &str) -> String {
    let words = text.split(|letter: char| !letter.is_alphanumeric()).filter(|word| !word.is_empty());
    let capitalised: String = words
        .map(|word| {
            let mut letters = word.chars();
            letters.next().into_iter().flat_map(char::to_uppercase).chain(letters).collect::<String>()
        })
        .collect();
    let is_name = capitalised.chars().next().is_some_and(char::is_alphabetic);
    if is_name { capitalised } else { "Admin".to_owned() }
}
