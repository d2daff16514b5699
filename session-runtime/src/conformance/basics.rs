//! One record and one writer.

use std::time::Duration;

use super::trial::{LIFETIME, Trial, answered, contents, equal, expect, new_key, same};
use super::{Outcome, Rule, always};
use crate::clock::Timestamp;
use crate::store::{Record, Removed, Replaced, StoreKey};

pub(super) const RULES: &[Rule] = &[
    always("a record is loaded as it was inserted", |trial| Box::pin(loads_what_was_inserted(trial))),
    always("an existing key is not inserted again", |trial| Box::pin(inserts_once(trial))),
    always("keys are told apart by every byte", |trial| Box::pin(tells_keys_apart(trial))),
    always("nothing but an insertion brings a key into being", |trial| Box::pin(never_recreates(trial))),
    always("a replacement needs the revision that it read", |trial| Box::pin(compares_the_revision(trial))),
    always("a replacement leaves what a touch keeps", |trial| Box::pin(replaces_contents_alone(trial))),
    always("a touch moves forward and never back", |trial| Box::pin(touches_forward(trial))),
    always("a touch does not bring back what has expired", |trial| Box::pin(touches_the_living(trial))),
    always("what was removed stays removed", |trial| Box::pin(removes_for_good(trial))),
    always("instants are the caller's, whatever the year", |trial| Box::pin(lives_in_any_year(trial))),
];

async fn loads_what_was_inserted(trial: Trial) -> Outcome {
    let record = Record {
        authenticated_at: trial.later(1),
        last_seen_at: trial.later(2),
        longest_pause: Duration::from_millis(1_500),
        expires_at: trial.later(1_200),
        ..trial.record(b"contents")
    };
    let key = trial.inserted(record.clone()).await?;
    same(&trial.standing(key).await?, &record)
}

async fn inserts_once(trial: Trial) -> Outcome {
    let key = trial.inserted(trial.record(b"first")).await?;
    expect("the second insertion", trial.store.insert(key, trial.record(b"second")).await, false)?;
    same(&trial.standing(key).await?, &trial.record(b"first"))
}

async fn tells_keys_apart(trial: Trial) -> Outcome {
    let key = trial.inserted(trial.record(b"contents")).await?;
    for position in [0, 15, 31] {
        let mut bytes = *key.as_bytes();
        if let Some(byte) = bytes.get_mut(position) {
            // The case of a letter, so that no comparison may fold it.
            *byte ^= 0x20;
        }
        trial.expect_nothing(StoreKey::from_bytes(bytes)).await?;
    }
    // Bytes that end a text, a line or a command somewhere.
    for (byte, text) in [(0, "zeros"), (b'\n', "line feeds"), (b' ', "spaces"), (0xff, "ones"), (b'%', "per cents")] {
        let mut bytes = *new_key()?.as_bytes();
        bytes.iter_mut().skip(8).for_each(|place| *place = byte);
        let key = StoreKey::from_bytes(bytes);
        expect("an insertion", trial.store.insert(key, trial.record(text.as_bytes())).await, true)?;
        equal("the contents", &contents(&trial.standing(key).await?.payload), &text.as_bytes().to_vec())?;
    }
    Ok(())
}

async fn never_recreates(trial: Trial) -> Outcome {
    let (key, record) = (new_key()?, trial.record(b"contents"));
    expect_gone(&trial, key).await?;
    expect("a removal", trial.store.remove(key).await, Removed::Nothing)?;
    expect("a replacement", trial.store.replace(key, record, 0).await, Replaced::Gone)?;
    trial.expect_nothing(key).await
}

/// That every write but an insertion says that there is nothing, and leaves it so.
async fn expect_gone(trial: &Trial, key: StoreKey) -> Outcome {
    for revision in [0, 1] {
        let replaced = trial.store.replace(key, trial.record(b"again"), revision).await;
        expect("a replacement", replaced, Replaced::Gone)?;
        let aliased = trial.store.alias(key, new_key()?, trial.later(10), revision).await;
        expect("an alias", aliased, Replaced::Gone)?;
    }
    expect("a touch", trial.store.touch(key, trial.later(1), trial.later(2_000)).await, false)?;
    trial.expect_nothing(key).await
}

async fn compares_the_revision(trial: Trial) -> Outcome {
    let key = trial.inserted(trial.record(b"0")).await?;
    expect("at revision 1", trial.store.replace(key, trial.record(b"x"), 1).await, Replaced::Conflict)?;
    expect("at revision 0", trial.store.replace(key, trial.record(b"1"), 0).await, Replaced::Replaced)?;
    expect("at revision 0 again", trial.store.replace(key, trial.record(b"x"), 0).await, Replaced::Conflict)?;
    // What a caller hands in as the record's own revision does not count.
    let misleading = Record { revision: 7, ..trial.record(b"2") };
    expect("at revision 1", trial.store.replace(key, misleading, 1).await, Replaced::Replaced)?;
    let standing = trial.standing(key).await?;
    equal("the revision", &standing.revision, &2)?;
    equal("the contents", &contents(&standing.payload), &b"2".to_vec())
}

