//! Whose records they are.

use std::collections::BTreeSet;

use super::trial::{Trial, answered, equal, expect, new_key, new_subject, same};
use super::{Outcome, Rule, Run};
use crate::store::{Removed, Replaced, StoreKey, SubjectKey};

/// More than fit in the first answer of an engine that answers in parts.
const MANY: usize = 150;

const fn indexed(text: &'static str, run: Run) -> Rule {
    Rule { text, owed: |promises| promises.subject_index, run }
}

pub(super) const RULES: &[Rule] = &[
    indexed("the records of a subject are listed, and no others", |trial| Box::pin(lists_its_own(trial))),
    indexed("a record of nobody is listed under nobody", |trial| Box::pin(lists_nobody(trial))),
    indexed("an alias is not listed", |trial| Box::pin(lists_no_alias(trial))),
    indexed("many records of one subject are listed and removed", |trial| Box::pin(lists_many(trial))),
    indexed("a subject is removed but for one record and its aliases", |trial| Box::pin(removes_all_but_one(trial))),
];

async fn listed(trial: &Trial, subject: SubjectKey) -> Result<BTreeSet<StoreKey>, String> {
    let records = answered(trial.store.of_subject(subject).await)?;
    let keys: BTreeSet<StoreKey> = records.iter().map(|(key, _)| *key).collect();
    equal("keys and records", &keys.len(), &records.len())?;
    Ok(keys)
}

async fn expect_listed(trial: &Trial, subject: SubjectKey, keys: &[StoreKey]) -> Outcome {
    equal("the listed keys", &listed(trial, subject).await?, &keys.iter().copied().collect())
}

async fn lists_its_own(trial: Trial) -> Outcome {
    let (ada, bob) = (new_subject()?, new_subject()?);
    expect_listed(&trial, ada, &[]).await?;
    let record = trial.record_of(ada, b"contents");
    let (one, two) = (trial.inserted(record.clone()).await?, trial.inserted(record.clone()).await?);
    let other = trial.inserted(trial.record_of(bob, b"contents")).await?;
    expect_listed(&trial, ada, &[one, two]).await?;
    expect_listed(&trial, bob, &[other]).await?;
    for (_, listed) in answered(trial.store.of_subject(ada).await)? {
        same(&listed, &record)?;
    }
    // What is refused is not listed either.
    expect("a second insertion", trial.store.insert(other, record).await, false)?;
    expect_listed(&trial, ada, &[one, two]).await?;
    expect("a removal", trial.store.remove(one).await, Removed::Record)?;
    expect_listed(&trial, ada, &[two]).await
}

async fn lists_nobody(trial: Trial) -> Outcome {
    let subject = new_subject()?;
    let key = trial.inserted(trial.record(b"contents")).await?;
    expect_listed(&trial, subject, &[]).await?;
    expect("the removal of a subject", trial.store.remove_subject(subject, None).await, 0)?;
    same(&trial.standing(key).await?, &trial.record(b"contents"))
}

async fn lists_no_alias(trial: Trial) -> Outcome {
    let subject = new_subject()?;
    let record = trial.record_of(subject, b"contents");
    let (old, new) = (trial.inserted(record.clone()).await?, trial.inserted(record).await?);
    expect("an alias", trial.store.alias(old, new, trial.later(10), 0).await, Replaced::Replaced)?;
    expect_listed(&trial, subject, &[new]).await
}

async fn lists_many(trial: Trial) -> Outcome {
    let subject = new_subject()?;
    let mut keys = Vec::with_capacity(MANY);
    for _ in 0..MANY {
        keys.push(trial.inserted(trial.record_of(subject, b"contents")).await?);
    }
    expect_listed(&trial, subject, &keys).await?;
    expect("the removal of the subject", trial.store.remove_subject(subject, None).await, MANY)?;
    expect_listed(&trial, subject, &[]).await?;
    for key in keys {
        trial.expect_nothing(key).await?;
    }
    Ok(())
}

async fn removes_all_but_one(trial: Trial) -> Outcome {
    let (subject, other) = (new_subject()?, new_subject()?);
    let record = trial.record_of(subject, b"contents");
    let kept = trial.inserted(record.clone()).await?;
    let alias_of_kept = trial.inserted(record.clone()).await?;
    let removed = trial.inserted(record.clone()).await?;
    let alias_of_removed = trial.inserted(record).await?;
    let stranger = trial.inserted(trial.record_of(other, b"contents")).await?;
    for (alias, key) in [(alias_of_kept, kept), (alias_of_removed, removed)] {
        expect("an alias", trial.store.alias(alias, key, trial.later(10), 0).await, Replaced::Replaced)?;
    }

    expect("the removal of the others", trial.store.remove_subject(subject, Some(kept)).await, 2)?;
    for key in [removed, alias_of_removed] {
        trial.expect_nothing(key).await?;
    }
    for key in [kept, alias_of_kept, stranger] {
        trial.standing(key).await?;
    }
    expect("without one to keep", trial.store.remove_subject(subject, Some(new_key()?)).await, 2)?;
    expect("once more", trial.store.remove_subject(subject, None).await, 0)?;
    trial.standing(stranger).await.map(drop)
}
