use std::sync::atomic::{AtomicUsize, Ordering};

use proptest::prelude::*;
use tokio::sync::Semaphore;

use super::*;
use crate::token::error::TokenConfigError;
use crate::token::keys::SigningKey;

const URL: &str = "https://id.example/jwks";
const CONFIGURATION: &str = "https://id.example/.well-known/openid-configuration";
const START: Timestamp = Timestamp::from_secs(1_800_000_000);

/// An issuer whose answers a test chooses, and counts.
#[derive(Clone, Default)]
struct Issuer(Arc<Served>);

#[derive(Default)]
struct Served {
    /// What is at [`URL`]; nothing while it is down.
    keys: Mutex<Option<String>>,
    configuration: Mutex<Option<String>>,
    fetches: AtomicUsize,
    /// Answers wait for a permit of this, where there is one.
    gate: Option<Semaphore>,
    hangs: bool,
}

impl Issuer {
    fn publishing(ids: &[&str]) -> Self {
        let issuer = Self::default();
        issuer.publish(ids);
        issuer
    }

    fn publish(&self, ids: &[&str]) {
        let keys = ids.iter().map(|id| SigningKey::generate(Algorithm::EdDSA).unwrap().with_id(*id).verifying_key());
        *self.0.keys.lock().unwrap() = Some(KeySet::new(keys).unwrap().to_jwks());
    }

    fn goes_down(&self) {
        *self.0.keys.lock().unwrap() = None;
    }

    fn fetches(&self) -> usize {
        self.0.fetches.load(Ordering::SeqCst)
    }

    fn remote(&self, url: KeySetUrl) -> RemoteKeys {
        url.fetched_by(self.clone()).finish("https://id.example", &[Algorithm::EdDSA]).unwrap()
    }
}

impl FetchKeys for Issuer {
    fn fetch<'a>(&'a self, url: &'a str) -> FetchFuture<'a> {
        Box::pin(async move {
            self.0.fetches.fetch_add(1, Ordering::SeqCst);
            if let Some(gate) = &self.0.gate {
                gate.acquire().await.unwrap().forget();
            }
            if self.0.hangs {
                std::future::pending::<()>().await;
            }
            let at = if url == CONFIGURATION { &self.0.configuration } else { &self.0.keys };
            at.lock().unwrap().clone().map(String::into_bytes).ok_or_else(|| FetchError::new("nobody answers"))
        })
    }
}

fn after(seconds: u64) -> Timestamp {
    START.plus(Duration::from_secs(seconds))
}

fn ids(keys: &RemoteKeys, now: Timestamp) -> Option<Vec<String>> {
    let (set, _) = keys.current(now)?;
    Some(set.iter().filter_map(|key| key.id()).map(str::to_owned).collect())
}

/// Lets the task behind the request's back run to its end.
async fn settle(keys: &RemoteKeys) {
    for _ in 0..20 {
        tokio::task::yield_now().await;
    }
    assert!(!format!("{:?}", keys.0.state()).contains("running: true"));
}

#[tokio::test]
async fn keys_are_fetched_when_they_are_needed() {
    let issuer = Issuer::publishing(&["1"]);
    let keys = issuer.remote(KeySetUrl::new(URL));
    assert_eq!((ids(&keys, START), issuer.fetches()), (None, 0));
    keys.renew(START).await;
    assert_eq!((ids(&keys, START), issuer.fetches()), (Some(vec!["1".to_owned()]), 1));
}

// Before they age out, and no request waits for it.
#[tokio::test]
async fn keys_are_fetched_again_behind_the_requests_back() {
    let issuer = Issuer::publishing(&["1"]);
    let keys = issuer.remote(KeySetUrl::new(URL));
    keys.renew(START).await;
    issuer.publish(&["2"]);
    let generation = keys.generation(START);
    for (seconds, fetches) in [(299, 1), (300, 2), (301, 2)] {
        let held = ids(&keys, after(seconds)).unwrap();
        assert_eq!(held, [if seconds == 301 { "2" } else { "1" }], "{seconds}");
        settle(&keys).await;
        assert_eq!(issuer.fetches(), fetches, "{seconds}");
    }
    assert_ne!(keys.generation(after(301)), generation);
    assert_eq!(keys.generation(after(302)), keys.generation(after(301)));
}

// What is remembered stays good while the keys stay the same.
#[tokio::test]
async fn the_same_keys_are_of_the_same_generation() {
    let issuer = Issuer::publishing(&["1"]);
    let keys = issuer.remote(KeySetUrl::new(URL));
    keys.renew(START).await;
    let generation = keys.generation(START);
    assert_eq!(keys.generation(after(300)), generation);
    settle(&keys).await;
    assert_eq!((keys.generation(after(301)), issuer.fetches()), (generation, 2));
}

#[tokio::test]
async fn old_keys_are_waited_for() {
    let issuer = Issuer::publishing(&["1"]);
    let keys = issuer.remote(KeySetUrl::new(URL));
    keys.renew(START).await;
    assert!(ids(&keys, after(900)).is_none(), "nobody asked for 15 minutes");
    issuer.publish(&["2"]);
    keys.renew(after(900)).await;
    assert_eq!(ids(&keys, after(900)), Some(vec!["2".to_owned()]));
}

