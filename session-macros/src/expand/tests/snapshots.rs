//! Expansions, in full.
#![allow(clippy::needless_raw_string_hashes, clippy::too_many_lines, reason = "expect-test writes them")]

use expect_test::{Expect, expect};
use proc_macro2::TokenStream;

use super::{policy, pretty, principal, session};

fn check(expansion: &TokenStream, expected: &Expect) {
    expected.assert_eq(&pretty(expansion));
}

#[test]
fn handler() {
    check(
        &session(
            "required, max_age = \"15m\", sliding",
            "/// Documented.\npub async fn account(session: Session<User>, State(db): State<Db>) -> Html<String> { page(db) }",
        ),
        &expect![[r##"
            #[doc(hidden)]
            #[cfg_attr(
                clippy,
                allow(clippy::all, clippy::pedantic, clippy::nursery, clippy::restriction)
            )]
            pub enum __GuardOf_account {}
            const _: () = {
                #[cfg_attr(clippy, allow(clippy::unused_async))]
                async fn account(session: Session<User>, State(db): State<Db>) -> Html<String> {
                    page(db)
                }
                #[cfg_attr(
                    clippy,
                    allow(clippy::all, clippy::pedantic, clippy::nursery, clippy::restriction)
                )]
                const _: () = {
                    static __SPEC: ::session_runtime::__private::PolicySpec = ::session_runtime::__private::PolicySpec::of::<
                        <User as ::session_runtime::__private::Subject>::Realm,
                    >("account")
                        .max_age_sliding(900u64);
                    const _: () = ::session_runtime::__private::assert::max_age(&__SPEC);
                    const _: () = ::session_runtime::__private::assert::sliding(&__SPEC);
                    #[automatically_derived]
                    impl<__S, __M: 'static> ::session_runtime::__private::Guards<__S, __M>
                    for __GuardOf_account
                    where
                        ::session_runtime::__private::AboutPrincipal<
                            User,
                        >: ::session_runtime::__private::Enforced<
                            __S,
                            (Session<User>, State<Db>),
                            __M,
                        >,
                    {
                        fn lead<__F: ::session_runtime::__private::Follows<__S>>(
                            __follower: __F,
                        ) -> __F::Output {
                            __follower
                                .follow::<
                                    ::session_runtime::__private::AboutPrincipal<User>,
                                    _,
                                    __M,
                                >(__SPEC, account)
                        }
                    }
                };
            };
            /// Documented.
            #[cfg_attr(
                clippy,
                allow(clippy::all, clippy::pedantic, clippy::nursery, clippy::restriction)
            )]
            pub fn account(
                __session_call: ::session_runtime::__private::Guarded<__GuardOf_account>,
            ) -> ::session_runtime::__private::Guarded<__GuardOf_account> {
                __session_call
            }
        "##]],
    );
}

