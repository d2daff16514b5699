//! Single-use tokens: what a session keeps of those that were given out, and how one is used up.

use std::time::Duration;

use serde::Serialize;
use serde_json::Value;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use super::{Contents, Exchange, Issued, SessionError, SessionErrorKind, Sessions};
use crate::clock::Timestamp;
use crate::credential::SessionId;
use crate::principal::Principal;

/// As many as one page may offer, and a few pages more. The oldest is forgotten for a further one.
const MOST_PENDING: usize = 32;

/// What the content of a request is recognised by.
pub(crate) type ContentDigest = [u8; 32];

/// The tokens of a session that nobody has used yet.
#[derive(Clone, Default)]
pub(crate) struct Confirmations(Box<[Pending]>);

/// Of a token, its hash together with what it is for: the token itself is kept nowhere.
#[derive(Clone)]
struct Pending {
    digest: [u8; 32],
    given_at: Timestamp,
    until: Timestamp,
}

impl Pending {
    fn is_good(&self, now: Timestamp) -> bool {
        now < self.until && !self.given_at.is_ahead_of(now)
    }
}

impl Confirmations {
    fn with(&self, digest: [u8; 32], now: Timestamp, until: Timestamp) -> Self {
        let standing: Vec<Pending> = self.0.iter().filter(|pending| pending.is_good(now)).cloned().collect();
        let forgotten = (standing.len() + 1).saturating_sub(MOST_PENDING);
        let kept = standing.into_iter().skip(forgotten);
        Self(kept.chain([Pending { digest, given_at: now, until }]).collect())
    }

    /// Those that are left when one of these is used; `None` when there is none of them.
    fn without_one_of(&self, digests: &[[u8; 32]], now: Timestamp) -> Option<Self> {
        let is_shown = |pending: &Pending| digests.iter().any(|digest| digest.ct_eq(&pending.digest).into());
        let position = self.0.iter().position(|pending| pending.is_good(now) && is_shown(pending))?;
        let others = self.0.iter().enumerate().filter(|(index, _)| *index != position);
        Some(Self(others.map(|(_, pending)| pending.clone()).collect()))
    }

    #[cfg(feature = "sealing")]
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// A token as it is read.
#[cfg(feature = "sealing")]
#[derive(serde::Deserialize)]
#[serde(untagged)]
enum Kept {
    Pending([u8; 32], u64, u64),
    /// A confirmation of an earlier version. It does not tell when it was given, so it confirms nothing.
    #[expect(dead_code, reason = "it is read in order to be left out")]
    WithoutGivenAt([u8; 32], u64),
}

/// As a hash and two instants, in milliseconds since 1970.
#[cfg(feature = "sealing")]
impl Serialize for Confirmations {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let parts = |pending: &Pending| (pending.digest, pending.given_at.as_millis(), pending.until.as_millis());
        serializer.collect_seq(self.0.iter().map(parts))
    }
}

#[cfg(feature = "sealing")]
impl<'de> serde::Deserialize<'de> for Confirmations {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let kept = Vec::<Kept>::deserialize(deserializer)?;
        let pending = |kept| match kept {
            Kept::Pending(digest, given_at, until) => {
                let [given_at, until] = [given_at, until].map(Timestamp::from_millis);
                Some(Pending { digest, given_at, until })
            }
            Kept::WithoutGivenAt(..) => None,
        };
        Ok(Self(kept.into_iter().filter_map(pending).collect()))
    }
}

/// What became of a token that was shown.
pub(crate) enum Confirmed {
    /// It was good, and is used up.
    Yes,
    /// It was used, has expired, is for something else, or the request came by an id that confirms nothing.
    No,
    /// The session ended meanwhile.
    Ended,
}

impl<P: Principal> Sessions<P> {
    /// A new token of the session under `issued`, if that is still the session of this subject.
    pub(crate) async fn confirmation(
        &self,
        issued: &Issued,
        subject: &str,
        purpose: &str,
        content: Option<&ContentDigest>,
        lasts: Duration,
    ) -> Result<Zeroizing<String>, SessionError> {
        let token = SessionId::generate().map_err(|_| SessionErrorKind::Unavailable)?;
        let digest = digest_of(&token, purpose, content);
        self.replace(issued, |standing| {
            if *standing.subject != *subject {
                return Err(SessionErrorKind::Ended.into());
            }
            let now = self.now();
            let confirmations = standing.confirmations.with(digest, now, now.plus(lasts));
            Ok(Contents { confirmations, ..standing.holding(standing.key_values.clone()) })
        })
        .await?;
        Ok(token.encode())
    }

    /// Uses up the token of this session that is for this purpose and, where it was made for a content, for this one.
    ///
    /// Of many requests that show one token at the same time, one is told that it was good: the store replaces the record
    /// for one of them, and the others find it without the token.
    pub(crate) async fn confirm(
        &self,
        exchange: &Exchange,
        token: &str,
        purpose: &str,
        content: Option<&ContentDigest>,
    ) -> Result<Confirmed, SessionError> {
        let Some(token) = SessionId::parse(token.as_bytes()) else { return Ok(Confirmed::No) };
        let Ok(issued) = exchange.writable() else { return Ok(Confirmed::No) };
        let mut digests = vec![digest_of(&token, purpose, None)];
        digests.extend(content.map(|content| digest_of(&token, purpose, Some(content))));
        let mut is_known = true;
        let used = self.replace(&issued, |standing| {
            let confirmations = standing.confirmations.without_one_of(&digests, self.now());
            is_known = confirmations.is_some();
            let confirmations = confirmations.ok_or(SessionErrorKind::Ended)?;
            Ok(Contents { confirmations, ..standing.holding(standing.key_values.clone()) })
        });
        match used.await.map(drop).map_err(|error| (error.kind(), error)) {
            Ok(()) => Ok(Confirmed::Yes),
            Err((SessionErrorKind::Ended, _)) if is_known => Ok(Confirmed::Ended),
            Err((SessionErrorKind::Ended | SessionErrorKind::Superseded, _)) => Ok(Confirmed::No),
            Err((_, error)) => Err(error),
        }
    }
}