// Bounded, and asked again after each cooldown.
#[tokio::test]
async fn stale_keys_are_used_while_the_issuer_is_down() {
    let issuer = Issuer::publishing(&["1"]);
    let keys = issuer.remote(KeySetUrl::new(URL));
    keys.renew(START).await;
    issuer.goes_down();
    keys.renew(after(900)).await;
    assert_eq!(issuer.fetches(), 2);
    for seconds in 900..930 {
        assert!(ids(&keys, after(seconds)).is_some(), "{seconds}");
    }
    assert_eq!(issuer.fetches(), 2);
    assert!(ids(&keys, after(930)).is_none(), "it is time to try again");
    keys.renew(after(3599)).await;
    assert_eq!((ids(&keys, after(3599)).is_some(), ids(&keys, after(3600)).is_some()), (true, false));
    issuer.publish(&["2"]);
    keys.renew(after(3628)).await;
    assert_eq!((ids(&keys, after(3628)), issuer.fetches()), (None, 3), "not within the cooldown");
    keys.renew(after(3629)).await;
    assert_eq!(ids(&keys, after(3629)), Some(vec!["2".to_owned()]));
}

#[tokio::test]
async fn what_is_no_set_of_keys_changes_nothing() {
    let issuer = Issuer::publishing(&["1"]);
    let keys = issuer.remote(KeySetUrl::new(URL));
    keys.renew(START).await;
    let key = SigningKey::generate(Algorithm::EdDSA).unwrap().with_id("2").verifying_key();
    let twice = crate::token::published([&key, &key]);
    for (step, json) in ["", "<html>", r#"{"keys":{}}"#, &twice].into_iter().enumerate() {
        *issuer.0.keys.lock().unwrap() = Some(json.to_owned());
        let now = after(30 * (u64::try_from(step).unwrap() + 1));
        keys.look_again(now).await;
        assert_eq!(ids(&keys, now), Some(vec!["1".to_owned()]), "{json}");
    }
    assert_eq!(issuer.fetches(), 5);
    // An issuer that takes all its keys away means it.
    *issuer.0.keys.lock().unwrap() = Some(r#"{"keys":[]}"#.to_owned());
    keys.look_again(after(200)).await;
    assert_eq!(ids(&keys, after(200)), Some(vec![]));
}

// Once for any number of requests, and not again within the cooldown.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn an_unknown_key_is_looked_for_once() {
    let served = Served { gate: Some(Semaphore::new(1)), ..Served::default() };
    let issuer = Issuer(Arc::new(served));
    issuer.publish(&["1"]);
    let keys = issuer.remote(KeySetUrl::new(URL));
    keys.renew(START).await;
    issuer.publish(&["1", "2"]);
    let waiting: Vec<_> = (0..200)
        .map(|_| {
            let keys = keys.clone();
            tokio::spawn(async move {
                keys.look_again(after(1)).await;
                ids(&keys, after(1)).unwrap().len()
            })
        })
        .collect();
    while issuer.fetches() < 2 {
        tokio::task::yield_now().await;
    }
    // Clients that hang up take nothing away from the others.
    for (number, task) in waiting.iter().enumerate() {
        if number % 10 == 0 {
            task.abort();
        }
    }
    issuer.0.gate.as_ref().unwrap().add_permits(1);
    for task in waiting {
        match task.await {
            Ok(held) => assert_eq!(held, 2),
            Err(error) => assert!(error.is_cancelled()),
        }
    }
    assert_eq!(issuer.fetches(), 2);
    keys.look_again(after(30)).await;
    assert_eq!(issuer.fetches(), 2);
    issuer.0.gate.as_ref().unwrap().add_permits(1);
    keys.look_again(after(31)).await;
    assert_eq!(issuer.fetches(), 3);
}

// A key that appears just after the keys were fetched for their age is not kept waiting for.
#[tokio::test]
async fn an_unknown_key_is_looked_for_at_once() {
    let issuer = Issuer::publishing(&["1"]);
    let keys = issuer.remote(KeySetUrl::new(URL));
    keys.renew(START).await;
    issuer.publish(&["1", "2"]);
    keys.look_again(START).await;
    assert_eq!((ids(&keys, START).unwrap().len(), issuer.fetches()), (2, 2));
}

#[tokio::test(start_paused = true)]
async fn an_issuer_that_hangs_is_given_up() {
    let issuer = Issuer(Arc::new(Served { hangs: true, ..Served::default() }));
    let keys = issuer.remote(KeySetUrl::new(URL));
    let begun = tokio::time::Instant::now();
    keys.renew(START).await;
    assert_eq!((begun.elapsed().as_secs(), ids(&keys, START)), (5, None));
    settle(&keys).await;
}