#[test]
fn generic_handler_below_a_policy_of_a_renamed_crate() {
    check(
        &session(
            "policy(Staff), role(Role::Admin), check(owns_account), crate(::renamed)",
            "#[cfg(unix)] #[instrument] #[allow(unused)] async fn r#match<'a, T: Job, const N: usize>(job: T) -> Done where T: Clone { done(job) }",
        ),
        &expect![[r##"
            #[doc(hidden)]
            #[cfg(unix)]
            #[cfg_attr(
                clippy,
                allow(clippy::all, clippy::pedantic, clippy::nursery, clippy::restriction)
            )]
            struct __GuardOf_match<'a, T: ?::core::marker::Sized, const N: usize>(
                ::core::marker::PhantomData<fn(&'a (), *const T)>,
            );
            #[cfg(unix)]
            #[allow(unused)]
            const _: () = {
                #[instrument]
                #[cfg_attr(clippy, allow(clippy::unused_async))]
                async fn r#match<'a, T: Job, const N: usize>(job: T) -> Done
                where
                    T: Clone,
                {
                    done(job)
                }
                #[cfg_attr(
                    clippy,
                    allow(clippy::all, clippy::pedantic, clippy::nursery, clippy::restriction)
                )]
                const _: () = {
                    static __SPEC: ::renamed::__private::PolicySpec = ::renamed::__private::PolicySpec::extending(
                            "match",
                            <Staff as ::renamed::__private::Policy>::SPEC,
                        )
                        .demands(
                            &[
                                ::renamed::__private::Demand::Role {
                                    held: |__principal| ::renamed::__private::holds::<
                                        <Staff as ::renamed::__private::Policy>::Realm,
                                    >()(__principal, Role::Admin),
                                    written: "Role::Admin",
                                },
                            ],
                        )
                        .checks(&["owns_account"]);
                    const _: () = ::renamed::__private::assert::asks_everybody(&__SPEC, "role(..)");
                    const _: () = ::renamed::__private::assert::asks_everybody(&__SPEC, "check(..)");
                    #[automatically_derived]
                    impl<
                        'a,
                        T: Job,
                        const N: usize,
                        __S: ::core::marker::Send + ::core::marker::Sync + 'static,
                        __M: 'static,
                    > ::renamed::__private::Guards<__S, __M> for __GuardOf_match<'a, T, N>
                    where
                        'a: 'static,
                        T: 'static,
                        T: Clone,
                        ::renamed::__private::AboutBase<
                            Staff,
                        >: ::renamed::__private::EnforcedIn<
                            <Staff as ::renamed::__private::Policy>::Realm,
                            __S,
                            (T,),
                            __M,
                            Staff,
                        >,
                    {
                        fn lead<__F: ::renamed::__private::Follows<__S>>(
                            __follower: __F,
                        ) -> __F::Output {
                            __follower
                                .follow_checked::<
                                    ::renamed::__private::AboutBase<Staff>,
                                    Staff,
                                    <Staff as ::renamed::__private::Policy>::Realm,
                                    _,
                                    __M,
                                    _,
                                >(__SPEC, owns_account, r#match::<T, N>)
                        }
                    }
                };
            };
            #[cfg(unix)]
            #[allow(unused)]
            #[cfg_attr(
                clippy,
                allow(clippy::all, clippy::pedantic, clippy::nursery, clippy::restriction)
            )]
            fn r#match<'a, T: Job, const N: usize>(
                __session_call: ::renamed::__private::Guarded<__GuardOf_match<'a, T, N>>,
            ) -> ::renamed::__private::Guarded<__GuardOf_match<'a, T, N>>
            where
                T: Clone,
            {
                __session_call
            }
        "##]],
    );
}

#[test]
fn handler_of_the_default_principal() {
    check(
        &session("", "async fn account() {}"),
        &expect![[r##"
            #[doc(hidden)]
            #[cfg_attr(
                clippy,
                allow(clippy::all, clippy::pedantic, clippy::nursery, clippy::restriction)
            )]
            enum __GuardOf_account {}
            const _: () = {
                #[cfg_attr(clippy, allow(clippy::unused_async))]
                async fn account() {}
                #[cfg_attr(
                    clippy,
                    allow(clippy::all, clippy::pedantic, clippy::nursery, clippy::restriction)
                )]
                const _: () = {
                    #[automatically_derived]
                    impl ::session_runtime::__private::About for __PolicyOf_account {
                        type Realm = <__PolicyOf_account as ::session_runtime::__private::DefaultRealm>::Realm;
                    }
                    const _: () = {
                        type __ThisPolicy = __PolicyOf_account;
                        const _: () = {
                            #[allow(unused_imports)]
                            use ::session_runtime::__private::no_principal::*;
                            const _: () = {
                                #[allow(unused_imports)]
                                use crate::*;
                                impl ::session_runtime::__private::DefaultRealm for __ThisPolicy {
                                    type Realm = ::session_runtime::__private::Of<
                                        __SessionPrincipal,
                                    >;
                                }
                                const _: fn() = || {
                                    fn whose<P: ::session_runtime::__private::Declared>() {}
                                    whose::<__SessionPrincipal>();
                                };
                            };
                        };
                    };
                    struct __PolicyOf_account;
                    #[automatically_derived]
                    impl<__S, __M: 'static> ::session_runtime::__private::Guards<__S, __M>
                    for __GuardOf_account
                    where
                        __PolicyOf_account: ::session_runtime::__private::Enforced<__S, (), __M>,
                    {
                        fn lead<__F: ::session_runtime::__private::Follows<__S>>(
                            __follower: __F,
                        ) -> __F::Output {
                            __follower
                                .follow::<
                                    __PolicyOf_account,
                                    _,
                                    __M,
                                >(
                                    ::session_runtime::__private::PolicySpec::of::<
                                        <__PolicyOf_account as ::session_runtime::__private::About>::Realm,
                                    >("account"),
                                    account,
                                )
                        }
                    }
                };
            };
            #[cfg_attr(
                clippy,
                allow(clippy::all, clippy::pedantic, clippy::nursery, clippy::restriction)
            )]
            fn account(
                __session_call: ::session_runtime::__private::Guarded<__GuardOf_account>,
            ) -> ::session_runtime::__private::Guarded<__GuardOf_account> {
                __session_call
            }
        "##]],
    );
}

