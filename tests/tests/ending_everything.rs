//! The order in which everything of a subject ends: token families before access tokens before sessions.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::sync::Arc;

use axum::extract::State;
use serde::{Deserialize, Serialize};
use session_runtime::routing::{get, post};
use session_runtime::{
    Algorithm, AuthSession, GrantErrorKind, GuardedRouter, ManualClock, MemoryStore, Principal, Session, Sessions,
    SigningKey, SqliteStore, TokenOptions, TokenPair, session,
};
use tests::{
    Failed, Gate, Operation, ProbedStore, SECRET, START, Visitor, index_key, minutes, router, sealing_key, sessions,
};

#[derive(Clone, Debug, Serialize, Deserialize, Principal)]
#[principal(
    cookie(name = "__Host-client"),
    bearer(alg("HS256"), issuer = "https://shop.example", audience = "shop", max_age = "1h", revocable),
    realm = "ending-client"
)]
struct Client {
    #[principal(id)]
    id: u64,
}

/// The same, with sessions that live in their cookie.
#[derive(Clone, Debug, Serialize, Deserialize, Principal)]
#[principal(
    cookie(name = "__Host-reader", token = "jwt", revocable),
    bearer(alg("HS256"), issuer = "https://shop.example", audience = "shop", max_age = "1h", revocable),
    realm = "ending-reader"
)]
struct Reader {
    #[principal(id)]
    id: u64,
}

#[session(required)]
async fn whose(session: Session<Client>) -> String {
    session.id.to_string()
}

#[session(optional)]
async fn log_in(mut auth: AuthSession<Client>) -> Result<(), Failed> {
    auth.log_in(Client { id: 7 }).await?;
    Ok(())
}

#[session(required)]
async fn log_out(mut auth: AuthSession<Client>) -> Result<(), Failed> {
    Ok(auth.log_out().await?)
}

#[session(required, cookie)]
async fn end_others(session: Session<Client>, State(sessions): State<Sessions<Client>>) -> Result<(), Failed> {
    sessions.end_others(&session).await?;
    Ok(())
}

struct Site {
    sessions: Sessions<Client>,
    store: ProbedStore,
    visitor: Visitor,
}

impl Site {
    fn over(store: ProbedStore) -> Self {
        let clock = ManualClock::at(START);
        let key = SigningKey::secret(Algorithm::HS256, &SECRET).unwrap();
        let sessions: Sessions<Client> = sessions(&clock, &store).signing_key(key).build().unwrap();
        let routes = GuardedRouter::new()
            .route("/", get(whose))
            .route("/log-in", post(log_in))
            .route("/log-out", post(log_out))
            .route("/end-others", post(end_others));
        let visitor = Visitor::of(&router(routes, sessions.clone()));
        Self { sessions, store, visitor }
    }

    async fn member(&self) -> Visitor {
        let mut visitor = self.visitor.clone();
        assert!(visitor.post("/log-in").await.is_ok());
        visitor
    }

    async fn pair(&self) -> TokenPair {
        self.sessions.issue_pair(&Client { id: 7 }, &options()).await.unwrap()
    }

    async fn refresh(&self, pair: &TokenPair) -> Result<TokenPair, GrantErrorKind> {
        self.sessions.refresh(pair.refresh_token()).await.map_err(|error| error.kind())
    }

    async fn ask(&self, request: &str, pair: &TokenPair) -> u16 {
        let bearer = format!("Bearer {}", pair.access().token());
        self.visitor.clone().ask(request, &[("authorization", &bearer)]).await.status
    }
}

fn options() -> TokenOptions {
    TokenOptions::lasting(minutes(60))
}

/// In the process, as sealed bytes, and in a database.
async fn stores() -> [ProbedStore; 3] {
    let keeping = || MemoryStore::new().keeping_until_expiry();
    let sqlite = SqliteStore::connect("sqlite::memory:").await.unwrap();
    sqlite.migrate().await.unwrap();
    [ProbedStore::over(keeping()), ProbedStore::outside(keeping()), ProbedStore::of(Arc::new(sqlite))]
}

