//! Reads and writes key-values in the records of a realm, whichever principal's it is.

use std::pin::Pin;
use std::time::Duration;

use crate::authenticate::{Standing, authenticate};
use crate::clock::Timestamp;
use crate::credential::SessionId;
use crate::principal::Principal;
use crate::sessions::{
    ALIAS_LIFETIME, Changes, Current, Exchange, Issued, KeyValues, Look, Seen, SessionError, SessionErrorKind,
    Sessions, anonymous_expiry,
};
use crate::shared::Shared;
use crate::store::Record;

type Answer<'a, T> = Pin<Box<dyn Future<Output = Result<T, SessionError>> + Send + 'a>>;

/// [`Sessions`], of whichever principal.
pub(crate) trait Records: Send + Sync {
    fn now(&self) -> Timestamp;

    /// How long a session lasts at the most.
    fn longest(&self) -> Duration;

    /// What stands under the id of a cookie.
    fn look<'a>(&'a self, id: &'a SessionId) -> Answer<'a, Look>;

    /// What is kept under an id.
    fn read<'a>(&'a self, issued: &'a Issued) -> Answer<'a, KeyValues>;

    /// Makes the changes to what stands under an id.
    fn change<'a>(&'a self, issued: &'a Issued, changes: &'a Changes) -> Answer<'a, ()>;

    /// Makes the changes and lets the session go on under a new id, which the response of `exchange` carries.
    fn rotate(&self, issued: Issued, changes: Changes, exchange: Shared<Exchange>) -> Answer<'_, ()>;

    /// Begins a record of nobody.
    fn begin<'a>(&'a self, changes: &'a Changes) -> Answer<'a, Issued>;

    /// Counts a use of a record of nobody. False when it is gone.
    fn used<'a>(&'a self, issued: &'a Issued, created_at: Timestamp) -> Answer<'a, bool>;
}

impl<P: Principal> Records for Sessions<P> {
    fn now(&self) -> Timestamp {
        Self::now(self)
    }

    fn longest(&self) -> Duration {
        P::SPEC.absolute
    }

    fn look<'a>(&'a self, id: &'a SessionId) -> Answer<'a, Look> {
        Box::pin(async move {
            let now = self.now();
            let Some((key, record)) = self.find_record(id, now).await? else { return Ok(Look::default()) };
            let issued = Issued { key, id: id.clone(), persists_until: None };
            if record.is_anonymous() {
                return Ok(self.anonymous_look(&record, issued, now));
            }
            let is_alias = record.successor.is_some();
            Ok(match authenticate(&record, now, || self.unseal(&record, id)) {
                Standing::Good(contents, instants) => {
                    let issued = issued.persisting(&contents, &instants);
                    Look {
                        current: Some(if is_alias { Current::Alias(issued.key) } else { Current::Named(issued) }),
                        seen: Some(Seen::of_session(contents, instants.expires_at)),
                        closed: None,
                    }
                }
                Standing::Over => Look::default(),
                Standing::Unreadable => Look { closed: Some(SessionErrorKind::Ended), ..Look::default() },
            })
        })
    }

    fn read<'a>(&'a self, issued: &'a Issued) -> Answer<'a, KeyValues> {
        Box::pin(async move {
            let standing = self.standing(issued.key).await?;
            self.key_values(&standing, issued)
        })
    }

    fn change<'a>(&'a self, issued: &'a Issued, changes: &'a Changes) -> Answer<'a, ()> {
        Box::pin(self.replace_record(issued, move |standing| {
            let record = self.with_changes(standing, issued, changes, issued)?;
            Ok((record, ()))
        }))
    }

    fn rotate(&self, issued: Issued, changes: Changes, exchange: Shared<Exchange>) -> Answer<'_, ()> {
        let sessions = self.clone();
        Box::pin(self.tasks().run(async move {
            let renew = |standing: &Record, new: &Issued| sessions.with_changes(standing, &issued, &changes, new);
            exchange.issue(sessions.succeed_as(&issued, ALIAS_LIFETIME, renew).await?);
            Ok(())
        }))
    }

    fn begin<'a>(&'a self, changes: &'a Changes) -> Answer<'a, Issued> {
        Box::pin(self.begin_anonymous(changes))
    }

    fn used<'a>(&'a self, issued: &'a Issued, created_at: Timestamp) -> Answer<'a, bool> {
        Box::pin(async move {
            let now = self.now();
            Ok(self.store()?.touch(issued.key, now, anonymous_expiry::<P>(created_at, now)).await?)
        })
    }
}