async fn replaces_contents_alone(trial: Trial) -> Outcome {
    let key = trial.inserted(trial.record(b"before")).await?;
    expect("a touch", trial.store.touch(key, trial.later(60), trial.later(1_900)).await, true)?;
    let change = Record {
        created_at: trial.later(5),
        authenticated_at: trial.later(6),
        last_seen_at: trial.later(7),
        longest_pause: Duration::from_secs(8),
        expires_at: trial.later(9),
        listing: trial.payload(b"another listing"),
        ..trial.record(b"after")
    };
    expect("a replacement", trial.store.replace(key, change.clone(), 0).await, Replaced::Replaced)?;
    let expected = Record {
        created_at: trial.now,
        last_seen_at: trial.later(60),
        longest_pause: Duration::from_secs(60),
        expires_at: trial.later(1_900),
        revision: 1,
        ..change
    };
    same(&trial.standing(key).await?, &expected)
}

async fn touches_forward(trial: Trial) -> Outcome {
    let key = trial.inserted(trial.record(b"contents")).await?;
    let seen_at = |record: &Record| (record.last_seen_at, record.longest_pause, record.expires_at);
    for (touched_at, until, expected) in [
        (30, 1_810, (trial.later(30), Duration::from_secs(30), trial.later(1_810))),
        // Another node's clock lies behind.
        (20, 1_805, (trial.later(30), Duration::from_secs(30), trial.later(1_810))),
        (40, 1_800, (trial.later(40), Duration::from_secs(30), trial.later(1_810))),
        (90, 1_820, (trial.later(90), Duration::from_secs(50), trial.later(1_820))),
    ] {
        expect("a touch", trial.store.touch(key, trial.later(touched_at), trial.later(until)).await, true)?;
        equal("seen, pause and expiry", &seen_at(&trial.standing(key).await?), &expected)?;
    }
    let standing = trial.standing(key).await?;
    equal("the revision", &standing.revision, &0)?;
    equal("the contents", &contents(&standing.payload), &b"contents".to_vec())
}

async fn touches_the_living(trial: Trial) -> Outcome {
    let expires_at = trial.now.plus(LIFETIME);
    let millisecond = Duration::from_millis(1);
    for (seen_at, lives) in
        [(expires_at.minus(millisecond), true), (expires_at, false), (expires_at.plus(millisecond), false)]
    {
        let key = trial.inserted(trial.record(b"contents")).await?;
        expect("a touch", trial.store.touch(key, seen_at, trial.later(9_000)).await, lives)?;
        // A store may withhold what has expired; what it shows is not prolonged.
        if let (false, Some(record)) = (lives, answered(trial.store.load(key).await)?) {
            equal("the expiry", &record.expires_at, &expires_at)?;
        }
    }
    Ok(())
}

async fn removes_for_good(trial: Trial) -> Outcome {
    let key = trial.inserted(trial.record(b"contents")).await?;
    expect("the first removal", trial.store.remove(key).await, Removed::Record)?;
    trial.expect_nothing(key).await?;
    expect("the second removal", trial.store.remove(key).await, Removed::Nothing)?;
    expect_gone(&trial, key).await
}

/// A test's clock may stand anywhere; an engine's own never decides.
async fn lives_in_any_year(trial: Trial) -> Outcome {
    for now in [Timestamp::from_secs(1_000), Timestamp::from_secs(100_000_000_000)] {
        let trial = Trial { now, ..trial.clone() };
        let record = trial.record(b"contents");
        let key = trial.inserted(record.clone()).await?;
        same(&trial.standing(key).await?, &record)?;
        expect("a touch", trial.store.touch(key, trial.later(10), trial.later(1_850)).await, true)?;
        equal("the expiry", &trial.standing(key).await?.expires_at, &trial.later(1_850))?;
        expect("a removal", trial.store.remove(key).await, Removed::Record)?;
    }
    // Half a century is more than some engines count in the seconds that something has left to live.
    let long = Record { expires_at: trial.now.plus(Duration::from_hours(24 * 365 * 50)), ..trial.record(b"contents") };
    let key = trial.inserted(long.clone()).await?;
    same(&trial.standing(key).await?, &long)?;
    expect("a removal", trial.store.remove(key).await, Removed::Record)
}