#[test]
fn public_handler() {
    check(
        &session("public", "async fn health() -> &'static str { \"well\" }"),
        &expect![[r##"
            #[doc(hidden)]
            #[cfg_attr(
                clippy,
                allow(clippy::all, clippy::pedantic, clippy::nursery, clippy::restriction)
            )]
            enum __GuardOf_health {}
            const _: () = {
                #[cfg_attr(clippy, allow(clippy::unused_async))]
                async fn health() -> &'static str {
                    "well"
                }
                #[cfg_attr(
                    clippy,
                    allow(clippy::all, clippy::pedantic, clippy::nursery, clippy::restriction)
                )]
                const _: () = {
                    #[automatically_derived]
                    impl<__S, __M: 'static> ::session_runtime::__private::Guards<__S, __M>
                    for __GuardOf_health
                    where
                        ::session_runtime::__private::Open: ::session_runtime::__private::Enforced<
                            __S,
                            (),
                            __M,
                        >,
                    {
                        fn lead<__F: ::session_runtime::__private::Follows<__S>>(
                            __follower: __F,
                        ) -> __F::Output {
                            __follower
                                .follow::<
                                    ::session_runtime::__private::Open,
                                    _,
                                    __M,
                                >(::session_runtime::__private::PolicySpec::open("health"), health)
                        }
                    }
                };
            };
            #[cfg_attr(
                clippy,
                allow(clippy::all, clippy::pedantic, clippy::nursery, clippy::restriction)
            )]
            fn health(
                __session_call: ::session_runtime::__private::Guarded<__GuardOf_health>,
            ) -> ::session_runtime::__private::Guarded<__GuardOf_health> {
                __session_call
            }
        "##]],
    );
}