// ASVS 7.4.2, 7.4.3: the refresh comes between the end of the families and the revocation of what they issued.
#[tokio::test]
async fn no_refresh_between_the_steps_of_end_all_succeeds() {
    for by_administrator in [true, false] {
        for site in stores().await.map(Site::over) {
            let (pair, mut member) = (site.pair().await, site.member().await);
            let gate = Gate::new();
            // The first insertion is that of the list of revoked tokens.
            site.store.hold(Operation::Insert, &gate);
            let sessions = site.sessions.clone();
            let ending = tokio::spawn(async move {
                if by_administrator {
                    sessions.end_all(&7).await.unwrap();
                } else {
                    assert!(member.post("/end-others").await.is_ok());
                }
            });
            gate.reached().await;
            let refreshed = site.refresh(&pair).await;
            gate.open();
            ending.await.unwrap();
            assert_eq!(refreshed.map(drop), Err(GrantErrorKind::InvalidGrant));
            assert_eq!(site.ask("GET /", &pair).await, 401);
        }
    }
}

#[tokio::test]
async fn end_all_ends_what_it_can_when_the_store_fails() {
    for failing in [Operation::Insert, Operation::Load] {
        for site in stores().await.map(Site::over) {
            let (pair, mut member) = (site.pair().await, site.member().await);
            site.store.set_failing(failing, true);
            assert!(site.sessions.end_all(&7).await.is_err(), "{failing:?}");
            site.store.set_failing(failing, false);
            assert_eq!(site.refresh(&pair).await.map(drop), Err(GrantErrorKind::InvalidGrant), "{failing:?}");
            assert_eq!(member.get("/").await.status, 401, "{failing:?}");
            // The access token is told to stand by the error, and ends at the second try.
            assert_eq!(site.ask("GET /", &pair).await, 200, "{failing:?}");
            site.sessions.end_all(&7).await.unwrap();
            assert_eq!(site.ask("GET /", &pair).await, 401, "{failing:?}");
        }
    }
}

#[tokio::test]
async fn end_others_ends_families_when_the_revocation_fails() {
    for site in stores().await.map(Site::over) {
        let (pair, mut here, mut there) = (site.pair().await, site.member().await, site.member().await);
        site.store.set_failing(Operation::Insert, true);
        assert_eq!(here.post("/end-others").await.status, 503);
        site.store.set_failing(Operation::Insert, false);
        assert_eq!(site.refresh(&pair).await.map(drop), Err(GrantErrorKind::InvalidGrant));
        assert_eq!((here.get("/").await.status, there.get("/").await.status), (200, 401));
    }
}

// The family's removal fails: the token that was shown still counts, so that the log-out can be tried again.
#[tokio::test]
async fn a_token_log_out_that_failed_can_be_repeated() {
    for site in stores().await.map(Site::over) {
        let pair = site.pair().await;
        site.store.set_failing(Operation::Remove, true);
        assert_eq!(site.ask("POST /log-out", &pair).await, 503);
        site.store.set_failing(Operation::Remove, false);
        assert_eq!(site.ask("POST /log-out", &pair).await, 200);
        assert_eq!(site.refresh(&pair).await.map(drop), Err(GrantErrorKind::InvalidGrant));
        assert_eq!(site.ask("GET /", &pair).await, 401);
    }
}

// Stateless cookies: the list of ended sessions fails, and the families are over.
#[tokio::test]
async fn families_end_first_beside_stateless_cookies() {
    for store in stores().await {
        let list = ProbedStore::over(MemoryStore::new().keeping_until_expiry());
        let key = SigningKey::secret(Algorithm::HS256, &SECRET).unwrap();
        let builder = Sessions::<Reader>::builder()
            .clock(ManualClock::at(START))
            .sealing_key(sealing_key())
            .index_key(index_key());
        let builder = builder.store(store).revocation_store(list.clone()).signing_key(key);
        let sessions = builder.build().unwrap();
        let pair = sessions.issue_pair(&Reader { id: 7 }, &options()).await.unwrap();
        list.set_failing(Operation::Insert, true);
        assert!(sessions.end_all(&7).await.is_err());
        let error = sessions.refresh(pair.refresh_token()).await.unwrap_err();
        assert_eq!(error.kind(), GrantErrorKind::InvalidGrant);
    }
}
