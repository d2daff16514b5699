//! What a visitor must be allowed to do: a tree.

use proc_macro2::{Ident, TokenStream};
use syn::{LitStr, Path};

use crate::diagnostics::{Diagnostics, Mistake, written};
use crate::syntax::{Features, Item, Place, options};

/// `role(..)`, `scope(..)`, `factors(..)`, `all(..)`, `any(..)` or `not(..)`, and `check(..)` and `confirm` where they do not belong.
pub(crate) struct Demand {
    pub(crate) key: Ident,
    /// Key and parentheses.
    pub(crate) tokens: TokenStream,
    /// The parentheses.
    pub(crate) argument: TokenStream,
    pub(crate) kind: DemandKind,
}

/// What is demanded.
pub(crate) enum DemandKind {
    Role(Path),
    Scope(LitStr),
    Factors(Vec<LitStr>),
    All(Vec<Demand>),
    Any(Vec<Demand>),
    Not(Vec<Demand>),
    Check,
    Confirm,
}

impl Demand {
    pub(super) fn read(item: &Item, features: Features, diagnostics: &mut Diagnostics) -> Option<Self> {
        let kind = match item.key.name {
            "role" => diagnostics.take(item.constant()).map(DemandKind::Role),
            "scope" => diagnostics.take(item.string()).map(DemandKind::Scope),
            "factors" => diagnostics.take(item.strings()).map(DemandKind::Factors),
            "all" => Self::several(item, features, diagnostics).map(DemandKind::All),
            "any" => Self::several(item, features, diagnostics).map(DemandKind::Any),
            "not" => Self::one(item, features, diagnostics).map(|of| DemandKind::Not(vec![of])),
            "check" => Some(DemandKind::Check),
            "confirm" => Some(DemandKind::Confirm),
            _ => diagnostics.take(Err(item.not_understood())),
        }?;
        Some(Self { key: item.name.clone(), tokens: item.tokens.clone(), argument: item.argument(), kind })
    }

    /// The text by which two demands are the same.
    pub(crate) fn text(&self) -> String {
        written(&self.tokens)
    }

    /// The demands that this one is made of.
    pub(crate) fn parts(&self) -> &[Self] {
        match &self.kind {
            DemandKind::All(parts) | DemandKind::Any(parts) | DemandKind::Not(parts) => parts,
            DemandKind::Role(_)
            | DemandKind::Scope(_)
            | DemandKind::Factors(_)
            | DemandKind::Check
            | DemandKind::Confirm => &[],
        }
    }

    /// This demand and everything inside it.
    pub(crate) fn every<'a>(&'a self, found: &mut Vec<&'a Self>) {
        found.push(self);
        for part in self.parts() {
            part.every(found);
        }
    }

    /// What stands in the parentheses; nothing when some of it is wrong and nothing else is left.
    fn several(item: &Item, features: Features, diagnostics: &mut Diagnostics) -> Option<Vec<Self>> {
        let parts: Vec<Self> = options(item.value.clone(), Place::Demand, features, diagnostics)
            .iter()
            .filter_map(|part| Self::read(part, features, diagnostics))
            .collect();
        (!parts.is_empty() || item.value.is_empty()).then_some(parts)
    }

    fn one(item: &Item, features: Features, diagnostics: &mut Diagnostics) -> Option<Self> {
        if item.value.is_empty() {
            return diagnostics.take(Err(
                Mistake::at(&item.argument(), "`not()` is empty").help(format!("write `{}`", item.key.example))
            ));
        }
        let mut parts = Self::several(item, features, diagnostics)?.into_iter();
        let first = parts.next();
        if parts.next().is_some() {
            let inside = written(&item.value);
            diagnostics.mistake(Mistake::at(&item.value, "one `not` holds one demand").help(format!(
                "write `not(any({inside}))` to refuse each, `not(all({inside}))` to refuse both at once"
            )));
        }
        first
    }
}