#[test]
fn named_policy() {
    check(
        &policy(
            "extends(Staff), any(role(Role::Admin), not(scope(\"x\"))), fresh = \"5m\", cookie, csrf(report), reauthenticate = \"/again\", state(App)",
            "pub struct Treasury;",
        ),
        &expect![[r#"
            pub struct Treasury;
            #[cfg_attr(
                clippy,
                allow(clippy::all, clippy::pedantic, clippy::nursery, clippy::restriction)
            )]
            const _: () = {
                static __SPEC: ::session_runtime::__private::PolicySpec = {
                    ::session_runtime::__private::assert::about::<
                        <Treasury as ::session_runtime::__private::Policy>::Realm,
                    >();
                    ::session_runtime::__private::assert::carries::<
                        <<Treasury as ::session_runtime::__private::Policy>::Realm as ::session_runtime::__private::PrincipalRealm>::Principal,
                    >();
                    ::session_runtime::__private::provides::<
                        App,
                        <<Treasury as ::session_runtime::__private::Policy>::Realm as ::session_runtime::__private::PrincipalRealm>::Principal,
                    >();
                    ::session_runtime::__private::PolicySpec::extending(
                            "Treasury",
                            <Staff as ::session_runtime::__private::Policy>::SPEC,
                        )
                        .fresh(300u64)
                        .via(true, false)
                        .csrf(::session_runtime::__private::ForgeryCheck::Report)
                        .reauthenticate("/again")
                        .demands(
                            &[
                                ::session_runtime::__private::Demand::Any {
                                    of: &[
                                        ::session_runtime::__private::Demand::Role {
                                            held: |__principal| ::session_runtime::__private::holds::<
                                                <Treasury as ::session_runtime::__private::Policy>::Realm,
                                            >()(__principal, Role::Admin),
                                            written: "Role::Admin",
                                        },
                                        ::session_runtime::__private::Demand::Not {
                                            of: &[
                                                ::session_runtime::__private::Demand::Scope {
                                                    scope: "x",
                                                },
                                            ],
                                        },
                                    ],
                                },
                            ],
                        )
                };
                #[automatically_derived]
                impl ::session_runtime::__private::Policy for Treasury {
                    type Realm = <Staff as ::session_runtime::__private::Policy>::Realm;
                    type Checked = Self;
                    const SPEC: &'static ::session_runtime::__private::PolicySpec = &__SPEC;
                }
                #[automatically_derived]
                impl<
                    __R: ::session_runtime::__private::Visited,
                > ::session_runtime::__private::Checks<__R, App> for Treasury
                where
                    Staff: ::session_runtime::__private::Checks<__R, App>,
                {
                    type Run = <Staff as ::session_runtime::__private::Checks<__R, App>>::Run;
                }
                const _: () = ::session_runtime::__private::assert::fresh(&__SPEC);
                const _: () = ::session_runtime::__private::assert::via(&__SPEC, true);
                const _: () = ::session_runtime::__private::assert::csrf(&__SPEC);
                const _: () = ::session_runtime::__private::assert::asks_everybody(
                    &__SPEC,
                    "any(..)",
                );
                const _: () = ::session_runtime::__private::assert::reads_sessions(
                    &__SPEC,
                    "reauthenticate",
                );
            };
        "#]],
    );
}

