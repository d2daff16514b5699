//! Access tokens that end before they expire.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "a test fails by panicking")]

use std::num::NonZeroUsize;
use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use session_runtime::routing::{get, post};
use session_runtime::{
    Algorithm, AuthSession, ConfigErrorKind, GrantErrorKind, GuardedRouter, ManualClock, MemoryStore, Principal,
    SealingKey, Session, Sessions, SessionsBuilder, SigningKey, SqliteStore, Store, TokenOptions, TokenPair, session,
};
use tests::{Failed, Operation, ProbedStore, SECRET, START, Visitor, index_key, minutes, router, sealing_key, seconds};
use tokio::task::JoinSet;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Principal)]
#[principal(
    cookie(name = "__Host-client"),
    bearer(alg("HS256"), issuer = "https://shop.example", audience = "shop", max_age = "5m", revocable),
    realm = "revocation-client"
)]
struct Client {
    #[principal(id)]
    id: u64,
}

#[session(required)]
async fn whose(session: Session<Client>) -> String {
    session.id.to_string()
}

#[session(required)]
async fn log_out(mut auth: AuthSession<Client>) -> Result<(), Failed> {
    Ok(auth.log_out().await?)
}

#[session(optional)]
async fn log_in(mut auth: AuthSession<Client>) -> Result<(), Failed> {
    auth.log_in(Client { id: 7 }).await?;
    Ok(())
}

#[session(required, cookie)]
async fn end_others(
    session: Session<Client>,
    axum::extract::State(sessions): axum::extract::State<Sessions<Client>>,
) -> Result<(), Failed> {
    sessions.end_others(&session).await?;
    Ok(())
}

struct Api {
    sessions: Sessions<Client>,
    clock: ManualClock,
    store: ProbedStore,
    visitor: Visitor,
}

type Builder = SessionsBuilder<Client>;

impl Api {
    fn over(store: ProbedStore, more: impl FnOnce(Builder) -> Builder) -> Self {
        let clock = ManualClock::at(START);
        let key = SigningKey::secret(Algorithm::HS256, &SECRET).unwrap();
        let builder = tests::sessions(&clock, &store).signing_key(key);
        let sessions = more(builder).build().unwrap();
        let routes = GuardedRouter::new()
            .route("/", get(whose))
            .route("/log-out", post(log_out))
            .route("/log-in", post(log_in))
            .route("/end-others", post(end_others));
        let visitor = Visitor::of(&router(routes, sessions.clone()));
        Self { sessions, clock, store, visitor }
    }

    async fn pair(&self, id: u64) -> TokenPair {
        self.sessions.issue_pair(&Client { id }, &TokenOptions::lasting(minutes(5))).await.unwrap()
    }

    async fn ask(&mut self, request: &str, token: &str) -> u16 {
        self.visitor.ask(request, &[("authorization", &format!("Bearer {token}"))]).await.status
    }

    async fn get(&mut self, pair: &TokenPair) -> u16 {
        self.ask("GET /", pair.access().token()).await
    }

    async fn refresh(&self, pair: &TokenPair) -> bool {
        self.sessions.refresh(pair.refresh_token()).await.is_ok()
    }
}

fn keeping() -> MemoryStore {
    MemoryStore::new().keeping_until_expiry()
}

async fn sqlite() -> Arc<dyn Store> {
    let sqlite = SqliteStore::connect("sqlite::memory:").await.unwrap();
    sqlite.migrate().await.unwrap();
    Arc::new(sqlite)
}

/// Remembered and not; in the process, outside of it, and in a database.
async fn apis() -> Vec<Api> {
    vec![
        Api::over(ProbedStore::over(keeping()), |builder| builder.remember_tokens(100)),
        Api::over(ProbedStore::over(keeping()), |builder| builder.remember_tokens(0)),
        Api::over(ProbedStore::outside(keeping()), |builder| builder.remember_tokens(100)),
        Api::over(ProbedStore::of(sqlite().await), |builder| builder.remember_tokens(100)),
    ]
}

#[tokio::test]
async fn one_token_is_revoked_by_its_id() {
    for mut api in apis().await {
        let (token, other, stranger) = (api.pair(7).await, api.pair(7).await, api.pair(8).await);
        assert_eq!(api.get(&token).await, 200);
        api.sessions.revoke_token_id(&8, token.access().id()).await.unwrap();
        assert_eq!(api.get(&token).await, 200, "nobody revokes somebody else's by it");
        api.sessions.revoke_token_id(&7, token.access().id()).await.unwrap();
        assert_eq!(api.get(&token).await, 401);
        assert_eq!((api.get(&other).await, api.get(&stranger).await), (200, 200));
        assert!(api.refresh(&token).await, "its family goes on");
    }
}

