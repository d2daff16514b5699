//! Ids that were replaced.

use std::time::Duration;

use super::trial::{LIFETIME, Trial, equal, expect, new_key, same};
use super::{Outcome, Rule, always};
use crate::clock::Timestamp;
use crate::store::{Record, Removed, Replaced};

pub(super) const RULES: &[Rule] = &[
    always("an alias keeps its contents and ends no later than it did", |trial| Box::pin(becomes_an_alias(trial))),
    always("an alias needs the revision that was copied", |trial| Box::pin(compares_the_revision(trial))),
    always("an alias is neither changed, nor touched, nor aliased again", |trial| Box::pin(changes_no_alias(trial))),
    always("removing an alias names what it stood for", |trial| Box::pin(names_the_successor(trial))),
];

async fn becomes_an_alias(trial: Trial) -> Outcome {
    let expires_at = trial.now.plus(LIFETIME);
    let second = Duration::from_secs(1);
    let ends: [(Timestamp, Timestamp); 3] = [
        (expires_at.minus(second), expires_at.minus(second)),
        (expires_at, expires_at),
        (expires_at.plus(second), expires_at),
    ];
    for (until, expected) in ends {
        let record = trial.record(b"contents");
        let (old, new) = (trial.inserted(record.clone()).await?, new_key()?);
        expect("an alias", trial.store.alias(old, new, until, 0).await, Replaced::Replaced)?;
        let standing = trial.standing(old).await?;
        same(&standing, &Record { successor: Some(new), expires_at: expected, revision: standing.revision, ..record })?;
        trial.expect_nothing(new).await?;
    }
    Ok(())
}

async fn compares_the_revision(trial: Trial) -> Outcome {
    let (old, new) = (trial.inserted(trial.record(b"0")).await?, new_key()?);
    expect("a replacement", trial.store.replace(old, trial.record(b"1"), 0).await, Replaced::Replaced)?;
    for revision in [0, 2] {
        let aliased = trial.store.alias(old, new, trial.later(10), revision).await;
        expect("an alias of another revision", aliased, Replaced::Conflict)?;
    }
    equal("the successor", &trial.standing(old).await?.successor, &None)?;
    expect("an alias", trial.store.alias(old, new, trial.later(10), 1).await, Replaced::Replaced)
}

async fn changes_no_alias(trial: Trial) -> Outcome {
    let (old, new) = (trial.inserted(trial.record(b"contents")).await?, new_key()?);
    expect("an alias", trial.store.alias(old, new, trial.later(10), 0).await, Replaced::Replaced)?;
    let before = trial.standing(old).await?;
    for revision in [0, 1] {
        let replaced = trial.store.replace(old, trial.record(b"other"), revision).await;
        expect("a replacement of an alias", replaced, Replaced::Gone)?;
        let aliased = trial.store.alias(old, new_key()?, trial.later(5), revision).await;
        expect("an alias of an alias", aliased, Replaced::Gone)?;
    }
    expect("a touch of an alias", trial.store.touch(old, trial.later(1), trial.later(2_000)).await, false)?;
    expect("an insertion over an alias", trial.store.insert(old, trial.record(b"other")).await, false)?;
    same(&trial.standing(old).await?, &before)
}

async fn names_the_successor(trial: Trial) -> Outcome {
    let (old, new) =
        (trial.inserted(trial.record(b"contents")).await?, trial.inserted(trial.record(b"contents")).await?);
    expect("an alias", trial.store.alias(old, new, trial.later(10), 0).await, Replaced::Replaced)?;
    expect("a removal of the alias", trial.store.remove(old).await, Removed::Alias(new))?;
    trial.expect_nothing(old).await?;
    // The caller removes the successor; the store leaves it alone.
    expect("a removal of what it stood for", trial.store.remove(new).await, Removed::Record)
}
