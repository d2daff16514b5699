//! A principal as an implementation of `Principal`.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::ext::IdentExt;
use syn::spanned::Spanned;

use super::outside;
use crate::check::CheckedPrincipal;
use crate::model::{BearerOptions, CookieOptions, Field, PrincipalAttribute, Private, SameSite};

/// The implementations of a principal.
pub(super) fn implementation(principal: &CheckedPrincipal) -> TokenStream {
    let rt = principal.attribute().runtime.private();
    let input = principal.input();
    let ident = &input.ident;
    let (generics, parameters, condition) = input.generics.split_for_impl();
    let spec = spec(principal, &rt);
    let (role, has_role) = roles(principal.roles(), &rt);
    let (id, id_of) = id(principal.id());
    let has_scope = has_scope(principal.scopes(), &rt);
    let issuer = issuer(principal.issuer(), &rt);
    let restrictions = restrictions(principal, &role, &rt);
    let carries_roles = principal.roles().map(|_| {
        (
            quote!(CarriesRoles),
            quote! {
                type Role = #role;
                fn carries(&self, __role: &#role) -> ::core::primitive::bool {
                    #has_role
                }
            },
        )
    });
    let carries_scopes = principal.scopes().map(|_| (quote!(CarriesScopes), quote!()));
    let remembered = principal.persistent().map(|_| (quote!(RememberedPrincipal), quote!()));
    let subject = (quote!(Subject), quote!(type Realm = #rt::Of<Self>;));
    let marks = [Some((quote!(Declared), quote!())), Some(subject), carries_roles, carries_scopes, remembered]
        .into_iter()
        .flatten();
    let marks = marks.chain(powers(principal.attribute()).iter().map(|name| {
        let name = quote::format_ident!("{name}");
        (quote!(#name), quote!())
    }));
    let (marks, types): (Vec<TokenStream>, Vec<TokenStream>) = marks.unzip();
    let lints = outside::of_all_clippy();
    quote! {
        #[automatically_derived]
        #lints
        impl #generics #rt::Principal for #ident #parameters #condition {
            type Id = #id;
            type Role = #role;
            const SPEC: &'static #rt::PrincipalSpec = {
                static __SPEC: #rt::PrincipalSpec = #spec;
                &__SPEC
            };
            fn id(&self) -> &#id {
                #id_of
            }
            fn has_role(&self, __role: &#role) -> ::core::primitive::bool {
                #has_role
            }
            fn has_scope(&self, __scope: &::core::primitive::str) -> ::core::primitive::bool {
                #has_scope
            }
            #issuer
            #restrictions
        }
        #(
            #[automatically_derived]
            #lints
            impl #generics #rt::#marks for #ident #parameters #condition { #types }
        )*
    }
}

/// What can be done to the sessions of a principal: the runtime asks for these where it does it.
fn powers(attribute: &PrincipalAttribute) -> &'static [&'static str] {
    let carried = attribute.cookie.as_ref().map(|cookie| &cookie.value).filter(|cookie| cookie.token.is_some());
    match carried {
        None => &["EndsSessions", "ListsSessions"],
        Some(cookie) if cookie.unrevocable.is_none() => &["EndsSessions"],
        Some(_) => &["ForgetsCookies"],
    }
}

