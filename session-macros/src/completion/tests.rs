//! What becomes of keys, and that none of the table's is missing among those that editors offer.

#![allow(clippy::needless_raw_string_hashes, reason = "expect-test writes them")]

use expect_test::{Expect, expect, expect_file};
use proc_macro2::TokenStream;

use super::{module, of_attribute, of_principal};
use crate::syntax::{Availability, Key, Place, keys_of};

const PLACES: [(Place, &str); 8] = [
    (Place::Session, "`#[session(..)]`"),
    (Place::Policy, "`#[policy(..)]`"),
    (Place::Demand, "`all(..)`, `any(..)` and `not(..)`"),
    (Place::Csrf, "`csrf(..)`"),
    (Place::Principal, "`#[principal(..)]` on a type"),
    (Place::Cookie, "`cookie(..)` of a principal"),
    (Place::Bearer, "`bearer(..)` of a principal"),
    (Place::Field, "`#[principal(..)]` on a field"),
];

const HEAD: &str = "\
//! What editors offer inside the attributes, each with a line of documentation. Expansions import these under
//! `cfg(rust_analyzer)`.
//!
//! Written from the table of keys by `UPDATE_EXPECT=1 cargo test -p session-macros completion`.

#![allow(non_upper_case_globals)]
";

#[test]
fn editors_offer_every_key_of_the_table() {
    let modules = PLACES.map(|(place, name)| {
        let keys: Vec<String> = keys_of(place).filter_map(offered).collect();
        format!("\n/// In {name}.\npub mod {} {{\n{}}}\n", module(place), keys.join("\n"))
    });
    expect_file!["../../../session-runtime/src/completion.rs"].assert_eq(&format!("{HEAD}{}", modules.concat()));
}

/// A constant that is called like the key.
fn offered(key: &Key) -> Option<String> {
    let feature = match key.availability {
        Availability::Now => "",
        Availability::Jwt => "    #[cfg(feature = \"jwt\")]\n",
        // It would be an error right after it was chosen.
        Availability::Later(_) => return None,
    };
    let (name, aside) = match key.name {
        // No item can be called so.
        "crate" => ("crate_", " (written without the underscore)"),
        name => (name, ""),
    };
    let Key { example, doc, .. } = key;
    Some(format!("    /// `{example}`{aside}: {doc}\n{feature}    pub const {name}: &str = {example:?};\n"))
}

fn check(imports: &TokenStream, expected: &Expect) {
    let file = syn::parse2(imports.clone()).map(|file| prettyplease::unparse(&file));
    expected.assert_eq(&file.unwrap_or_else(|mistake| format!("{mistake}: {imports}")));
}

fn tokens(text: &str) -> TokenStream {
    text.parse().unwrap_or_default()
}

#[test]
fn a_half_typed_key_is_imported_like_a_finished_one() {
    check(
        &of_attribute(&tokens("required, max_age = \"15m\", sli"), Place::Session),
        &expect![[r#"
        #[allow(unexpected_cfgs)]
        const _: () = {
            #[cfg(rust_analyzer)]
            {
                mod session {
                    use ::session_runtime::__private::completion::session::*;
                    use self::{required as _, max_age as _, sli as _};
                }
            }
        };
    "#]],
    );
}

#[test]
fn keys_in_parentheses_are_of_another_place() {
    let arguments = tokens("any(role(Role::Admin), not(sco)), check(owns), csrf(o)");
    check(
        &of_attribute(&arguments, Place::Policy),
        &expect![[r#"
        #[allow(unexpected_cfgs)]
        const _: () = {
            #[cfg(rust_analyzer)]
            {
                mod policy {
                    use ::session_runtime::__private::completion::policy::*;
                    use self::{any as _, check as _, csrf as _};
                }
                mod demand {
                    use ::session_runtime::__private::completion::demand::*;
                    use self::{role as _, not as _, sco as _};
                }
                mod csrf {
                    use ::session_runtime::__private::completion::csrf::*;
                    use self::o as _;
                }
            }
        };
    "#]],
    );
}

#[test]
fn a_renamed_runtime_is_asked() {
    check(
        &of_attribute(&tokens("opt, crate(::renamed)"), Place::Session),
        &expect![[r#"
        #[allow(unexpected_cfgs)]
        const _: () = {
            #[cfg(rust_analyzer)]
            {
                mod session {
                    use ::renamed::__private::completion::session::*;
                    use self::opt as _;
                }
            }
        };
    "#]],
    );
    check(
        &of_attribute(&tokens("opt, crate(::)"), Place::Session),
        &expect![[r#"
        #[allow(unexpected_cfgs)]
        const _: () = {
            #[cfg(rust_analyzer)]
            {
                mod session {
                    use ::session_runtime::__private::completion::session::*;
                    use self::opt as _;
                }
            }
        };
    "#]],
    );
}

#[test]
fn what_is_no_key_is_left_alone() {
    for text in ["", "crate(::renamed)", "\"15m\"", "= role", "!role", "fn", "_", ",,"] {
        assert_eq!(of_attribute(&tokens(text), Place::Session).to_string(), "", "{text}");
    }
}

#[test]
fn principals_have_keys_on_the_type_and_on_fields() {
    let item = tokens(
        "#[principal(cookie(na), abs)] #[serde(rename_all)] #[principal] struct User { #[principal(i)] id: u64, name: String }",
    );
    check(
        &of_principal(&item),
        &expect![[r#"
        #[allow(unexpected_cfgs)]
        const _: () = {
            #[cfg(rust_analyzer)]
            {
                mod principal {
                    use ::session_runtime::__private::completion::principal::*;
                    use self::{cookie as _, abs as _};
                }
                mod cookie {
                    use ::session_runtime::__private::completion::cookie::*;
                    use self::na as _;
                }
                mod field {
                    use ::session_runtime::__private::completion::field::*;
                    use self::i as _;
                }
            }
        };
    "#]],
    );
    assert!(of_principal(&tokens("fn user() {}")).is_empty());
}