// OpenID Connect Discovery 1.0, 4.3.
#[tokio::test]
async fn discovery_finds_the_keys_of_this_very_issuer() {
    let issuer = Issuer::publishing(&["1"]);
    let keys = issuer.remote(KeySetUrl::discovered());
    let configure = |json: &str| *issuer.0.configuration.lock().unwrap() = Some(json.to_owned());
    for (step, json) in [
        r#"{"issuer":"https://evil.example","jwks_uri":"https://id.example/jwks"}"#,
        r#"{"issuer":"https://id.example","jwks_uri":"http://id.example/jwks"}"#,
        r#"{"issuer":"https://id.example","jwks_uri":"file:///etc/passwd"}"#,
        r#"{"issuer":"https://id.example"}"#,
    ]
    .into_iter()
    .enumerate()
    {
        configure(json);
        let now = after(30 * u64::try_from(step).unwrap());
        keys.renew(now).await;
        assert_eq!((ids(&keys, now), issuer.fetches()), (None, step + 1), "{json}");
    }
    configure(r#"{"issuer":"https://id.example","jwks_uri":"https://keys.example/jwks"}"#);
    keys.renew(after(200)).await;
    assert_eq!((ids(&keys, after(200)), issuer.fetches()), (Some(vec!["1".to_owned()]), 6));
}

#[test]
fn outside_of_a_runtime_nothing_hangs() {
    let issuer = Issuer::publishing(&["1"]);
    let keys = issuer.remote(KeySetUrl::new(URL));
    keys.fetch_aside(Moment::new(START));
    assert_eq!((ids(&keys, START), issuer.fetches()), (None, 0));
}

#[test]
fn a_url_is_checked_when_the_program_starts() {
    let refused =
        |issuer: &str, url: KeySetUrl| match url.fetched_by(Issuer::default()).finish(issuer, &[Algorithm::EdDSA]) {
            Err(TokenConfigError::KeySetUrl { error, .. }) => Some(error),
            other => {
                assert!(other.is_ok());
                None
            }
        };
    assert_eq!(refused("x", KeySetUrl::new("http://127.0.0.1/jwks")), Some(AddressError::NotHttps));
    assert_eq!(refused("x", KeySetUrl::new("http://127.0.0.1/jwks").http_on_loopback()), None);
    assert_eq!(refused("id.example", KeySetUrl::discovered()), Some(AddressError::NotAUrl));
    assert_eq!(refused("https://id.example", KeySetUrl::discovered()), None);
}

// The node's clock was six hours ahead when it last asked, and was then set back.
#[tokio::test(start_paused = true)]
async fn a_clock_that_ran_ahead_delays_no_fetch() {
    let issuer = Issuer::default();
    let keys = issuer.remote(KeySetUrl::new(URL));
    keys.renew(after(6 * 3600)).await;
    assert_eq!(issuer.fetches(), 1);
    issuer.publish(&["1"]);
    for (seconds, fetches) in [(29, 1), (1, 2)] {
        tokio::time::advance(Duration::from_secs(seconds)).await;
        keys.renew(START).await;
        assert_eq!(issuer.fetches(), fetches);
    }
    assert!(ids(&keys, START).is_some());
}

#[tokio::test(start_paused = true)]
async fn a_clock_that_ran_ahead_keeps_no_old_keys() {
    let issuer = Issuer::publishing(&["1"]);
    let keys = issuer.remote(KeySetUrl::new(URL));
    keys.renew(after(6 * 3600)).await;
    for (seconds, are_held) in [(899, true), (1, false)] {
        issuer.goes_down();
        tokio::time::advance(Duration::from_secs(seconds)).await;
        assert_eq!(keys.0.state().access(Moment::new(START), &keys.0.freshness) != Access::Wait, are_held);
    }
}

proptest! {
    // Whatever happens, and when: keys are used for no longer than they may be, and fetching begins no more often.
    #[test]
    fn keys_are_never_used_for_too_long(steps in prop::collection::vec((0_u64..1000, 0_u8..4), 1..60)) {
        let freshness =
            Freshness { refreshed_every: Duration::from_secs(300), stale_for: Duration::from_secs(3600), cooldown: Duration::from_secs(30) };
        let (mut state, mut now) = (State::default(), START);
        let (mut fetched_at, mut begun_at): (Option<Timestamp>, [Option<Timestamp>; 2]) = (None, [None; 2]);
        for (pause, step) in steps {
            now = now.plus(Duration::from_secs(pause));
            match step {
                0 | 1 => {
                    let cause = [Cause::Age, Cause::UnknownKey][usize::from(step)];
                    if state.begin(cause, Moment::new(now), &freshness) == Begun::Here {
                        let last = begun_at[usize::from(step)].replace(now);
                        prop_assert!(last.is_none_or(|last| now.since(last) >= freshness.cooldown));
                    }
                }
                2 => {
                    state.fetched(KeySet::new([]).unwrap(), Vec::new(), Moment::new(now));
                    state.ended();
                    fetched_at = Some(now);
                }
                _ => state.ended(),
            }
            let age = fetched_at.map(|at| now.since(at));
            if matches!(state.access(Moment::new(now), &freshness), Access::Ready | Access::Due) {
                prop_assert!(age.is_some_and(|age| age < freshness.stale_for));
            } else {
                prop_assert!(age.is_none_or(|age| age >= freshness.aged_after()));
            }
        }
    }
}
