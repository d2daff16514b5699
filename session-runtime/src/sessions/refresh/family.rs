//! What a family of refresh tokens remembers, and what follows when one of them is shown.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use zeroize::Zeroizing;

use super::token::SecretHash;
use crate::clock::Timestamp;
use crate::principal::{Principal, expect_identity};
use crate::sessions::{AsRead, PrincipalJson};
use crate::token::{KeptOptions, TokenOptions};

/// All refresh tokens that descend from one grant, as one record: so each step is one write of one key, and what ends the
/// family ends all of them.
#[derive(Debug)]
pub(crate) struct Family<P> {
    pub(super) grant: Arc<Grant<P>>,
    /// The newest token, which nobody has used.
    current: SecretHash,
    /// The one by which the newest was obtained: while nobody has used that, its response may have been lost.
    previous: Option<SecretHash>,
    /// When the application said that this is how the grantee is.
    pub(super) checked_at: Timestamp,
}

/// What was granted. Neither the scope, nor when and how somebody proved who they are, is renewed by refreshing.
pub(crate) struct Grant<P> {
    pub(super) principal: P,
    /// The JSON that the principal was read from.
    pub(super) json: PrincipalJson,
    pub(super) subject: Box<str>,
    pub(super) options: TokenOptions,
}

impl<P> std::fmt::Debug for Grant<P> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Grant").finish_non_exhaustive()
    }
}

impl<P> Family<P> {
    pub(super) fn beginning_with(grant: Grant<P>, first: SecretHash, now: Timestamp) -> Self {
        Self { grant: Arc::new(grant), current: first, previous: None, checked_at: now }
    }

    /// The family after `shown` was exchanged for `next`; `None` when `shown` was used up or killed: two have it, and nobody
    /// knows which of them is the thief (RFC 9700 4.14.2).
    ///
    /// The newest token is good, and then the one before it no longer is. The one before it is good as long as the newest was
    /// not used, and kills it.
    pub(super) fn exchanged(&self, shown: SecretHash, next: SecretHash) -> Option<Self> {
        let good = shown == self.current || Some(shown) == self.previous;
        let grant = || Arc::clone(&self.grant);
        good.then(|| Self { grant: grant(), current: next, previous: Some(shown), checked_at: self.checked_at })
    }
}

impl<P: Principal> Family<P> {
    /// The family of somebody of whom more is known now.
    pub(super) fn of(self, principal: P, checked_at: Timestamp) -> serde_json::Result<Self> {
        let Grant { subject, options, .. } = &*self.grant;
        let json = self.grant.json.after(&self.grant.principal, &principal)?;
        let grant = Grant { principal, json, subject: subject.clone(), options: options.clone() };
        Ok(Self { grant: Arc::new(grant), checked_at, ..self })
    }
}

/// [`Family`] as bytes. None of its names is one of a session's contents, so that neither is read as the other.
#[derive(Serialize, Deserialize)]
struct Written<T> {
    granted_to: Box<str>,
    grantee: T,
    options: KeptOptions,
    current: SecretHash,
    previous: Option<SecretHash>,
    /// In milliseconds.
    checked_at: u64,
}

impl<P: Principal> Family<P> {
    /// Fails for a family that [`from_bytes`](Self::from_bytes) would not read.
    pub(super) fn to_bytes(&self) -> serde_json::Result<Zeroizing<Vec<u8>>> {
        let written = Written {
            granted_to: self.grant.subject.clone(),
            grantee: AsRead(&self.grant.principal, &self.grant.json),
            options: self.grant.options.kept(),
            current: self.current,
            previous: self.previous,
            checked_at: self.checked_at.as_millis(),
        };
        let bytes = serde_json::to_vec(&written).map(Zeroizing::new)?;
        Self::from_bytes(&bytes)?;
        Ok(bytes)
    }

    pub(super) fn from_bytes(bytes: &[u8]) -> serde_json::Result<Self> {
        let written: Written<&RawValue> = serde_json::from_slice(bytes)?;
        let (principal, json) = PrincipalJson::read(written.grantee)?;
        expect_identity(&principal, &written.granted_to)?;
        let grant = Grant { principal, json, subject: written.granted_to, options: written.options.into() };
        Ok(Self {
            grant: Arc::new(grant),
            current: written.current,
            previous: written.previous,
            checked_at: Timestamp::from_millis(written.checked_at),
        })
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use proptest::prelude::*;

    use super::*;
    use crate::credential::SessionId;
    use crate::sessions::refresh::token::RefreshToken;

    fn hash() -> SecretHash {
        RefreshToken::generate(&SessionId::generate().unwrap()).unwrap().hash()
    }

    fn family(first: SecretHash) -> Family<()> {
        let options = TokenOptions::lasting(Duration::from_secs(60));
        Family::beginning_with(
            Grant { principal: (), json: PrincipalJson::default(), subject: "7".into(), options },
            first,
            Timestamp::EPOCH,
        )
    }

    #[test]
    fn a_lost_response_is_no_theft() {
        let [a, b, c, d] = [hash(), hash(), hash(), hash()];
        let after = family(a).exchanged(a, b).unwrap();
        let again = after.exchanged(a, c).unwrap();
        assert!(again.exchanged(b, d).is_none(), "its successor was killed");
        let used = again.exchanged(c, d).unwrap();
        assert!(used.exchanged(a, hash()).is_none(), "its successor was used");
        assert!(used.exchanged(c, hash()).is_some());
        assert!(used.exchanged(hash(), hash()).is_none());
    }

    proptest! {
        // Against a description in other words: every token knows its parent, whether it was used and whether it was killed.
        #[test]
        fn only_the_newest_and_its_parent_are_good(shown in prop::collection::vec(0..6_usize, 0..40)) {
            struct Made { hash: SecretHash, parent: Option<usize>, used: bool, killed: bool }
            let first = hash();
            let mut made = vec![Made { hash: first, parent: None, used: false, killed: false }];
            let mut family = family(first);
            for back in shown {
                let Some(index) = made.len().checked_sub(1 + back) else { continue };
                let children: Vec<_> = (0..made.len()).filter(|child| made[*child].parent == Some(index)).collect();
                let good = !made[index].killed && children.iter().all(|child| !made[*child].used);
                let next = hash();
                let outcome = family.exchanged(made[index].hash, next);
                prop_assert_eq!(outcome.is_some(), good);
                let Some(after) = outcome else { break };
                for child in children {
                    made[child].killed = true;
                }
                made[index].used = true;
                made.push(Made { hash: next, parent: Some(index), used: false, killed: false });
                family = after;
            }
        }
    }
}
