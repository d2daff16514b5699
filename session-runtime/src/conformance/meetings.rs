//! Many writers at once, many times, counted.

use std::sync::Arc;

use tokio::task::{JoinSet, spawn};

use super::trial::{Trial, answered, contents, equal, new_key, new_subject};
use super::{Outcome, Rule, Run, always};
use crate::store::{Record, Removed, Replaced, StoreKey};

const WRITERS: usize = 8;
/// How often each of the writers writes.
const WRITES: usize = 25;
/// How often two that race meet.
const MEETINGS: usize = 100;

const fn atomic(text: &'static str, run: Run) -> Rule {
    Rule { text, owed: |promises| promises.atomic_writes, run }
}

pub(super) const RULES: &[Rule] = &[
    Rule {
        owed: |promises| promises.atomic_writes,
        ..always("of many insertions of a key, one succeeds", |trial| Box::pin(inserts_once(trial)))
    },
    atomic("no replacement is lost", |trial| Box::pin(loses_no_replacement(trial))),
    atomic("no touch is lost, nor what a replacement writes beside it", |trial| Box::pin(loses_no_touch(trial))),
    atomic("of many removals of a record, one is told so", |trial| Box::pin(removes_once(trial))),
    atomic("of many that alias a record, one does", |trial| Box::pin(aliases_once(trial))),
    Rule {
        text: "a removal wins over every write that it meets",
        owed: |promises| promises.final_removal,
        run: |trial| Box::pin(removal_wins(trial)),
    },
    Rule {
        text: "the removal of a subject wins over every write that it meets",
        owed: |promises| promises.final_removal && promises.subject_index,
        run: |trial| Box::pin(removal_of_a_subject_wins(trial)),
    },
];

/// What `work` answers for each of the writers, all at once.
async fn all<T: Send + 'static, F>(work: impl Fn(usize) -> F) -> Result<Vec<T>, String>
where
    F: Future<Output = Result<T, String>> + Send + 'static,
{
    let mut writers = JoinSet::new();
    for writer in 0..WRITERS {
        writers.spawn(work(writer));
    }
    writers.join_all().await.into_iter().collect()
}

async fn inserts_once(trial: Trial) -> Outcome {
    for _ in 0..MEETINGS {
        let key = new_key()?;
        let inserted = all(|writer| {
            let trial = trial.clone();
            async move { answered(trial.store.insert(key, trial.record(&writer.to_be_bytes())).await) }
        });
        let successes = inserted.await?.into_iter().filter(|inserted| *inserted).count();
        equal("successful insertions", &successes, &1)?;
    }
    Ok(())
}

async fn loses_no_replacement(trial: Trial) -> Outcome {
    let key = trial.inserted(trial.record(&0_u64.to_be_bytes())).await?;
    all(|_| {
        let trial = trial.clone();
        async move {
            for _ in 0..WRITES {
                count_up(&trial, key).await?;
            }
            Ok(())
        }
    })
    .await?;
    let standing = trial.standing(key).await?;
    let expected = u64::try_from(WRITERS * WRITES).unwrap_or(u64::MAX);
    equal("the count", &number(&standing), &expected)?;
    equal("the revision", &standing.revision, &expected)
}

/// Adds one to the number that a record holds, once.
async fn count_up(trial: &Trial, key: StoreKey) -> Outcome {
    loop {
        let standing = trial.standing(key).await?;
        let next = trial.record(&(number(&standing) + 1).to_be_bytes());
        match answered(trial.store.replace(key, next, standing.revision).await)? {
            Replaced::Replaced => return Ok(()),
            Replaced::Conflict => {}
            Replaced::Gone => return Err("a record that nobody removes is gone".to_owned()),
        }
    }
}

fn number(record: &Record) -> u64 {
    contents(&record.payload).try_into().map_or(0, u64::from_be_bytes)
}

