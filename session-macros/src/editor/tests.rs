//! What becomes of keys, and that none of the table's is missing among those that editors offer.

#![allow(clippy::needless_raw_string_hashes, reason = "expect-test writes them")]

use expect_test::{Expect, expect, expect_file};
use proc_macro2::TokenStream;
use proptest::prelude::*;

use super::Editor;
use super::imports::module;
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
//! Written from the table of keys by `UPDATE_EXPECT=1 cargo test -p session-macros editor`.

#![allow(non_upper_case_globals)]
";

#[test]
fn editors_offer_every_key_of_the_table() {
    let modules = PLACES.map(|(place, name)| {
        let keys: Vec<String> = keys_of(place).map(offered).collect();
        format!("\n/// In {name}.\npub mod {} {{\n{}}}\n", module(place), keys.join("\n"))
    });
    expect_file!["../../../session-runtime/src/completion.rs"].assert_eq(&format!("{HEAD}{}", modules.concat()));
}

/// A constant that is called like the key.
fn offered(key: &Key) -> String {
    let feature = match key.availability {
        Availability::Now => "",
        Availability::Jwt => "    #[cfg(feature = \"jwt\")]\n",
        Availability::CookieTokens => "    #[cfg(feature = \"cookie-tokens\")]\n",
    };
    let (name, aside) = match key.name {
        // No item can be called so.
        "crate" => ("crate_", " (written without the underscore)"),
        name => (name, ""),
    };
    let Key { example, doc, .. } = key;
    format!("    /// `{example}`{aside}: {doc}\n{feature}    pub const {name}: &str = {example:?};\n")
}

fn of_attribute(arguments: &TokenStream, place: Place) -> TokenStream {
    Editor::of_attribute(arguments, &TokenStream::new(), place).complete(TokenStream::new())
}

fn of_principal(item: &TokenStream) -> TokenStream {
    Editor::of_principal(item).complete(TokenStream::new())
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
                #[cfg(rust_analyzer)] {}
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
                    let _ = Role::Admin;
                    let _ = owns;
                }
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
                #[cfg(rust_analyzer)] {}
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
                #[cfg(rust_analyzer)] {}
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
fn what_is_no_key_is_not_imported() {
    let nothing = of_attribute(&TokenStream::new(), Place::Session).to_string();
    for text in ["\"15m\"", "= role", "!role", "fn", "_", ",,", "crate(::session_runtime)"] {
        assert_eq!(of_attribute(&tokens(text), Place::Session).to_string(), nothing, "{text}");
    }
    check(
        &of_attribute(&TokenStream::new(), Place::Session),
        &expect![[r#"
        #[allow(unexpected_cfgs)]
        const _: () = {
            #[cfg(rust_analyzer)] {}
            #[cfg(rust_analyzer)]
            {
                mod session {
                    use ::session_runtime::__private::completion::session::*;
                    use self::{};
                }
            }
        };
    "#]],
    );
}

#[test]
fn paths_are_named_as_far_as_they_are_typed() {
    let arguments = tokens("policy(Staff), role(Role::), all(role(Role::Session<User>), role()), check(crate::owns)");
    check(
        &of_attribute(&arguments, Place::Session),
        &expect![[r#"
        #[allow(unexpected_cfgs)]
        const _: () = {
            #[cfg(rust_analyzer)]
            {
                let _: Staff;
                let _ = Role;
                let _ = ();
                let _ = ();
                let _ = crate::owns;
            }
            #[cfg(rust_analyzer)]
            {
                mod session {
                    use ::session_runtime::__private::completion::session::*;
                    use self::{policy as _, role as _, all as _, check as _};
                }
                mod demand {
                    use ::session_runtime::__private::completion::demand::*;
                    use self::{role as _, role as _};
                }
            }
        };
    "#]],
    );
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
                #[cfg(rust_analyzer)] {}
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

#[test]
fn methods_have_none() {
    let imports =
        |item| Editor::of_attribute(&tokens("opt"), &tokens(item), Place::Session).complete(TokenStream::new());
    assert!(imports("pub(self) async fn account<T>(&mut self, (a, b): Pair) {}").is_empty());
    assert!(!imports("pub(self) async fn account((a, b): Pair) { self.a }").is_empty());
}

const TYPED: [&str; 18] = [
    "required",
    ",",
    "max_age = ",
    "\"15m\"",
    "role(Role::Admin)",
    "role(Role::)",
    "role(Role<User>)",
    "check(<T>::x)",
    "check(fn)",
    "policy()",
    "state(&App)",
    "any(sc)",
    "csrf(o)",
    "crate(::renamed)",
    "crate(!)",
    "if",
    "!",
    "r#type",
];

proptest! {
    /// rustc reads what it leaves out.
    #[test]
    fn whatever_is_typed_can_be_read(typed in prop::collection::vec(prop::sample::select(&TYPED), 0..8)) {
        let imports = of_attribute(&tokens(&typed.join(" ")), Place::Session);
        prop_assert!(syn::parse2::<syn::File>(imports.clone()).is_ok(), "{typed:?}: {imports}");
    }
}