fn id(field: Option<&Field>) -> (TokenStream, TokenStream) {
    match field {
        Some(Field { name, ty, .. }) => (quote!(#ty), quote!(&self.#name)),
        // After a mistake: there is none.
        None => (quote!(()), quote!(&())),
    }
}

fn roles(field: Option<&Field>, rt: &Private<'_>) -> (TokenStream, TokenStream) {
    match field {
        Some(Field { name, ty, .. }) => {
            let span = ty.span();
            let holds = quote_spanned!(span=> <#ty as #rt::RoleSet>::holds);
            (quote_spanned!(span=> <#ty as #rt::RoleSet>::Role), quote!(#holds(&self.#name, __role)))
        }
        None => (quote!(#rt::NoRole), quote!(match *__role {})),
    }
}

fn has_scope(field: Option<&Field>, rt: &Private<'_>) -> TokenStream {
    let Some(Field { name, ty, .. }) = field else {
        return quote! {
            let _ = __scope;
            false
        };
    };
    let holds = quote_spanned!(ty.span()=> <#ty as #rt::ScopeSet>::holds);
    quote!(#holds(&self.#name, __scope))
}

/// The issuer of a principal that has a field for it.
fn issuer(field: Option<&Field>, rt: &Private<'_>) -> Option<TokenStream> {
    let Field { name, ty, .. } = field?;
    let text = quote_spanned!(ty.span()=> <#ty as #rt::IssuerText>::issuer_text);
    Some(quote! {
        fn issuer(&self) -> ::core::option::Option<&::core::primitive::str> {
            ::core::option::Option::Some(#text(&self.#name))
        }
    })
}

/// Removal of the roles and scopes that an issuer may not grant.
fn restrictions(principal: &CheckedPrincipal, role: &TokenStream, rt: &Private<'_>) -> TokenStream {
    let bool = quote!(::core::primitive::bool);
    let roles = principal.roles().map(|Field { name, ty, .. }| {
        quote! {
            fn restrict_roles(&mut self, __may: #rt::MayHold<'_, #role>) -> #bool {
                <#ty as #rt::RoleSet>::restrict(&mut self.#name, __may)
            }
        }
    });
    let scopes = principal.scopes().map(|Field { name, ty, .. }| {
        quote! {
            fn restrict_scopes(&mut self, __may: #rt::MayHold<'_, ::core::primitive::str>) -> #bool {
                <#ty as #rt::ScopeSet>::restrict(&mut self.#name, __may)
            }
        }
    });
    quote!(#roles #scopes)
}

fn spec(principal: &CheckedPrincipal, rt: &Private<'_>) -> TokenStream {
    let attribute = principal.attribute();
    let name = principal.input().ident.unraw().to_string();
    let id = principal.id().map_or("id", |field| &field.claim);
    let roles = claim(principal.roles());
    let scopes = claim(principal.scopes());
    let issuer = claim(principal.issuer());
    let travels = travels(attribute, rt);
    let limits = limits(attribute);
    let members = principal.members();
    let realm = if let Some(given) = &attribute.realm {
        let realm = &given.value;
        quote!(#rt::RealmName::declared(#realm))
    } else {
        // The package of the deriving crate, so that two packages with a type of this name have two realms.
        let type_path = format!("/{name}");
        quote!(#rt::RealmName::default(::core::concat!(::core::env!("CARGO_PKG_NAME"), #type_path)))
    };
    let claims = quote!(#rt::ClaimNames { id: #id, roles: #roles, scopes: #scopes, issuer: #issuer });
    quote!(#rt::PrincipalSpec::new(#name, #realm, #claims) #travels #limits .members(&[#(#members),*]))
}

fn claim(field: Option<&Field>) -> TokenStream {
    let claim = field.map(|field| &field.claim);
    claim.map_or_else(|| quote!(::core::option::Option::None), |claim| quote!(::core::option::Option::Some(#claim)))
}

/// The cookie, the tokens, or both; a cookie where neither is declared.
fn travels(attribute: &PrincipalAttribute, rt: &Private<'_>) -> TokenStream {
    let bearer = attribute.bearer.as_ref().map(|given| bearer(&given.value, rt));
    let cookie = match &attribute.cookie {
        Some(given) => Some(cookie(&given.value, rt)),
        None => bearer.is_none().then(|| cookie(&CookieOptions::default(), rt)),
    };
    quote!(#cookie #bearer)
}

fn cookie(options: &CookieOptions, rt: &Private<'_>) -> TokenStream {
    let name = options.name();
    let same_site = options.same_site.as_ref().map(|given| match given.value {
        SameSite::Strict => quote!(.same_site(#rt::SameSite::Strict)),
        SameSite::Lax => quote!(.same_site(#rt::SameSite::Lax)),
        SameSite::None => quote!(.same_site(#rt::SameSite::None)),
    });
    let path = options.path.as_ref().map(|given| &given.value).map(|path| quote!(.path(#path)));
    let domain = options.domain.as_ref().map(|given| &given.value).map(|domain| quote!(.domain(#domain)));
    let shared = options.shared.as_ref().map(|_| quote!(.shared()));
    let partitioned = options.partitioned.as_ref().map(|_| quote!(.partitioned()));
    let persistent = options.persistent.as_ref().map(|given| given.value.seconds);
    let persistent = persistent.map(|seconds| quote!(.persistent(#seconds)));
    let ends = if options.unrevocable.is_some() { quote!(Unrevocable) } else { quote!(Revocable) };
    let token = options.token.as_ref().map(|_| quote!(.token(#rt::CookieToken::#ends)));
    quote!(.cookie(#rt::CookieSpec::new(#name) #same_site #path #domain #shared #partitioned #persistent #token))
}

fn bearer(options: &BearerOptions, rt: &Private<'_>) -> TokenStream {
    let algorithms = options.algorithms.iter().flat_map(|given| &given.value);
    let algorithms = algorithms.map(|name| quote::format_ident!("{}", name.value(), span = name.span()));
    let issuer = options.issuer.as_ref().map(|given| &given.value).map(|issuer| quote!(.issuer(#issuer)));
    let audience = options.audience.as_ref().map(|given| &given.value).map(|audience| quote!(.audience(#audience)));
    let typ = options.typ.as_ref().map(|given| &given.value).map(|typ| quote!(.typ(#typ)));
    let leeway = options.leeway.as_ref().map(|given| given.value.seconds).map(|seconds| quote!(.leeway(#seconds)));
    let max_age = options.max_age.as_ref().map(|given| given.value.seconds).map(|seconds| quote!(.max_age(#seconds)));
    let auth_time = options.auth_time.as_ref().map(|_| quote!(.auth_time()));
    let revocable = options.revocable.as_ref().map(|_| quote!(.revocable()));
    let claim = options.claim.as_ref().map(|given| &given.value).map(|(name, value)| quote!(.claim(#name, #value)));
    quote! {
        .bearer(
            #rt::BearerSpec::new(&[#(#rt::Algorithm::#algorithms),*])
                #issuer #audience #typ #leeway #max_age #auth_time #revocable #claim
        )
    }
}

fn limits(attribute: &PrincipalAttribute) -> TokenStream {
    let absolute = attribute.absolute.as_ref().map(|given| given.value.seconds).map(|limit| quote!(.absolute(#limit)));
    let idle = attribute.idle.as_ref().map(|given| given.value.seconds).map(|limit| quote!(.idle(#limit)));
    let sessions = attribute.max_sessions.as_ref().map(|given| given.value).map(|count| quote!(.max_sessions(#count)));
    quote!(#absolute #idle #sessions)
}
