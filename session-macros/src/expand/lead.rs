//! The way from the guard of a handler, which is as visible as the handler, to the policy, which is private, and to the
//! author's function.

use proc_macro2::{Delimiter, Group, Ident, Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{ReturnType, Signature, Type};

use super::guard::Guard;
use super::placed::Placed;
use super::policy::{Named, spec_at};
use super::spelling::Shared;
use super::{assertion, checks, handler, outside, spec};
use crate::check::CheckedHandler;
use crate::model::{Demand, DemandKind};

/// The implementation of a guard, and what it names.
///
/// Were the policy as visible as the handler, everything that it is about would have to be, too (E0446). What the router
/// finds missing is said at the router; the compiler then points to the implementation here, that is to say to the handler's
/// name, and to the bound, that is to say to its arguments; to whom the policy is about, where it has checks.
///
/// What only the guard needs stands in its method: a constant around it would be one more body for the compiler to check. What
/// is asserted of values does not, because the compiler would say in which method.
pub(super) fn items(
    checked: &CheckedHandler,
    named: &Named<'_>,
    guard: &Guard<'_>,
    compared: &[(&Type, Span)],
    placed: &Placed,
) -> TokenStream {
    let function = handler::inner(checked.handler(), placed);
    let mut values = assertion::values(named);
    values.extend(checked.confirmed_by_the_base().map(|ty| assertion::confirmed(named, ty)));
    let is_kept = !values.is_empty() || has_checked_roles(named);
    let spec = if is_kept { spec_at(Span::mixed_site()).into_token_stream() } else { spec::of(named) };
    let lead = Lead { checked, named, guard, compared, spec };
    let mut items = TokenStream::new();
    if is_kept {
        items.extend(named.kept_spec(&TokenStream::new()));
    }
    if named.knows_its_realm() {
        let stands_for = &named.ident;
        items.extend(named.realm());
        items.extend(quote!(struct #stands_for;));
    }
    let around = &placed.around;
    let lints = outside::of_all_clippy();
    if lints.is_none() && values.is_empty() && !named.knows_its_realm() {
        let implementation = lead.implementation(&quote!(#function #items));
        return quote!(#around #implementation);
    }
    let implementation = lead.implementation(&TokenStream::new());
    let mut rest = quote!(#items #values #implementation);
    if lints.is_some() {
        // Not around the author's function.
        rest = quote!(#lints const _: () = { #rest };);
    }
    quote! {
        #around
        const _: () = {
            #function
            #rest
        };
    }
}

/// Whether a handler demands a role and checks something. The guard's condition names the realm then, and in a body below such
/// a condition the compiler would say of a role, too, that its principal is none.
fn has_checked_roles(named: &Named<'_>) -> bool {
    let attribute = named.policy.attribute();
    let is_role = |demand: &&Demand| matches!(demand.kind, DemandKind::Role(_));
    !attribute.checks.is_empty() && attribute.every_demand().iter().any(is_role)
}

/// What leads a guard.
struct Lead<'a> {
    checked: &'a CheckedHandler,
    named: &'a Named<'a>,
    guard: &'a Guard<'a>,
    /// The principals that are to be the policy's.
    compared: &'a [(&'a Type, Span)],
    /// What the policy says: the value, or the static that holds it.
    spec: TokenStream,
}

impl Lead<'_> {
    fn implementation(&self, inside: &TokenStream) -> TokenStream {
        let Self { checked, named, guard, compared, .. } = *self;
        let rt = named.runtime().private();
        let [marker, follower] = ["__M", "__F"].map(|name| Ident::new(name, Span::mixed_site()));
        let RouterState { parameter, state } = RouterState::of(named);
        let name = checked.handler().signature.ident.span();
        let (rt_at_name, guard_at_name) = (named.runtime().private_at(name), guard.at(name));
        let guards = quote_spanned!(name=> #rt_at_name::Guards<#state, #marker> for #guard_at_name);
        let (bound, call) = self.bound_and_call(&state, &marker);
        let bounds = assertion::of_a_guard(named, compared);
        let (parameters, conditions) = (guard.parameters(), guard.conditions());
        // What the compiler says of the implementation as a whole is about whom the policy is about, and said there already.
        let whose = named.policy.whose().span();
        let implementation = Ident::new("impl", whose);
        let given = Ident::new("__follower", whose.resolved_at(Span::mixed_site()));
        let body = braces(whose, quote!(#inside #bounds #given.#call));
        let lead = braces(
            whose,
            quote_spanned!(whose=> fn lead<#follower: #rt::Follows<#state>>(#given: #follower) -> #follower::Output #body),
        );
        quote! {
            #[automatically_derived]
            #implementation<#parameters #parameter #marker: 'static> #guards
            where
                #conditions
                #bound,
            #lead
        }
    }

    /// What a guard needs to know to enforce its policy, and the call by which it does.
    fn bound_and_call(&self, state: &TokenStream, marker: &Ident) -> (TokenStream, TokenStream) {
        let Self { checked, named, spec, .. } = self;
        let among_arguments = checked.handler().signature.paren_token.span.join();
        let policy = Shared { named, span: among_arguments };
        let types = checked.handler().types().filter(|_| checked.is_callable());
        let function = self.function();
        let above = checks::base(named);
        let Some(checks::Own { value, via }) = checks::own(named) else {
            let rt = named.runtime().private_at(among_arguments);
            let follow = Ident::new(if above.is_some() { "follow_above" } else { "follow" }, Span::mixed_site());
            let above = above.as_slice();
            return (
                quote_spanned! {among_arguments=>
                    #policy: #rt::Enforced<#state, (#(#types,)*), #marker #(, #above)*>
                },
                quote!(#follow::<#policy #(, #above)*, _, #marker>(#spec, #function)),
            );
        };
        let whose = named.policy.whose().span();
        let (rt, realm) = (named.runtime().private_at(whose), named.realm_at(whose));
        let above = above.map_or_else(|| quote!(#rt::NoChecks), ToTokens::to_token_stream);
        // At the check: what the compiler says of it names the call, too.
        let follow = Ident::new("follow_checked", value.span());
        (
            quote_spanned! {whose=>
                #policy: #rt::EnforcedIn<#realm, #state, (#(#types,)*), #marker, #above>
            },
            quote!(#follow::<#policy, #above, #realm, _, #marker, #via>(#spec, #value, #function)),
        )
    }

    /// The author's function as a value. Spanned at the return type: whether that is a response is decided here.
    fn function(&self) -> TokenStream {
        let Self { checked, named, guard, .. } = self;
        if !checked.is_callable() {
            let rt = named.runtime().private();
            return quote!(#rt::uncallable);
        }
        let signature = &checked.handler().signature;
        let mut ident = signature.ident.clone();
        ident.set_span(ident.span().located_at(returned_at(signature)));
        let parameters = guard.turbofish();
        quote!(#ident #parameters)
    }
}

fn returned_at(signature: &Signature) -> Span {
    match &signature.output {
        ReturnType::Type(_, ty) => ty.span(),
        ReturnType::Default => signature.ident.span(),
    }
}

fn braces(span: Span, inside: TokenStream) -> Group {
    let mut group = Group::new(Delimiter::Brace, inside);
    group.set_span(span);
    group
}

/// The router's state, as a guard knows it.
struct RouterState {
    /// The parameter of the implementation that stands for it, unless it is known.
    parameter: TokenStream,
    state: TokenStream,
}

impl RouterState {
    /// Any, unless a check of the handler's own needs what `state(..)` names.
    fn of(named: &Named<'_>) -> Self {
        let attribute = named.policy.attribute();
        let state = Ident::new("__S", Span::mixed_site()).into_token_stream();
        match &attribute.state {
            _ if attribute.checks.is_empty() => Self { parameter: quote!(#state,), state },
            None => {
                let parameter = quote!(#state: ::core::marker::Send + ::core::marker::Sync + 'static,);
                Self { parameter, state }
            }
            Some(said) => Self { parameter: TokenStream::new(), state: said.value.to_token_stream() },
        }
    }
}