#[tokio::test]
async fn a_response_does_not_tell_that_it_was_revoked() {
    let mut api = Api::over(ProbedStore::over(keeping()), |builder| builder);
    let token = api.pair(7).await;
    let bearer = format!("Bearer {}", token.access().token());
    api.sessions.revoke_tokens_of(&7).await.unwrap();
    let revoked = api.visitor.ask("GET /", &[("authorization", &bearer)]).await;
    let forged = api.visitor.ask("GET /", &[("authorization", &format!("{bearer}A"))]).await;
    assert_eq!(revoked.body, forged.body);
    assert_eq!(revoked.header("www-authenticate"), forged.header("www-authenticate"));
}

#[tokio::test]
async fn all_that_were_issued_until_now_are_revoked() {
    for (issued, status) in [(-1, 401), (0, 401), (1, 200)] {
        for mut api in apis().await {
            if issued == 1 {
                api.sessions.revoke_tokens_of(&7).await.unwrap();
                api.clock.advance(seconds(1));
            }
            let (token, stranger) = (api.pair(7).await, api.pair(8).await);
            if issued < 1 {
                api.clock.advance(Duration::from_secs(u64::from(issued == -1)));
                api.sessions.revoke_tokens_of(&7).await.unwrap();
            }
            assert_eq!((api.get(&token).await, api.get(&stranger).await), (status, 200), "{issued}");
        }
    }
}

// At every instant of the five minutes, also where one period ends and the next one begins.
#[tokio::test]
async fn what_was_revoked_stays_revoked_until_it_expires() {
    let mut api = Api::over(ProbedStore::over(keeping()), |builder| builder.remember_tokens(100));
    for round in 0..150 {
        let (one, all) = (api.pair(7).await, api.pair(8).await);
        let good = api.pair(9).await;
        api.sessions.revoke_token_id(&7, one.access().id()).await.unwrap();
        api.sessions.revoke_tokens_of(&8).await.unwrap();
        for step in [0, 1, 150, 148] {
            api.clock.advance(seconds(step));
            let statuses = (api.get(&one).await, api.get(&all).await, api.get(&good).await);
            assert_eq!(statuses, (401, 401, 200), "round {round}, step {step}");
        }
        // Beyond the expiry and its leeway.
        api.clock.advance(seconds(31));
        assert_eq!(api.get(&good).await, 401);
        api.clock.advance(seconds(7));
    }
}

// ASVS 7.4.1: logging out of the interface ends the token, and what would renew it.
#[tokio::test]
async fn logging_out_ends_the_token_and_its_family() {
    for mut api in apis().await {
        let (token, other) = (api.pair(7).await, api.pair(7).await);
        let older = token;
        let token = api.sessions.refresh(older.refresh_token()).await.unwrap();
        assert_eq!(api.ask("POST /log-out", token.access().token()).await, 200);
        assert_eq!((api.get(&token).await, api.get(&older).await, api.get(&other).await), (401, 401, 200));
        assert!(!api.refresh(&token).await && api.refresh(&other).await);
        assert_eq!(api.ask("POST /log-out", token.access().token()).await, 401);
    }
}

// RFC 7009 2.1, 2.2
#[tokio::test]
async fn either_token_of_a_pair_revokes_both() {
    for mut api in apis().await {
        for by_refresh_token in [true, false] {
            let (token, other) = (api.pair(7).await, api.pair(7).await);
            let text = if by_refresh_token { token.refresh_token() } else { token.access().token() };
            api.sessions.revoke(text).await.unwrap();
            api.sessions.revoke(text).await.unwrap();
            assert_eq!((api.get(&token).await, api.get(&other).await), (401, 200));
            assert!(!api.refresh(&token).await && api.refresh(&other).await);
        }
    }
}

// RFC 9700 4.14.2: the thief's access token ends, too.
#[tokio::test]
async fn a_refresh_token_that_two_have_ends_their_access_tokens() {
    for mut api in apis().await {
        let first = api.pair(7).await;
        let stolen = api.sessions.refresh(first.refresh_token()).await.unwrap();
        let own = api.sessions.refresh(first.refresh_token()).await.unwrap();
        assert_eq!((api.get(&stolen).await, api.get(&own).await), (200, 200));
        assert!(!api.refresh(&stolen).await);
        assert_eq!((api.get(&first).await, api.get(&stolen).await, api.get(&own).await), (401, 401, 401));
    }
}

