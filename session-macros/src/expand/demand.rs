//! Demands as a tree of constants.

use proc_macro2::TokenStream;
use quote::quote;

use crate::diagnostics::written;
use crate::model::{Demand, DemandKind};

/// A slice of demands. Braced variants only: their temporaries live as long as the constant they stand in.
pub(super) fn list(demands: &[Demand], rt: &TokenStream) -> TokenStream {
    let demands = demands.iter().map(|demand| one(demand, rt));
    quote!(&[#(#demands),*])
}

fn one(demand: &Demand, rt: &TokenStream) -> TokenStream {
    match &demand.kind {
        DemandKind::Role(role) => {
            let text = written(role);
            quote!(#rt::Demand::Role { role: #role, written: #text })
        }
        DemandKind::Scope(scope) => quote!(#rt::Demand::Scope { scope: #scope }),
        DemandKind::All(of) => several("All", of, rt),
        DemandKind::Any(of) => several("Any", of, rt),
        DemandKind::Not(of) => several("Not", of, rt),
        // A mistake that was reported: what refuses nobody is left out of it.
        DemandKind::Check => several("All", &[], rt),
    }
}

fn several(variant: &str, of: &[Demand], rt: &TokenStream) -> TokenStream {
    let variant = quote::format_ident!("{variant}");
    let of = list(of, rt);
    quote!(#rt::Demand::#variant { of: #of })
}