#[test]
fn principal_with_everything() {
    check(
        &principal(
            "#[principal(cookie(name = \"__Secure-id\", same_site = \"strict\", path = \"/app\"),
                bearer(alg(\"EdDSA\"), issuer = \"https://id.example\", auth_time), absolute = \"12h\", idle = \"2h\", max_sessions = 3)]
            #[serde(rename_all = \"camelCase\")]
            struct User<K: Kind> {
                #[principal(id)] user_id: Id<K>,
                #[principal(roles)] roles: Vec<Role>,
                #[principal(scopes)] #[serde(rename = \"scope\")] scopes: String,
            }",
        ),
        &expect![[r##"
            #[automatically_derived]
            #[cfg_attr(
                clippy,
                allow(clippy::all, clippy::pedantic, clippy::nursery, clippy::restriction)
            )]
            impl<K: Kind> ::session_runtime::__private::Principal for User<K> {
                type Id = Id<K>;
                type Role = <Vec<Role> as ::session_runtime::__private::RoleSet>::Role;
                const SPEC: &'static ::session_runtime::__private::PrincipalSpec = {
                    static __SPEC: ::session_runtime::__private::PrincipalSpec = ::session_runtime::__private::PrincipalSpec::new(
                            "User",
                            ::session_runtime::__private::RealmName::default(
                                ::core::concat!(::core::env!("CARGO_PKG_NAME"), "/User"),
                            ),
                            ::session_runtime::__private::ClaimNames {
                                id: "userId",
                                roles: ::core::option::Option::Some("roles"),
                                scopes: ::core::option::Option::Some("scope"),
                                issuer: ::core::option::Option::None,
                            },
                        )
                        .cookie(
                            ::session_runtime::__private::CookieSpec::new("__Secure-id")
                                .same_site(::session_runtime::__private::SameSite::Strict)
                                .path("/app"),
                        )
                        .bearer(
                            ::session_runtime::__private::BearerSpec::new(
                                    &[::session_runtime::__private::Algorithm::EdDSA],
                                )
                                .issuer("https://id.example")
                                .auth_time(),
                        )
                        .absolute(43200u64)
                        .idle(7200u64)
                        .max_sessions(3u32)
                        .members(&["userId", "roles", "scope"]);
                    &__SPEC
                };
                fn id(&self) -> &Id<K> {
                    &self.user_id
                }
                fn has_role(
                    &self,
                    __role: &<Vec<Role> as ::session_runtime::__private::RoleSet>::Role,
                ) -> ::core::primitive::bool {
                    <Vec<Role> as ::session_runtime::__private::RoleSet>::holds(&self.roles, __role)
                }
                fn has_scope(&self, __scope: &::core::primitive::str) -> ::core::primitive::bool {
                    <String as ::session_runtime::__private::ScopeSet>::holds(&self.scopes, __scope)
                }
                fn restrict_roles(
                    &mut self,
                    __may: ::session_runtime::__private::MayHold<
                        '_,
                        <Vec<Role> as ::session_runtime::__private::RoleSet>::Role,
                    >,
                ) -> ::core::primitive::bool {
                    <Vec<
                        Role,
                    > as ::session_runtime::__private::RoleSet>::restrict(&mut self.roles, __may)
                }
                fn restrict_scopes(
                    &mut self,
                    __may: ::session_runtime::__private::MayHold<'_, ::core::primitive::str>,
                ) -> ::core::primitive::bool {
                    <String as ::session_runtime::__private::ScopeSet>::restrict(
                        &mut self.scopes,
                        __may,
                    )
                }
            }
            #[automatically_derived]
            #[cfg_attr(
                clippy,
                allow(clippy::all, clippy::pedantic, clippy::nursery, clippy::restriction)
            )]
            impl<K: Kind> ::session_runtime::__private::Declared for User<K> {}
            #[automatically_derived]
            #[cfg_attr(
                clippy,
                allow(clippy::all, clippy::pedantic, clippy::nursery, clippy::restriction)
            )]
            impl<K: Kind> ::session_runtime::__private::Subject for User<K> {
                type Realm = ::session_runtime::__private::Of<Self>;
            }
            #[automatically_derived]
            #[cfg_attr(
                clippy,
                allow(clippy::all, clippy::pedantic, clippy::nursery, clippy::restriction)
            )]
            impl<K: Kind> ::session_runtime::__private::CarriesRoles for User<K> {
                type Role = <Vec<Role> as ::session_runtime::__private::RoleSet>::Role;
                fn carries(
                    &self,
                    __role: &<Vec<Role> as ::session_runtime::__private::RoleSet>::Role,
                ) -> ::core::primitive::bool {
                    <Vec<Role> as ::session_runtime::__private::RoleSet>::holds(&self.roles, __role)
                }
            }
            #[automatically_derived]
            #[cfg_attr(
                clippy,
                allow(clippy::all, clippy::pedantic, clippy::nursery, clippy::restriction)
            )]
            impl<K: Kind> ::session_runtime::__private::CarriesScopes for User<K> {}
            #[automatically_derived]
            #[cfg_attr(
                clippy,
                allow(clippy::all, clippy::pedantic, clippy::nursery, clippy::restriction)
            )]
            impl<K: Kind> ::session_runtime::__private::EndsSessions for User<K> {}
            #[automatically_derived]
            #[cfg_attr(
                clippy,
                allow(clippy::all, clippy::pedantic, clippy::nursery, clippy::restriction)
            )]
            impl<K: Kind> ::session_runtime::__private::ListsSessions for User<K> {}
        "##]],
    );
}

