//! The unit struct below `#[policy]`.

use proc_macro2::TokenStream;
use syn::{Item, ItemStruct};

use crate::diagnostics::Mistake;

/// The struct, when it is one that can stand for a policy.
pub(super) fn parse(item: &TokenStream) -> syn::Result<ItemStruct> {
    match syn::parse2::<Item>(item.clone())? {
        Item::Struct(unit)
            if unit.fields.is_empty() && unit.semi_token.is_some() && unit.generics.params.is_empty() =>
        {
            Ok(unit)
        }
        Item::Struct(unit) => {
            let name = &unit.ident;
            Err(Mistake::at(name, "a policy is a constant: it has neither fields nor parameters")
                .help(format!("write `struct {name};`"))
                .into())
        }
        Item::Fn(function) => Err(Mistake::at(&function.sig.fn_token, "`#[policy]` names a policy")
            .help("to guard a handler use `#[session(..)]`")
            .into()),
        other => Err(Mistake::at(&first(&other), "`#[policy]` names a policy")
            .help("write it above a unit struct: `#[policy(..)] struct Staff;`")
            .into()),
    }
}

fn first(item: &Item) -> TokenStream {
    quote::ToTokens::to_token_stream(item).into_iter().take(1).collect()
}