async fn loses_no_touch(trial: Trial) -> Outcome {
    let key = trial.inserted(trial.record(&0_u64.to_be_bytes())).await?;
    all(|writer| {
        let trial = trial.clone();
        async move {
            for write in 0..WRITES {
                if writer % 2 == 0 {
                    count_up(&trial, key).await?;
                } else {
                    // Whoever comes last, the latest of all instants stands in the end.
                    let seconds = u64::try_from(write * WRITERS + writer).unwrap_or(0);
                    let touched = trial.store.touch(key, trial.later(seconds), trial.later(1_800 + seconds)).await;
                    equal("a touch", &answered(touched)?, &true)?;
                }
            }
            Ok(())
        }
    })
    .await?;
    let standing = trial.standing(key).await?;
    let latest = u64::try_from((WRITES - 1) * WRITERS + WRITERS - 1).unwrap_or(0);
    equal("the count", &number(&standing), &u64::try_from(WRITERS / 2 * WRITES).unwrap_or(0))?;
    equal("the last activity", &standing.last_seen_at, &trial.later(latest))?;
    equal("the expiry", &standing.expires_at, &trial.later(1_800 + latest))
}

async fn removes_once(trial: Trial) -> Outcome {
    for _ in 0..MEETINGS {
        let key = trial.inserted(trial.record(b"contents")).await?;
        let removed = all(|_| {
            let store = Arc::clone(&trial.store);
            async move { answered(store.remove(key).await) }
        });
        let told = removed.await?.into_iter().filter(|removed| *removed == Removed::Record).count();
        equal("removals of one record", &told, &1)?;
    }
    Ok(())
}

async fn aliases_once(trial: Trial) -> Outcome {
    for _ in 0..MEETINGS {
        let key = trial.inserted(trial.record(b"contents")).await?;
        let aliased = all(|_| {
            let trial = trial.clone();
            async move {
                let new = new_key()?;
                let aliased = answered(trial.store.alias(key, new, trial.later(10), 0).await)?;
                Ok((aliased == Replaced::Replaced).then_some(new))
            }
        });
        let successors: Vec<StoreKey> = aliased.await?.into_iter().flatten().collect();
        equal("successors", &successors.as_slice(), &trial.standing(key).await?.successor.as_slice())?;
    }
    Ok(())
}

async fn removal_wins(trial: Trial) -> Outcome {
    for meeting in 0..MEETINGS {
        let key = trial.inserted(trial.record(b"contents")).await?;
        write_against(&trial, key, meeting, async |trial| answered(trial.store.remove(key).await).map(drop)).await?;
    }
    Ok(())
}

async fn removal_of_a_subject_wins(trial: Trial) -> Outcome {
    for meeting in 0..MEETINGS {
        let subject = new_subject()?;
        let key = trial.inserted(trial.record_of(subject, b"contents")).await?;
        let remove = async |trial: &Trial| answered(trial.store.remove_subject(subject, None).await).map(drop);
        write_against(&trial, key, meeting, remove).await?;
        equal("the listed records", &answered(trial.store.of_subject(subject).await)?.len(), &0)?;
    }
    Ok(())
}

/// Writes to the record under `key` while `remove` removes it, and looks that it is gone when all is done.
async fn write_against(
    trial: &Trial,
    key: StoreKey,
    meeting: usize,
    remove: impl AsyncFnOnce(&Trial) -> Outcome,
) -> Outcome {
    let writer = spawn({
        let trial = trial.clone();
        async move {
            for revision in 0..3 {
                let written = match meeting % 3 {
                    0 => trial.store.replace(key, trial.record(b"other"), revision).await.map(drop),
                    1 => trial.store.touch(key, trial.later(1 + revision), trial.later(1_900)).await.map(drop),
                    _ => trial.store.alias(key, new_key()?, trial.later(10), revision).await.map(drop),
                };
                answered(written)?;
            }
            Ok::<_, String>(())
        }
    });
    remove(trial).await?;
    writer.await.map_err(|error| error.to_string())??;
    trial.expect_nothing(key).await
}