#[test]
fn mistakes_leave_a_handler_that_the_router_can_use() {
    check(
        &session("requird, max_age = 900, role(Role::Admin)", "async fn account(session: Session<User>) {}"),
        &expect![[r#"
            ::core::compile_error! {
                "unknown option `requird` in `#[session]`\n= help: a similar option exists: `required`\n= note: valid options: `required`, `optional`, `public`, `policy`, `max_age`, `sliding`, `fresh`, `role`, `scope`, `all`, `any`, `not`, `check`, `factors`, `confirm`, `cookie`, `bearer`, `csrf`, `login`, `reauthenticate`, `principal`, `state`, `crate`"
            }
            ::core::compile_error! {
                "a duration needs a unit\n= help: write `\"900s\"` or `\"15m\"`"
            }
            const _: fn() = || {
                let _ = Role::Admin;
            };
            #[doc(hidden)]
            #[cfg_attr(
                clippy,
                allow(clippy::all, clippy::pedantic, clippy::nursery, clippy::restriction)
            )]
            enum __GuardOf_account {}
            const _: () = {
                #[cfg_attr(clippy, allow(clippy::unused_async))]
                async fn account(session: Session<User>) {}
                #[cfg_attr(
                    clippy,
                    allow(clippy::all, clippy::pedantic, clippy::nursery, clippy::restriction)
                )]
                const _: () = {
                    #[automatically_derived]
                    impl<__S, __M: 'static> ::session_runtime::__private::Guards<__S, __M>
                    for __GuardOf_account
                    where
                        ::session_runtime::__private::AboutPrincipal<
                            User,
                        >: ::session_runtime::__private::Enforced<__S, (Session<User>,), __M>,
                    {
                        fn lead<__F: ::session_runtime::__private::Follows<__S>>(
                            __follower: __F,
                        ) -> __F::Output {
                            __follower
                                .follow::<
                                    ::session_runtime::__private::AboutPrincipal<User>,
                                    _,
                                    __M,
                                >(
                                    ::session_runtime::__private::PolicySpec::of::<
                                        <User as ::session_runtime::__private::Subject>::Realm,
                                    >("account"),
                                    account,
                                )
                        }
                    }
                };
            };
            #[cfg_attr(
                clippy,
                allow(clippy::all, clippy::pedantic, clippy::nursery, clippy::restriction)
            )]
            fn account(
                __session_call: ::session_runtime::__private::Guarded<__GuardOf_account>,
            ) -> ::session_runtime::__private::Guarded<__GuardOf_account> {
                __session_call
            }
        "#]],
    );
}

#[test]
fn a_signature_that_cannot_be_called_leaves_one_too() {
    check(
        &session("required", "async fn account(user: impl Extract) -> Page { page }"),
        &expect![[r#"
            ::core::compile_error! {
                "the guard must name this type\n= help: use a type parameter or the concrete extractor"
            }
            #[doc(hidden)]
            #[cfg_attr(
                clippy,
                allow(clippy::all, clippy::pedantic, clippy::nursery, clippy::restriction)
            )]
            enum __GuardOf_account {}
            const _: () = {
                #[cfg_attr(clippy, allow(clippy::unused_async))]
                async fn account(user: impl Extract) -> Page {
                    page
                }
                #[cfg_attr(
                    clippy,
                    allow(clippy::all, clippy::pedantic, clippy::nursery, clippy::restriction)
                )]
                const _: () = {
                    #[automatically_derived]
                    impl<__S, __M: 'static> ::session_runtime::__private::Guards<__S, __M>
                    for __GuardOf_account
                    where
                        ::session_runtime::__private::Open: ::session_runtime::__private::Enforced<
                            __S,
                            (),
                            __M,
                        >,
                    {
                        fn lead<__F: ::session_runtime::__private::Follows<__S>>(
                            __follower: __F,
                        ) -> __F::Output {
                            __follower
                                .follow::<
                                    ::session_runtime::__private::Open,
                                    _,
                                    __M,
                                >(
                                    ::session_runtime::__private::PolicySpec::open("account"),
                                    ::session_runtime::__private::uncallable,
                                )
                        }
                    }
                };
            };
            #[cfg_attr(
                clippy,
                allow(clippy::all, clippy::pedantic, clippy::nursery, clippy::restriction)
            )]
            fn account(
                __session_call: ::session_runtime::__private::Guarded<__GuardOf_account>,
            ) -> ::session_runtime::__private::Guarded<__GuardOf_account> {
                __session_call
            }
        "#]],
    );
}

