//! The JSON of a principal, so that an old release keeps what a newer one has added to it.

use std::collections::BTreeMap;
use std::sync::Arc;

#[cfg(any(feature = "jwt", feature = "sealing"))]
use serde::{Serialize, Serializer};
use serde_json::value::{RawValue, to_raw_value};

use crate::principal::{AsKept, Principal};

/// The JSON that a principal was read from. Empty for a principal that was not read from JSON.
#[derive(Clone, Default)]
pub(crate) struct PrincipalJson(Option<Arc<RawValue>>);

type Members = BTreeMap<String, Box<RawValue>>;

impl PrincipalJson {
    /// Reads a principal and keeps its JSON.
    #[cfg(any(feature = "jwt", feature = "sealing"))]
    pub(crate) fn read<P: Principal>(json: &RawValue) -> serde_json::Result<(P, Self)> {
        let AsKept(principal) = serde_json::from_str(json.get())?;
        Ok((principal, Self(Some(json.to_owned().into()))))
    }

    /// The JSON of `after`, which takes the place of `before`, the principal that was read from this JSON.
    ///
    /// A member that is the same before and after stays as it was read. So does a member that this release does not know:
    /// neither is it written from `before`, nor does a field name it.
    pub(crate) fn after<P: Principal>(&self, before: &P, after: &P) -> serde_json::Result<Self> {
        let Some(read) = &self.0 else { return Ok(Self::default()) };
        let (before, after) = (to_raw_value(&AsKept(before))?, to_raw_value(&AsKept(after))?);
        if is_same(&before, &after) {
            return Ok(self.clone());
        }
        let (Some(read), Some(before), Some(mut merged)) = (members(read), members(&before), members(&after)) else {
            return Ok(Self::default());
        };
        let stays = |name: &str, text: &RawValue| match (before.get(name), merged.get(name)) {
            (Some(before), Some(after)) => after.get() != text.get() && is_same(before, after),
            (None, None) => !is_named::<P>(name),
            _ => false,
        };
        let kept: Members = read.into_iter().filter(|(name, text)| stays(name, text)).collect();
        if kept.is_empty() {
            return Ok(Self::default());
        }
        let wanted = read_back::<P>(&merged);
        for (name, text) in kept {
            let replaced = merged.insert(name.clone(), text);
            // An alias of a flattened type looks unknown as well: it must not undo the change.
            if read_back::<P>(&merged) != wanted {
                match replaced {
                    Some(text) => merged.insert(name, text),
                    None => merged.remove(&name),
                };
            }
        }
        Ok(Self(Some(to_raw_value(&merged)?.into())))
    }

    /// The members that this release does not know, of the JSON that `principal` was read from.
    #[cfg(feature = "jwt")]
    pub(crate) fn unknown<P: Principal>(&self, principal: &P) -> Members {
        let written = to_raw_value(&AsKept(principal)).ok().and_then(|json| members(&json));
        let (Some(read), Some(written)) = (self.0.as_ref().and_then(|json| members(json)), written) else {
            return Members::new();
        };
        read.into_iter().filter(|(name, _)| !written.contains_key(name) && !is_named::<P>(name)).collect()
    }
}

/// Returns true if a field of the principal has this name in JSON.
fn is_named<P: Principal>(member: &str) -> bool {
    P::SPEC.members.contains(&member)
}

/// Serialises a principal: as it was read, where it was.
#[cfg(any(feature = "jwt", feature = "sealing"))]
pub(crate) struct AsRead<'a, P>(pub(crate) &'a P, pub(crate) &'a PrincipalJson);

#[cfg(any(feature = "jwt", feature = "sealing"))]
impl<P: Principal> Serialize for AsRead<'_, P> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match &self.1.0 {
            Some(json) => json.serialize(serializer),
            None => AsKept(self.0).serialize(serializer),
        }
    }
}

/// Two principals side by side.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Difference {
    /// Their JSON has the same members and elements, in whatever order the members are.
    Nothing,
    /// Only the order of elements differs: a set has none.
    Order,
    /// Something else.
    Value,
}

impl Difference {
    /// The difference between the JSON of two principals.
    pub(crate) fn between<P: Principal>(one: &P, other: &P) -> serde_json::Result<Self> {
        let (one, other) = (to_raw_value(&AsKept(one))?, to_raw_value(&AsKept(other))?);
        Ok(if is_same(&one, &other) {
            Self::Nothing
        } else if canonical(&one, Elements::Sorted) == canonical(&other, Elements::Sorted) {
            Self::Order
        } else {
            Self::Value
        })
    }
}

/// Returns true if two JSON texts differ at most in the order of members.
fn is_same(one: &RawValue, other: &RawValue) -> bool {
    one.get() == other.get() || canonical(one, Elements::InOrder) == canonical(other, Elements::InOrder)
}

fn members(json: &RawValue) -> Option<Members> {
    serde_json::from_str(json.get()).ok()
}

/// The principal that is read from these members, as JSON to be compared.
fn read_back<P: Principal>(members: &Members) -> Option<String> {
    let AsKept(principal) = serde_json::from_str::<AsKept<P>>(&serde_json::to_string(members).ok()?).ok()?;
    Some(canonical(&to_raw_value(&AsKept(&principal)).ok()?, Elements::Sorted))
}

#[derive(Clone, Copy)]
enum Elements {
    InOrder,
    Sorted,
}

/// The text with its members sorted by name. Numbers keep their digits, whatever their width.
fn canonical(json: &RawValue, elements: Elements) -> String {
    let text = json.get();
    if let Some(members) = text.starts_with('{').then(|| members(json)).flatten() {
        let name = |name| serde_json::Value::String(name).to_string();
        let members = members.into_iter().map(|(key, value)| format!("{}:{}", name(key), canonical(&value, elements)));
        return format!("{{{}}}", members.collect::<Vec<_>>().join(","));
    }
    if text.starts_with('[')
        && let Ok(values) = serde_json::from_str::<Vec<&RawValue>>(text)
    {
        let mut values: Vec<_> = values.into_iter().map(|value| canonical(value, elements)).collect();
        if matches!(elements, Elements::Sorted) {
            values.sort();
        }
        return format!("[{}]", values.join(","));
    }
    text.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn raw(json: &str) -> Box<RawValue> {
        RawValue::from_string(json.to_owned()).unwrap()
    }

    #[test]
    fn order_of_members_says_nothing() {
        let one = raw(r#"{"a":[1,2],"b":{"c":"x","d":340282366920938463463374607431768211455}}"#);
        let other = raw(r#"{ "b": {"d":340282366920938463463374607431768211455, "c":"x"}, "a":[1,2]}"#);
        assert!(is_same(&one, &other));
        for other in [
            r#"{"a":[2,1],"b":{"c":"x","d":340282366920938463463374607431768211455}}"#,
            r#"{"a":[1,2],"b":{"c":"x","d":340282366920938463463374607431768211454}}"#,
            r#"{"a":[1,2],"b":{"c":"x"}}"#,
            "[]",
            "null",
        ] {
            assert!(!is_same(&one, &raw(other)), "{other}");
        }
    }

    #[test]
    fn elements_are_compared_in_any_order_where_asked() {
        let canonical = |json| canonical(&raw(json), Elements::Sorted);
        assert_eq!(canonical(r#"{"a":[[2,1],3]}"#), canonical(r#"{"a":[3,[1,2]]}"#));
        assert_ne!(canonical(r#"{"a":[1,1,2]}"#), canonical(r#"{"a":[1,2,2]}"#));
    }
}