// ASVS 7.4.2, 7.4.3
#[tokio::test]
async fn what_ends_all_sessions_ends_the_tokens() {
    for mut api in apis().await {
        let (token, stranger) = (api.pair(7).await, api.pair(8).await);
        api.sessions.end_all(&7).await.unwrap();
        assert_eq!((api.get(&token).await, api.get(&stranger).await), (401, 200));

        api.clock.advance(seconds(1));
        let token = api.pair(7).await;
        let mut browser = api.visitor.clone();
        assert!(browser.post("/log-in").await.is_ok());
        assert_eq!(api.get(&token).await, 200);
        assert_eq!(browser.post("/end-others").await.status, 200);
        assert_eq!(api.get(&token).await, 401);
        assert!(!api.refresh(&token).await);
        assert!(browser.get("/").await.is_ok(), "this one stays");
    }
}

// ASVS 16.5.2: nobody is admitted on a guess, remembered or not.
#[tokio::test]
async fn a_list_that_is_not_to_be_had_admits_nobody() {
    for mut api in apis().await {
        let token = api.pair(7).await;
        assert_eq!(api.get(&token).await, 200);
        api.store.set_failing(Operation::Load, true);
        assert_eq!(api.get(&token).await, 503);
        let error = api.sessions.revoke(token.access().token()).await.unwrap_err();
        assert_eq!(error.kind(), GrantErrorKind::Unavailable);
        api.store.set_failing(Operation::Load, false);
        api.store.set_failing(Operation::Insert, true);
        assert_eq!(api.sessions.revoke_tokens_of(&7).await.unwrap_err().kind(), GrantErrorKind::Unavailable);
        assert_eq!(api.ask("POST /log-out", token.access().token()).await, 503);
        assert_eq!(api.get(&token).await, 200);
    }
}

// ASVS 15.4: no revocation is lost, however many come at once.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_revocations_at_once_all_count() {
    const MANY: usize = 12;
    for seed in 1..=6 {
        for mut api in apis().await {
            let mut pairs = Vec::new();
            for _ in 0..MANY {
                pairs.push(api.pair(7).await);
            }
            let good = api.pair(7).await;
            api.store.dawdle(seed);
            let mut running = JoinSet::new();
            for pair in &pairs {
                let (sessions, id) = (api.sessions.clone(), pair.access().id().to_owned());
                running.spawn(async move { sessions.revoke_token_id(&7, &id).await });
            }
            let done = running.join_all().await;
            assert_eq!(done.into_iter().flatten().count(), MANY);
            let mut refused = 0;
            for pair in &pairs {
                refused += usize::from(api.get(pair).await == 401);
            }
            assert_eq!((refused, api.get(&good).await), (MANY, 200));
        }
    }
}

// What was admitted was admitted before; from the answer on, nothing is.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_admitted_once_it_is_revoked() {
    for seed in 1..=6 {
        for api in apis().await {
            api.store.dawdle(seed);
            let pair = api.pair(7).await;
            let bearer = format!("Bearer {}", pair.access().token());
            let mut running = JoinSet::new();
            for _ in 0..8 {
                let (mut visitor, bearer) = (api.visitor.clone(), bearer.clone());
                running.spawn(async move {
                    let mut statuses = Vec::new();
                    for _ in 0..10 {
                        statuses.push(visitor.ask("GET /", &[("authorization", &bearer)]).await.status);
                    }
                    statuses
                });
            }
            tokio::task::yield_now().await;
            api.sessions.revoke(pair.access().token()).await.unwrap();
            let mut late = api.visitor.clone();
            assert_eq!(late.ask("GET /", &[("authorization", &bearer)]).await.status, 401);
            for statuses in running.join_all().await {
                let refused_from = statuses.iter().position(|status| *status == 401).unwrap_or(statuses.len());
                assert!(statuses[..refused_from].iter().all(|status| *status == 200), "{statuses:?}");
                assert!(statuses[refused_from..].iter().all(|status| *status == 401), "{statuses:?}");
            }
        }
    }
}

// What another key of the server has listed is found as long as that key is given.
#[tokio::test]
async fn what_was_revoked_under_a_former_key_stays_revoked() {
    let store = ProbedStore::outside(keeping());
    let old = Api::over(store.clone(), |builder| builder);
    let token = old.pair(7).await;
    old.sessions.revoke_tokens_of(&7).await.unwrap();
    let mut new = Api::over(store, |builder| {
        builder.sealing_key(SealingKey::new([1, 2].repeat(16)).unwrap()).former_sealing_key(sealing_key())
    });
    assert_eq!(new.get(&token).await, 401);
}