#[test]
fn half_typed() {
    check(
        &session("required, max_age = ", "async fn account(session: Session<User>) -> Page { let name = session. }"),
        &expect![[
            r#":: core :: compile_error ! { "`max_age` needs a value\n= help: write `max_age = \"15m\"`" } # [doc (hidden)] # [cfg_attr (clippy , allow (clippy :: all , clippy :: pedantic , clippy :: nursery , clippy :: restriction))] enum __GuardOf_account { } const _ : () = { # [cfg_attr (clippy , allow (clippy :: unused_async))] async fn account (session : Session < User >) -> Page { let name = session . } # [cfg_attr (clippy , allow (clippy :: all , clippy :: pedantic , clippy :: nursery , clippy :: restriction))] const _ : () = { # [automatically_derived] impl < __S , __M : 'static > :: session_runtime :: __private :: Guards < __S , __M > for __GuardOf_account where :: session_runtime :: __private :: AboutPrincipal < User > : :: session_runtime :: __private :: Enforced < __S , (Session < User > ,) , __M > , { fn lead < __F : :: session_runtime :: __private :: Follows < __S >> (__follower : __F) -> __F :: Output { __follower . follow :: < :: session_runtime :: __private :: AboutPrincipal < User > , _ , __M > (:: session_runtime :: __private :: PolicySpec :: of :: < < User as :: session_runtime :: __private :: Subject > :: Realm > ("account") , account) } } } ; } ; # [cfg_attr (clippy , allow (clippy :: all , clippy :: pedantic , clippy :: nursery , clippy :: restriction))] fn account (__session_call : :: session_runtime :: __private :: Guarded < __GuardOf_account >) -> :: session_runtime :: __private :: Guarded < __GuardOf_account > { __session_call }"#
        ]],
    );
}

#[test]
fn mistakes_leave_a_principal() {
    check(
        &principal("#[principal(cookie(name = \"sid\"))] struct User { id: u64 }"),
        &expect![[r#"
            ::core::compile_error! {
                "a principal needs one field that identifies it\n= help: put `#[principal(id)]` on that field"
            }
            ::core::compile_error! {
                "without a prefix a sibling site can plant this cookie\n= help: name it `__Host-sid`"
            }
            #[automatically_derived]
            #[cfg_attr(
                clippy,
                allow(clippy::all, clippy::pedantic, clippy::nursery, clippy::restriction)
            )]
            impl ::session_runtime::__private::Principal for User {
                type Id = ();
                type Role = ::session_runtime::__private::NoRole;
                const SPEC: &'static ::session_runtime::__private::PrincipalSpec = {
                    static __SPEC: ::session_runtime::__private::PrincipalSpec = ::session_runtime::__private::PrincipalSpec::new(
                            "User",
                            ::session_runtime::__private::RealmName::default(
                                ::core::concat!(::core::env!("CARGO_PKG_NAME"), "/User"),
                            ),
                            ::session_runtime::__private::ClaimNames {
                                id: "id",
                                roles: ::core::option::Option::None,
                                scopes: ::core::option::Option::None,
                                issuer: ::core::option::Option::None,
                            },
                        )
                        .cookie(::session_runtime::__private::CookieSpec::new("__Host-id"))
                        .members(&["id"]);
                    &__SPEC
                };
                fn id(&self) -> &() {
                    &()
                }
                fn has_role(
                    &self,
                    __role: &::session_runtime::__private::NoRole,
                ) -> ::core::primitive::bool {
                    match *__role {}
                }
                fn has_scope(&self, __scope: &::core::primitive::str) -> ::core::primitive::bool {
                    let _ = __scope;
                    false
                }
            }
            #[automatically_derived]
            #[cfg_attr(
                clippy,
                allow(clippy::all, clippy::pedantic, clippy::nursery, clippy::restriction)
            )]
            impl ::session_runtime::__private::Declared for User {}
            #[automatically_derived]
            #[cfg_attr(
                clippy,
                allow(clippy::all, clippy::pedantic, clippy::nursery, clippy::restriction)
            )]
            impl ::session_runtime::__private::Subject for User {
                type Realm = ::session_runtime::__private::Of<Self>;
            }
            #[automatically_derived]
            #[cfg_attr(
                clippy,
                allow(clippy::all, clippy::pedantic, clippy::nursery, clippy::restriction)
            )]
            impl ::session_runtime::__private::EndsSessions for User {}
            #[automatically_derived]
            #[cfg_attr(
                clippy,
                allow(clippy::all, clippy::pedantic, clippy::nursery, clippy::restriction)
            )]
            impl ::session_runtime::__private::ListsSessions for User {}
        "#]],
    );
}