/// One hash of a token and all that it is for, so that it is good for that and for nothing else.
fn digest_of(token: &SessionId, purpose: &str, content: Option<&ContentDigest>) -> [u8; 32] {
    let mut hash = Sha256::new().chain_update(b"confirm\0").chain_update(token.as_bytes());
    hash.update(length(purpose.len()));
    hash.update(purpose);
    if let Some(content) = content {
        hash.update(content);
    }
    hash.finalize().into()
}

/// What a value is recognised by, whatever it was read from: a form or JSON, in whichever order.
pub(crate) fn digest_of_content<T: Serialize + ?Sized>(content: &T) -> Result<ContentDigest, serde_json::Error> {
    let mut hash = Sha256::new().chain_update(b"content\0");
    feed(&mut hash, &serde_json::to_value(content)?);
    Ok(hash.finalize().into())
}

/// Each value with its kind and length, so that no two values are fed as the same bytes.
fn feed(hash: &mut Sha256, value: &Value) {
    let mut text = |kind: u8, text: &str| {
        hash.update([kind]);
        hash.update(length(text.len()));
        hash.update(text);
    };
    match value {
        Value::Null => text(b'n', ""),
        Value::Bool(true) => text(b't', ""),
        Value::Bool(false) => text(b'f', ""),
        Value::Number(number) => text(b'#', &number.to_string()),
        Value::String(string) => text(b's', string),
        Value::Array(values) => {
            hash.update([b'a']);
            hash.update(length(values.len()));
            for value in values {
                feed(hash, value);
            }
        }
        Value::Object(members) => {
            hash.update([b'o']);
            hash.update(length(members.len()));
            // Another crate of the program may have switched on that `serde_json` keeps the order of insertion.
            let mut members: Vec<_> = members.iter().collect();
            members.sort_by_key(|(name, _)| *name);
            for (name, value) in members {
                feed(hash, &Value::String(name.clone()));
                feed(hash, value);
            }
        }
    }
}

const fn length(length: usize) -> [u8; 8] {
    (length as u64).to_be_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_secs(1_000);

    fn at(seconds: u64) -> Timestamp {
        Timestamp::from_secs(1_000 + seconds)
    }

    #[test]
    fn each_is_used_once_and_in_time() {
        let pending = Confirmations::default().with([1; 32], NOW, at(60)).with([2; 32], NOW, at(60));
        assert!(pending.without_one_of(&[[3; 32]], NOW).is_none());
        assert!(pending.without_one_of(&[[1; 32]], at(60)).is_none(), "at its end it is over");
        let left = pending.without_one_of(&[[3; 32], [1; 32]], at(59)).unwrap();
        assert!(left.without_one_of(&[[1; 32]], NOW).is_none());
        assert!(left.without_one_of(&[[2; 32]], NOW).is_some());
    }

    #[test]
    fn the_oldest_gives_way_and_what_expired_takes_no_room() {
        let many = (0..40).fold(Confirmations::default(), |kept, number| kept.with([number; 32], NOW, at(60)));
        assert_eq!(many.0.len(), MOST_PENDING);
        assert!(many.without_one_of(&[[7; 32]], NOW).is_none());
        assert!(many.without_one_of(&[[8; 32]], NOW).is_some());
        assert_eq!(many.with([40; 32], at(60), at(120)).0.len(), 1);
    }

    #[test]
    fn a_content_is_recognised_and_no_other() {
        let digest = |text: &str| {
            let value: Value = serde_json::from_str(text).unwrap();
            digest_of_content(&value).unwrap()
        };
        assert_eq!(digest(r#"{"to": "Ada", "cents": 5}"#), digest(r#"{"cents":5,"to":"Ada"}"#));
        let different = [
            "null",
            "true",
            "false",
            "0",
            "\"\"",
            "\"0\"",
            "[]",
            "{}",
            "[[]]",
            "[{}]",
            "[0,0]",
            "[[0],0]",
            "[[0,0]]",
            "[\"ab\",\"c\"]",
            "[\"a\",\"bc\"]",
            r#"{"a":"b"}"#,
            r#"["a","b"]"#,
            r#"{"a":{"b":0}}"#,
            r#"{"a":{},"b":0}"#,
        ];
        for (index, one) in different.iter().enumerate() {
            for other in different.iter().skip(index + 1) {
                assert_ne!(digest(one), digest(other), "{one} {other}");
            }
        }
    }

    #[test]
    fn a_token_is_for_one_purpose_and_one_content() {
        let [token, other] = [[1; 32], [2; 32]].map(|bytes| {
            let text =
                base64::Engine::encode(&base64::engine::general_purpose::URL_SAFE_NO_PAD, [&[1], &bytes[..]].concat());
            SessionId::parse(text.as_bytes()).unwrap()
        });
        let digests = [
            digest_of(&token, "a", None),
            digest_of(&other, "a", None),
            digest_of(&token, "b", None),
            digest_of(&token, "", None),
            digest_of(&token, "a", Some(&[0; 32])),
            digest_of(&token, "a", Some(&[1; 32])),
        ];
        for (index, one) in digests.iter().enumerate() {
            assert!(digests.iter().skip(index + 1).all(|other| one != other), "{index}");
        }
    }
}