// The list may be outside while sessions stay in the process.
#[tokio::test]
async fn the_list_has_a_store_of_its_own() {
    let list = ProbedStore::of(sqlite().await);
    let nodes = [(); 2].map(|()| {
        Api::over(ProbedStore::over(MemoryStore::new()), |builder| {
            builder.revocation_store(list.clone()).sealing_key(sealing_key()).index_key(index_key())
        })
    });
    let [one, mut other] = nodes;
    let token = one.pair(7).await;
    assert_eq!(other.get(&token).await, 200);
    one.sessions.revoke(token.access().token()).await.unwrap();
    assert_eq!(other.get(&token).await, 401);
}

#[tokio::test]
async fn a_full_list_refuses_to_revoke_and_forgets_nothing() {
    let list = MemoryStore::with_capacity(NonZeroUsize::MIN).keeping_until_expiry();
    let mut api =
        Api::over(ProbedStore::over(MemoryStore::new()), |builder| builder.revocation_store(list).remember_tokens(0));
    let (first, second) = (api.pair(7).await, api.pair(8).await);
    api.sessions.revoke(first.access().token()).await.unwrap();
    assert_eq!(api.sessions.revoke_tokens_of(&8).await.unwrap_err().kind(), GrantErrorKind::Unavailable);
    assert_eq!((api.get(&first).await, api.get(&second).await), (401, 200));
    // What has expired makes room.
    api.clock.advance(minutes(30));
    let second = api.pair(8).await;
    api.sessions.revoke_tokens_of(&8).await.unwrap();
    assert_eq!(api.get(&second).await, 401);
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Principal)]
#[principal(bearer(alg("HS256"), issuer = "https://shop.example", audience = "shop"), realm = "revocation-unrevocable")]
struct Unrevocable {
    #[principal(id)]
    id: u64,
}

#[test]
fn a_store_that_forgets_is_refused_in_words() {
    fn refused<P: Principal>(more: impl FnOnce(SessionsBuilder<P>) -> SessionsBuilder<P>) -> String {
        let key = SigningKey::secret(Algorithm::HS256, &SECRET).unwrap();
        let error = more(Sessions::builder().signing_key(key)).build().unwrap_err();
        assert_eq!(error.kind(), ConfigErrorKind::Store);
        error.to_string()
    }
    let forgetful = refused::<Client>(|builder| builder.store(MemoryStore::new()));
    assert!(forgetful.starts_with("this store may forget which tokens of `Client` were revoked"), "{forgetful}");
    let given = refused::<Client>(|builder| builder.store(keeping()).revocation_store(MemoryStore::new()));
    assert_eq!(given, forgetful);
    let undeclared = refused::<Unrevocable>(|builder| builder.revocation_store(keeping()));
    assert!(undeclared.contains("declare `bearer(revocable)` on `Unrevocable`"), "{undeclared}");
}

#[tokio::test]
async fn what_cannot_be_revoked_says_so() {
    let key = SigningKey::secret(Algorithm::HS256, &SECRET).unwrap();
    let sessions: Sessions<Unrevocable> = Sessions::builder().store(keeping()).signing_key(key).build().unwrap();
    let pair = sessions.issue_pair(&Unrevocable { id: 7 }, &TokenOptions::lasting(minutes(5))).await.unwrap();
    let error = sessions.revoke(pair.access().token()).await.unwrap_err();
    assert_eq!((error.kind(), error.code()), (GrantErrorKind::UnsupportedTokenType, "unsupported_token_type"));
    let unsupported = GrantErrorKind::UnsupportedTokenType;
    assert_eq!(sessions.revoke_tokens_of(&7).await.unwrap_err().kind(), unsupported);
    assert_eq!(sessions.revoke_token_id(&7, "a").await.unwrap_err().kind(), unsupported);
    sessions.revoke("a.b.c").await.unwrap();
}

// A token that nobody can name could not be revoked.
#[tokio::test]
async fn a_token_without_an_id_is_refused() {
    let mut api = Api::over(ProbedStore::over(keeping()), |builder| builder);
    let now = START.as_secs();
    let claims = json!({
        "iss": "https://shop.example", "aud": "shop", "sub": "7", "iat": now, "exp": now + 300, "jti": "x",
        "realm": "revocation-client",
    });
    let mut header = jsonwebtoken::Header::new(jsonwebtoken::Algorithm::HS256);
    header.typ = Some("at+jwt".to_owned());
    let key = jsonwebtoken::EncodingKey::from_secret(&SECRET);
    let sign = |claims: &Value| jsonwebtoken::encode(&header, claims, &key).unwrap();
    assert_eq!(api.ask("GET /", &sign(&claims)).await, 200);
    let mut nameless = claims;
    nameless.as_object_mut().unwrap().remove("jti");
    assert_eq!(api.ask("GET /", &sign(&nameless)).await, 401);
}
