//! Demands as a tree of constants.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};

use super::policy::Named;
use crate::diagnostics::written;
use crate::model::{Demand, DemandKind};

/// The demands, if there are any. Braced variants only: a reference to them is a constant, which lives as long as the program,
/// wherever it stands.
pub(super) fn list(demands: &[Demand], named: &Named<'_>) -> Option<TokenStream> {
    (!demands.is_empty()).then(|| array(demands, named))
}

fn array(demands: &[Demand], named: &Named<'_>) -> TokenStream {
    let demands = demands.iter().map(|demand| one(demand, named));
    quote!([#(#demands),*])
}

fn one(demand: &Demand, named: &Named<'_>) -> TokenStream {
    let rt = named.runtime().private();
    match &demand.kind {
        DemandKind::Role(role) => {
            let text = written(role);
            let held = held(demand, role, named);
            quote!(#rt::Demand::Role { held: #held, written: #text })
        }
        DemandKind::Scope(scope) => quote!(#rt::Demand::Scope { scope: #scope }),
        DemandKind::Factors(of) => quote!(#rt::Demand::Factors { of: &[#(#of),*] }),
        DemandKind::All(of) => several("All", of, named),
        DemandKind::Any(of) => several("Any", of, named),
        DemandKind::Not(of) => several("Not", of, named),
        // A mistake that was reported: what refuses nobody is left out of it.
        DemandKind::Check | DemandKind::Confirm => several("All", &[], named),
    }
}

/// At the demand: whether its principal carries roles is judged here, and at the path, whether this is one.
fn held(demand: &Demand, role: &syn::Path, named: &Named<'_>) -> TokenStream {
    let span = demand.key.span();
    let (rt, realm) = (named.runtime().private_at(span), named.realm_at(span));
    let principal = syn::Ident::new("__principal", span.resolved_at(proc_macro2::Span::mixed_site()));
    quote_spanned!(span=> |#principal| #rt::holds::<#realm>()(#principal, #role))
}

fn several(variant: &str, of: &[Demand], named: &Named<'_>) -> TokenStream {
    let rt = named.runtime().private();
    let variant = quote::format_ident!("{variant}");
    let of = array(of, named);
    quote!(#rt::Demand::#variant { of: &#of })
}
