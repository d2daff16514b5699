//! Attributes as they are while somebody types them, and worse.

use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};
use proptest::prelude::*;
use proptest::sample::Index;
use quote::quote;

use super::{ALL, pretty, tokens};
use crate::expand;

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

fn mutations() -> impl Strategy<Value = Vec<(Mutation, Index)>> {
    proptest::collection::vec((mutation(), any::<Index>()), 0..4)
}

/// Any tokens at all, in groups of every kind.
fn anything() -> impl Strategy<Value = TokenStream> {
    let words: Vec<&str> =
        STRAYS.into_iter().chain(["required", "max_age", "(", "all", "#", "b\"x\"", "1.5", "<", ">"]).collect();
    let leaf = proptest::sample::select(words).prop_map(tokens);
    leaf.prop_recursive(4, 32, 8, |inner| {
        (proptest::collection::vec(inner, 0..8), any::<u8>()).prop_map(|(parts, delimiter)| {
            let inside: TokenStream = parts.into_iter().collect();
            if delimiter % 5 == 4 {
                inside
            } else {
                TokenTree::from(Group::new(delimiter_of(delimiter), inside)).into()
            }
        })
    })
}

/// What a body may be while it is typed, as long as its braces match.
const BODIES: [&str; 3] =
    ["{ page }", "{ let total = 1 + ; total . }", "{ async move { #[a] |x, ..| r#type ! [1] } ; 'a: }"];

/// Handlers below other attributes, and as macros write them.
fn handler(signature: &str, body: &str) -> TokenStream {
    let mut item = tokens(signature);
    item.extend(tokens(body));
    item
}

const SIGNATURES: [&str; 3] = [
    "pub async fn account<T>(session: Session<User>, body: Json<T>) -> Page",
    "#[doc = \"\"] #[cfg(x)] #[allow(deprecated)] #[instrument] async fn account<'a, const N: usize>(Path((a, _)): Path<(u8, u8)>)",
    "#[allow(y)] #[utoipa::path(get)] #[cfg(x)] async fn account(_: Option<Session<User>>)",
];

fn text(tokens: &TokenStream) -> String {
    tokens.to_string()
}

/// The handler is there, with its body untouched, and something that the router takes; also below a mistake.
fn stands_for_a_handler(expansion: &TokenStream, body: &str) -> Result<(), TestCaseError> {
    let expansion = text(expansion);
    prop_assert!(expansion.contains("async fn account"), "no handler: {expansion}");
    prop_assert!(expansion.contains(&text(&tokens(body))), "another body: {expansion}");
    let comes_later = expansion.contains(":: session (");
    let is_routed =
        ["Guarded", "Public"].iter().any(|extractor| expansion.contains(&format!("{extractor} < __GuardOf_")));
    prop_assert!(is_routed || comes_later, "the router could not use it: {expansion}");
    Ok(())
}

fn is_a_file(expansion: &TokenStream) -> Result<(), TestCaseError> {
    prop_assert!(syn::parse2::<syn::File>(expansion.clone()).is_ok(), "no file: {expansion}");
    Ok(())
}

fn is_a_file_that_says_something(expansion: &TokenStream, item: &str) -> Result<(), TestCaseError> {
    is_a_file(expansion)?;
    let text = pretty(expansion);
    prop_assert!(text.contains(item) || text.contains("compile_error!"), "{text}");
    Ok(())
}

proptest! {
    #[test]
    fn an_attribute_on_a_handler(
        attribute in proptest::sample::select(&ROUTES[..]),
        signature in proptest::sample::select(&SIGNATURES[..]),
        mutations in mutations(),
    ) {
        let expansion = expand::session(typed(attribute, &mutations), handler(signature, BODIES[0]), ALL);
        is_a_file(&expansion)?;
        stands_for_a_handler(&expansion, BODIES[0])?;
    }

    #[test]
    fn an_attribute_above_a_half_typed_body(
        attribute in proptest::sample::select(&ROUTES[..]),
        signature in proptest::sample::select(&SIGNATURES[..]),
        body in proptest::sample::select(&BODIES[..]),
        mutations in mutations(),
    ) {
        let expansion = expand::session(typed(attribute, &mutations), handler(signature, body), ALL);
        stands_for_a_handler(&expansion, body)?;
    }

    #[test]
    fn an_attribute_on_a_policy(attribute in proptest::sample::select(&ROUTES[..]), mutations in mutations()) {
        let expansion = expand::policy(typed(attribute, &mutations), tokens("pub struct Staff;"), ALL);
        is_a_file(&expansion)?;
        prop_assert!(text(&expansion).contains("pub struct Staff ;"), "no policy: {expansion}");
        prop_assert!(text(&expansion).contains("Policy for Staff"), "nothing to build on: {expansion}");
    }

    #[test]
    fn an_attribute_on_a_principal(
        attribute in proptest::sample::select(&PRINCIPALS[..]),
        field in proptest::sample::select(&["id", "roles", "scopes", "id, scopes"][..]),
        mutations in mutations(),
        of_the_field in mutations(),
    ) {
        let (attribute, field) = (typed(attribute, &mutations), typed(field, &of_the_field));
        let item = quote! {
            #[principal(#attribute)] struct User { #[principal(id)] id: u64, #[principal(#field)] scopes: String }
        };
        is_a_file_that_says_something(&expand::principal(item, ALL), "Principal for User")?;
    }

    #[test]
    fn the_default_principal(
        ty in proptest::sample::select(&["User", "::shop::User<'static, [u8; 4]>", "fn(u8) -> dyn Send"][..]),
        mutations in mutations(),
    ) {
        let expansion = expand::default_principal(typed(ty, &mutations));
        is_a_file_that_says_something(&expansion, "type __SessionPrincipal")?;
    }

    #[test]
    fn any_tokens_at_all(any in anything()) {
        let (body, signature) = (BODIES[0], SIGNATURES[0]);
        let expansion = expand::session(any.clone(), handler(signature, body), ALL);
        is_a_file(&expansion)?;
        stands_for_a_handler(&expansion, body)?;
        is_a_file_that_says_something(&expand::policy(any.clone(), tokens("struct Staff;"), ALL), "struct Staff")?;
        let item = quote!(#[principal(#any)] struct User { #[principal(id)] id: u64 });
        is_a_file_that_says_something(&expand::principal(item, ALL), "Principal for User")?;
        is_a_file_that_says_something(&expand::default_principal(any), "type __SessionPrincipal")?;
    }

    /// What is no item of ours is left as it was, below an error.
    #[test]
    fn any_item_below_an_attribute(
        item in proptest::sample::select(&["async fn account(&self, ..) { x. }", "struct A { b: }", "impl X { fn }", "fn", ""][..]),
        mutations in mutations(),
    ) {
        let item = typed(item, &mutations);
        let (session, policy) = (tokens("required"), tokens("principal(User)"));
        for expansion in [expand::session(session, item.clone(), ALL), expand::policy(policy, item.clone(), ALL)] {
            let expansion = text(&expansion);
            prop_assert!(expansion.contains("compile_error") || expansion.contains("__private"), "{expansion}");
            prop_assert!(expansion.contains("__private") || expansion.contains(&text(&item)), "lost: {expansion}");
        }
        let expansion = text(&expand::principal(item, ALL));
        prop_assert!(expansion.contains("compile_error") || expansion.contains("__private"), "{expansion}");
    }
}
