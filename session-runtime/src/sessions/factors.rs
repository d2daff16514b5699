//! With what a visitor proved who they are, and when.

use std::time::Duration;

use smol_str::SmolStr;

use crate::clock::Timestamp;

/// The factors that a visitor has given since the log-in, each with the last time.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Factors(Box<[Factor]>);

#[derive(Clone, Debug, PartialEq, Eq)]
struct Factor {
    name: SmolStr,
    /// `None` for tokens that do not say.
    given_at: Option<Timestamp>,
}

impl Factors {
    /// None.
    pub(crate) fn none() -> Self {
        Self::default()
    }

    /// These, given at the same time.
    pub(crate) fn given<F: AsRef<str>>(names: impl IntoIterator<Item = F>, given_at: Option<Timestamp>) -> Self {
        let factor = |name: F| Factor { name: name.as_ref().into(), given_at };
        Self(names.into_iter().map(factor).collect())
    }

    /// The same, given now.
    pub(crate) fn given_at(self, now: Timestamp) -> Self {
        Self(self.0.into_iter().map(|factor| Factor { given_at: Some(now), ..factor }).collect())
    }

    /// These, and those that the visitor gave since.
    pub(crate) fn and(&self, since: &Self) -> Self {
        let earlier = self.0.iter().filter(|earlier| since.0.iter().all(|factor| factor.name != earlier.name));
        Self(since.0.iter().chain(earlier).cloned().collect())
    }

    /// Whether the visitor gave this one, and, if there is a limit, not longer ago.
    pub(crate) fn given_within(&self, name: &str, limit: Option<Duration>, now: Timestamp) -> bool {
        self.0.iter().filter(|factor| factor.name == name).any(|factor| match limit {
            None => true,
            Some(limit) => factor.given_at.is_some_and(|given_at| now.age_of(given_at) <= limit),
        })
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, Option<Timestamp>)> {
        self.0.iter().map(|factor| (factor.name.as_str(), factor.given_at))
    }

    #[cfg(feature = "sealing")]
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// As names, each with milliseconds since 1970.
#[cfg(feature = "sealing")]
impl serde::Serialize for Factors {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.iter().map(|(name, given_at)| (name, given_at.map(Timestamp::as_millis))))
    }
}

#[cfg(feature = "sealing")]
impl<'de> serde::Deserialize<'de> for Factors {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let kept = std::collections::BTreeMap::<String, Option<u64>>::deserialize(deserializer)?;
        let factor = |(name, millis): (String, Option<u64>)| Factor {
            name: name.into(),
            given_at: millis.map(Timestamp::from_millis),
        };
        Ok(Self(kept.into_iter().map(factor).collect()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_factor_keeps_its_own_instant() {
        let at = |seconds| Some(Timestamp::from_secs(seconds));
        let factors = Factors::given(["pwd", "otp"], at(10)).and(&Factors::given(["otp"], at(20)));
        let factors = factors.and(&Factors::given::<&str>([], at(30)));
        assert_eq!(factors.iter().collect::<Vec<_>>(), [("otp", at(20)), ("pwd", at(10))]);
        let within = |name, seconds| {
            let limit = Some(Duration::from_secs(seconds));
            factors.given_within(name, limit, Timestamp::from_secs(25))
        };
        assert_eq!([within("otp", 4), within("otp", 5), within("otp", 6)], [false, true, true]);
        assert_eq!([within("pwd", 14), within("pwd", 15), within("hwk", 15)], [false, true, false]);
    }

    #[test]
    fn what_does_not_say_when_is_never_recent() {
        let factors = Factors::given(["otp"], None);
        assert!(factors.given_within("otp", None, Timestamp::EPOCH));
        assert!(!factors.given_within("otp", Some(Duration::MAX), Timestamp::EPOCH));
    }
}
