//! Key-values as a record keeps them, and what one request changed of them.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::clock::Timestamp;

/// The number of levels that a value may nest. `serde_json` reads 127 levels, and a record has three around a value: itself,
/// its key-values, their data.
const DEEPEST_VALUE: usize = 124;

/// A value for each key.
pub(crate) type Data = HashMap<String, Value>;

/// What a session holds beside its principal. Secrets, as the principal is: no `Debug`.
#[derive(Clone, Default, Serialize, Deserialize)]
pub(crate) struct KeyValues {
    #[serde(default, skip_serializing_if = "HashMap::is_empty")]
    data: Data,
    /// In milliseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    ends_at: Option<u64>,
}

impl KeyValues {
    pub(crate) const fn data(&self) -> &Data {
        &self.data
    }

    /// When they say that the session ends, sooner than it would.
    pub(crate) fn ends_at(&self) -> Option<Timestamp> {
        self.ends_at.map(Timestamp::from_millis)
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.data.is_empty() && self.ends_at.is_none()
    }

    /// These, for another session, which ends when that one does.
    pub(crate) fn carried_over(&self) -> Self {
        Self { data: self.data.clone(), ends_at: None }
    }
}

/// What one request changed, key by key: so that of two requests that meet neither takes back what the other did.
#[derive(Clone)]
pub(crate) struct Changes {
    set: Data,
    removed: Vec<String>,
    ends_at: Option<u64>,
}

impl Changes {
    /// Those that lead from what a request found to what it left. `ends_at` where it said that the session ends sooner.
    pub(crate) fn between(before: &Data, after: &Data, ends_at: Option<Timestamp>) -> Self {
        let is_new = |(key, value): &(&String, &Value)| before.get(*key) != Some(*value);
        Self {
            set: after.iter().filter(is_new).map(|(key, value)| (key.clone(), value.clone())).collect(),
            removed: before.keys().filter(|key| !after.contains_key(*key)).cloned().collect(),
            ends_at: ends_at.map(Timestamp::as_millis),
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.set.is_empty() && self.removed.is_empty() && self.ends_at.is_none()
    }

    /// Returns true if a value nests so deeply that a sealed record with it could not be read again. Such a value is not written to
    /// any store, so that an application behaves over each store in the same way.
    pub(crate) fn nest_too_deeply(&self) -> bool {
        self.set.values().any(|value| is_deeper_than(DEEPEST_VALUE, value))
    }

    /// Whether there is something to keep where nothing was.
    pub(crate) fn sets_something(&self) -> bool {
        !self.set.is_empty()
    }

    /// These changes, made to what stands now.
    pub(crate) fn applied_to(&self, standing: &KeyValues) -> KeyValues {
        let mut changed = standing.clone();
        changed.data.retain(|key, _| !self.removed.contains(key));
        changed.data.extend(self.set.clone());
        changed.ends_at = self.ends_at.into_iter().chain(standing.ends_at).min();
        changed
    }
}

fn is_deeper_than(levels: usize, value: &Value) -> bool {
    let inner = |value: &Value| levels.checked_sub(1).is_none_or(|levels| is_deeper_than(levels, value));
    match value {
        Value::Array(values) => levels == 0 || values.iter().any(inner),
        Value::Object(members) => levels == 0 || members.values().any(inner),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use proptest::collection::hash_map;
    use proptest::prelude::*;

    use super::*;

    fn data() -> impl Strategy<Value = Data> {
        hash_map("[a-d]", (0..3_u8).prop_map(Value::from), 0..4)
    }

    fn kept(data: Data) -> KeyValues {
        KeyValues { data, ends_at: None }
    }

    proptest! {
        #[test]
        fn what_one_request_leaves_is_what_is_kept(before in data(), after in data()) {
            let changes = Changes::between(&before, &after, None);
            prop_assert_eq!(changes.is_empty(), before == after);
            prop_assert_eq!(changes.applied_to(&kept(before)).data, after);
        }

        #[test]
        fn what_a_request_left_alone_stays_as_another_left_it(before in data(), after in data(), meanwhile in data()) {
            let changes = Changes::between(&before, &after, None);
            let merged = changes.applied_to(&kept(meanwhile.clone())).data;
            for key in ["a", "b", "c", "d"] {
                let touched = before.get(key) != after.get(key);
                let expected = if touched { after.get(key) } else { meanwhile.get(key) };
                prop_assert_eq!(merged.get(key), expected, "{}", key);
            }
        }
    }

    #[test]
    fn values_that_a_record_cannot_hold_are_found() {
        for (levels, is_readable) in [(0, true), (1, true), (123, true), (124, true), (125, false), (1_000, false)] {
            let arrays: fn(Value) -> Value = |value| Value::Array(vec![Value::Null, value]);
            let objects: fn(Value) -> Value = |value| Value::Object([("a".into(), value)].into_iter().collect());
            for nest in [arrays, objects] {
                let value = (0..levels).fold(Value::Null, |value, _| nest(value));
                let after = Data::from([("flat".into(), Value::Null), ("deep".into(), value)]);
                let changes = Changes::between(&Data::new(), &after, None);
                assert_eq!(changes.nest_too_deeply(), !is_readable, "{levels}");
                let record = serde_json::json!({ "key_values": changes.applied_to(&KeyValues::default()) });
                assert_eq!(serde_json::from_str::<Value>(&record.to_string()).is_ok(), is_readable, "{levels}");
            }
        }
    }

    #[test]
    fn an_end_is_only_moved_forward() {
        let at = Timestamp::from_secs;
        let ending =
            |ends_at, standing: &KeyValues| Changes::between(&Data::new(), &Data::new(), ends_at).applied_to(standing);
        let first = ending(Some(at(10)), &KeyValues::default());
        assert_eq!(first.ends_at(), Some(at(10)));
        for (said, expected) in [(None, 10), (Some(9), 9), (Some(10), 10), (Some(11), 10)] {
            assert_eq!(ending(said.map(at), &first).ends_at(), Some(at(expected)));
        }
        assert_eq!(first.carried_over().ends_at(), None);
    }
}
