//! The sessions of a subject: a list of keys, each of which counts only as far as its record says so itself.

use std::collections::BTreeSet;

use ::redis::Value;
use tokio::task::JoinSet;

use super::failure::Failure;
use super::fields::{self, bytes};
use super::{Lifetime, RedisStore, script};
use crate::store::{Record, Removed, StoreKey, SubjectKey};

/// For how many seconds a key may be on a list without leading anywhere: far longer than an insertion takes.
const GRACE: u32 = 60;
/// How many records are asked for at once.
const AT_ONCE: usize = 64;
/// A list is tidied whenever it grew by so many.
const TIDIED_EVERY: i64 = 64;

impl RedisStore {
    /// Lists a record under its subject, for as long as the list is to be kept.
    pub(super) async fn enlist(&self, subject: SubjectKey, key: StoreKey, lifetime: &Lifetime) -> Result<(), Failure> {
        let to_live = lifetime.milliseconds_listed();
        let arguments: [&[u8]; 2] = [key.as_bytes(), to_live.as_bytes()];
        match script::ENLIST.run(self.link(), &self.0.names.index(&subject), &arguments).await? {
            // Somebody who logs in again and again, and is never asked for, must not fill the server.
            Value::Int(length) if length % TIDIED_EVERY == 0 => self.of_subject_now(subject).await.map(drop),
            Value::Int(_) => Ok(()),
            _ => Err(Failure::Senseless),
        }
    }

    /// Takes records that are gone off the list.
    pub(super) async fn strike(&self, subject: SubjectKey, keys: &[StoreKey]) -> Result<(), Failure> {
        let mut command = ::redis::cmd("ZREM");
        command.arg(self.0.names.index(&subject));
        for key in keys {
            command.arg(key.as_bytes());
        }
        self.link().ask(&command).await.map(drop)
    }

    pub(super) async fn of_subject_now(&self, subject: SubjectKey) -> Result<Vec<(StoreKey, Record)>, Failure> {
        let listed = self.listed(subject).await?;
        let loaded = self.each(&listed, |store, key| async move { Ok((key, store.load_now(key).await?)) }).await?;
        let (mut standing, mut leads_nowhere) = (Vec::new(), Vec::new());
        for (key, record) in loaded {
            match record {
                // Another release may know whose it is.
                Some(record) if record.is_unreadable() => {}
                Some(record) if record.subject == Some(subject) => standing.push((key, record)),
                _ => leads_nowhere.push(key),
            }
        }
        if !leads_nowhere.is_empty() {
            // The next one to read the list tries again.
            let _ = self.tidy(subject, &leads_nowhere).await;
        }
        standing.retain(|(_, record)| record.successor.is_none());
        Ok(standing)
    }

    /// What became an alias meanwhile is followed, so that a rotation under way is caught.
    pub(super) async fn remove_subject_now(
        &self,
        subject: SubjectKey,
        except: Option<StoreKey>,
    ) -> Result<usize, Failure> {
        let mut to_remove = self.listed(subject).await?;
        let mut met: BTreeSet<StoreKey> = except.into_iter().collect();
        let mut removed = Vec::new();
        loop {
            to_remove.retain(|key| met.insert(*key));
            if to_remove.is_empty() {
                break;
            }
            let answers =
                self.each(&to_remove, move |store, key| async move {
                    Ok((key, store.remove_of(subject, key, except).await?))
                })
                .await?;
            to_remove = Vec::new();
            for (key, removal) in answers {
                match removal {
                    Removed::Nothing => continue,
                    Removed::Record => {}
                    Removed::Alias(successor) => to_remove.push(successor),
                }
                removed.push(key);
            }
        }
        if !removed.is_empty() {
            let _ = self.strike(subject, &removed).await;
        }
        Ok(removed.len())
    }

    /// Removes a record of this subject, unless it is an alias of `except`.
    async fn remove_of(
        &self,
        subject: SubjectKey,
        key: StoreKey,
        except: Option<StoreKey>,
    ) -> Result<Removed, Failure> {
        let except = except.as_ref().map_or(&[][..], |except| except.as_bytes());
        let arguments = [subject.as_bytes(), except];
        match script::REMOVE_OF.run(self.link(), &self.0.names.record(&key), &arguments).await? {
            Value::Int(0) => Ok(Removed::Nothing),
            successor => {
                let successor = fields::optional(&successor, StoreKey::from_bytes).map_err(|_| Failure::Senseless)?;
                Ok(successor.map_or(Removed::Record, Removed::Alias))
            }
        }
    }

    async fn tidy(&self, subject: SubjectKey, keys: &[StoreKey]) -> Result<(), Failure> {
        let grace = GRACE.to_string();
        let mut arguments: Vec<&[u8]> = vec![grace.as_bytes()];
        arguments.extend(keys.iter().map(|key| key.as_bytes().as_slice()));
        script::TIDY.run(self.link(), &self.0.names.index(&subject), &arguments).await.map(drop)
    }

    /// The keys on the list of a subject.
    async fn listed(&self, subject: SubjectKey) -> Result<Vec<StoreKey>, Failure> {
        let mut command = ::redis::cmd("ZRANGE");
        command.arg(self.0.names.index(&subject)).arg(0).arg(-1);
        let Value::Array(members) = self.link().ask_again(&command).await? else { return Err(Failure::Senseless) };
        let keys = members.iter().filter_map(|member| bytes(member)?.try_into().ok());
        Ok(keys.map(StoreKey::from_bytes).collect())
    }

    /// Does this to many keys, some at a time, each in its own command: in a cluster they are on different nodes.
    async fn each<T, F, W>(&self, keys: &[StoreKey], work: W) -> Result<Vec<T>, Failure>
    where
        T: Send + 'static,
        W: Fn(Self, StoreKey) -> F,
        F: Future<Output = Result<T, Failure>> + Send + 'static,
    {
        let mut done = Vec::with_capacity(keys.len());
        for some in keys.chunks(AT_ONCE) {
            let mut tasks = JoinSet::new();
            for key in some {
                tasks.spawn(work(self.clone(), *key));
            }
            while let Some(outcome) = tasks.join_next().await {
                done.push(outcome.map_err(|_| Failure::Senseless)??);
            }
        }
        Ok(done)
    }
}
