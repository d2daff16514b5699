//! Attributes as they are while somebody types them, and worse.

use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};
use proptest::prelude::*;
use proptest::sample::Index;

use super::{policy, pretty, principal, session, tokens};

/// Attributes that say everything there is to say.
const ROUTES: [&str; 6] = [
    "required, max_age = \"15m\", sliding, cookie, csrf(same_site), login = \"/login\"",
    "policy(Staff), role(Role::Admin), fresh = \"5m\", check(owns_account), state(App), crate(::renamed)",
    "any(role(Role::Admin), all(role(Role::Staff), not(scope(\"x\")))), reauthenticate = \"/again\"",
    "optional, principal(User), bearer",
    "public",
    "extends(Staff), confirm = \"transfer\", factors(\"otp\")",
];

const PRINCIPALS: [&str; 3] = [
    "cookie(name = \"__Host-id\", same_site = \"none\", cross_site, partitioned), absolute = \"12h\", idle = \"2h\"",
    "bearer(alg(\"EdDSA\", \"RS256\"), legacy, issuer = \"https://id.example\", claim(\"use\", \"access\"), leeway = \"1m\")",
    "cookie(name = \"__Secure-id\", domain = \"a.example\", shared, path = \"/x\"), max_sessions = 3, crate(::renamed)",
];

/// What may turn up anywhere.
const STRAYS: [&str; 14] = [
    "=",
    ",",
    "::",
    "!",
    "&&",
    "\"\"",
    "\"15m\"",
    "900",
    "role",
    "r#crate",
    "'a",
    "é",
    "Session<User>",
    "\"\\u{0}é \"",
];

/// One thing that happens to a row of tokens.
#[derive(Clone, Debug)]
enum Mutation {
    Drop,
    Duplicate,
    Swap(Index),
    Nest(u8),
    Replace(Index),
    Inside(Box<Mutation>, Index),
}

fn mutation() -> impl Strategy<Value = Mutation> {
    let flat = prop_oneof![
        Just(Mutation::Drop),
        Just(Mutation::Duplicate),
        any::<Index>().prop_map(Mutation::Swap),
        any::<u8>().prop_map(Mutation::Nest),
        any::<Index>().prop_map(Mutation::Replace),
    ];
    flat.prop_recursive(3, 4, 1, |inner| {
        (inner, any::<Index>()).prop_map(|(inner, at)| Mutation::Inside(Box::new(inner), at))
    })
}

fn mutated(tokens: TokenStream, mutation: &Mutation, at: Index) -> TokenStream {
    let mut row: Vec<TokenTree> = tokens.into_iter().collect();
    if row.is_empty() {
        return TokenStream::new();
    }
    let place = at.index(row.len());
    match mutation {
        Mutation::Drop => drop(row.remove(place)),
        Mutation::Duplicate => row.extend(row.get(place).cloned()),
        Mutation::Swap(other) => row.swap(place, other.index(place + 1)),
        Mutation::Nest(delimiter) => {
            let inside = row.split_off(place).into_iter().collect();
            row.push(Group::new(delimiter_of(*delimiter), inside).into());
        }
        Mutation::Replace(stray) => {
            let stray = STRAYS.get(stray.index(STRAYS.len())).copied().unwrap_or_default();
            row.splice(place..=place, super::tokens(stray));
        }
        Mutation::Inside(inner, at) => {
            row = row.into_iter().map(|token| inside(token, inner, *at)).collect();
        }
    }
    row.into_iter().collect()
}

fn inside(token: TokenTree, mutation: &Mutation, at: Index) -> TokenTree {
    match token {
        TokenTree::Group(group) => Group::new(group.delimiter(), mutated(group.stream(), mutation, at)).into(),
        other => other,
    }
}

fn delimiter_of(number: u8) -> Delimiter {
    match number % 4 {
        0 => Delimiter::Parenthesis,
        1 => Delimiter::Bracket,
        2 => Delimiter::Brace,
        _ => Delimiter::None,
    }
}

fn typed(attribute: &str, mutations: &[(Mutation, Index)]) -> TokenStream {
    mutations.iter().fold(tokens(attribute), |tokens, (mutation, at)| mutated(tokens, mutation, *at))
}

fn is_a_file_that_says_something(expansion: &TokenStream, item: &str) -> Result<(), TestCaseError> {
    prop_assert!(syn::parse2::<syn::File>(expansion.clone()).is_ok(), "no file: {expansion}");
    let text = pretty(expansion);
    prop_assert!(text.contains(item) || text.contains("compile_error!"), "{text}");
    Ok(())
}

proptest! {
    #[test]
    fn an_attribute_on_a_handler(
        attribute in proptest::sample::select(&ROUTES[..]),
        mutations in proptest::collection::vec((mutation(), any::<Index>()), 0..4),
    ) {
        let attribute = typed(attribute, &mutations).to_string();
        let expansion = session(&attribute, "pub async fn account<T>(session: Session<User>, body: Json<T>) -> Page { page }");
        is_a_file_that_says_something(&expansion, "async fn account")?;
        prop_assert!(pretty(&expansion).contains("Guarded"), "the router could not use it: {expansion}");
    }

    #[test]
    fn an_attribute_on_a_policy(
        attribute in proptest::sample::select(&ROUTES[..]),
        mutations in proptest::collection::vec((mutation(), any::<Index>()), 0..4),
    ) {
        let attribute = typed(attribute, &mutations).to_string();
        is_a_file_that_says_something(&policy(&attribute, "pub struct Staff;"), "struct Staff")?;
    }

    #[test]
    fn an_attribute_on_a_principal(
        attribute in proptest::sample::select(&PRINCIPALS[..]),
        mutations in proptest::collection::vec((mutation(), any::<Index>()), 0..4),
    ) {
        let attribute = typed(attribute, &mutations);
        let item = format!("#[principal({attribute})] struct User {{ #[principal(id)] id: u64, #[principal(scopes)] scopes: String }}");
        is_a_file_that_says_something(&principal(&item), "Principal for User")?;
    }

    #[test]
    fn any_item_below_an_attribute(
        item in proptest::sample::select(&["async fn account(&self, ..) { x. }", "struct A { b: }", "impl X { fn }", "fn", "", "}"][..]),
        mutations in proptest::collection::vec((mutation(), any::<Index>()), 0..4),
    ) {
        let item = typed(item, &mutations).to_string();
        session("required", &item);
        policy("principal(User)", &item);
        principal(&item);
    }
}
