//! Refresh tokens: exchanged once, for what was granted, until they end; and what happens when two have one.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "a test fails by panicking")]

use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use session_runtime::routing::get;
use session_runtime::{
    Algorithm, GrantError, GrantErrorKind, GuardedRouter, ManualClock, MemoryStore, Principal, PrincipalSource,
    Revalidation, Session, Sessions, SigningKey, SqliteStore, TokenOptions, TokenPair, session,
};
use tests::{Events, Operation, ProbedStore, SECRET, START, Visitor, minutes, router, seconds, sessions};
use tokio::task::JoinSet;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
enum Role {
    Staff,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Principal)]
#[principal(
    cookie(name = "__Host-client"),
    bearer(alg("HS256"), issuer = "https://id.example", audience = "shop", max_age = "5m", auth_time),
    absolute = "10h",
    idle = "1h",
    max_sessions = 3,
    realm = "refresh-tokens-client"
)]
struct Client {
    #[principal(id)]
    id: u64,
    #[principal(roles)]
    roles: Vec<Role>,
    #[principal(scopes)]
    scopes: Vec<String>,
}

/// Another realm with the same declaration, and no cookie.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Principal)]
#[principal(bearer(alg("HS256"), issuer = "https://id.example", audience = "shop"), realm = "refresh-tokens-machine")]
struct Machine {
    #[principal(id)]
    id: u64,
}

#[session(required)]
async fn whose(session: Session<Client>) -> String {
    session.id.to_string()
}

fn client(id: u64) -> Client {
    Client { id, roles: vec![Role::Staff], scopes: vec!["orders:read".into(), "orders:write".into()] }
}

fn options() -> TokenOptions {
    TokenOptions::lasting(minutes(5))
}

struct Place {
    clock: ManualClock,
    store: ProbedStore,
    sessions: Sessions<Client>,
}

impl Place {
    fn over(store: ProbedStore) -> Self {
        let clock = ManualClock::at(START);
        Self { sessions: built(&clock, &store), clock, store }
    }

    async fn begin(&self) -> TokenPair {
        self.sessions.issue_pair(&client(7), &options()).await.unwrap()
    }

    async fn refresh(&self, pair: &TokenPair) -> Result<TokenPair, GrantErrorKind> {
        self.sessions.refresh(pair.refresh_token()).await.map_err(|error| error.kind())
    }
}

fn built<P: Principal>(clock: &ManualClock, store: &ProbedStore) -> Sessions<P> {
    let key = SigningKey::secret(Algorithm::HS256, &SECRET).unwrap();
    sessions(clock, store).signing_key(key).build().unwrap()
}

/// In the process, as sealed bytes, and in a database.
async fn places() -> [Place; 3] {
    let sqlite = SqliteStore::connect("sqlite::memory:").await.unwrap();
    sqlite.migrate().await.unwrap();
    [ProbedStore::over(MemoryStore::new()), ProbedStore::outside(MemoryStore::new()), ProbedStore::of(Arc::new(sqlite))]
        .map(Place::over)
}

fn claims(pair: &TokenPair) -> Value {
    let payload = pair.access().token().split('.').nth(1).unwrap();
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(payload).unwrap()).unwrap()
}

fn reused(events: &Events) -> usize {
    events.drain().iter().filter(|event| event.name() == "session.refresh_reused").count()
}

const DEAD: Result<(), GrantErrorKind> = Err(GrantErrorKind::InvalidGrant);

fn outcome(pair: Result<TokenPair, GrantErrorKind>) -> Result<(), GrantErrorKind> {
    pair.map(drop)
}

// RFC 6749 6; RFC 9068 2.2.1: nothing about the authentication is renewed by refreshing.
#[tokio::test]
async fn what_was_granted_is_copied_and_never_renewed() {
    for place in places().await {
        let options = options()
            .authenticated_at(START.plus(Duration::ZERO))
            .factors(["pwd", "otp"])
            .scopes(["orders:read"])
            .audience("shop")
            .audience("bank")
            .claim("tenant", "north")
            .unwrap();
        place.clock.advance(seconds(90));
        let first = place.sessions.issue_pair(&client(7), &options).await.unwrap();
        place.clock.advance(seconds(200));
        let second = place.refresh(&first).await.unwrap();
        place.clock.advance(seconds(10));
        let third = place.refresh(&second).await.unwrap();
        let start = START.as_secs();
        for (pair, issued_at) in [(&first, start + 90), (&second, start + 290), (&third, start + 300)] {
            let claims = claims(pair);
            assert_eq!(claims["iat"], issued_at);
            assert_eq!(claims["exp"], issued_at + 300);
            assert_eq!(claims["auth_time"], start);
            assert_eq!(claims["amr"], serde_json::json!(["pwd", "otp"]));
            assert_eq!(claims["scope"], "orders:read");
            assert_eq!(claims["roles"], serde_json::json!(["Staff"]));
            assert_eq!(claims["aud"], serde_json::json!(["shop", "bank"]));
            assert_eq!(claims["tenant"], "north");
            assert_eq!(claims["sub"], "7");
        }
        let ids: std::collections::BTreeSet<_> =
            [&first, &second, &third].map(|pair| pair.access().id().to_owned()).into();
        assert_eq!(ids.len(), 3);
        assert_eq!(claims(&first)["refresh_family"], claims(&third)["refresh_family"]);
    }
}

#[tokio::test]
async fn the_access_token_opens_what_a_token_opens() {
    let place = Place::over(ProbedStore::over(MemoryStore::new()));
    let mut visitor = Visitor::of(&router(GuardedRouter::new().route("/", get(whose)), place.sessions.clone()));
    let pair = place.begin().await;
    let pair = place.refresh(&pair).await.unwrap();
    let ask = |token: &str| [("authorization", format!("Bearer {token}"))];
    for (token, status) in [(pair.access().token(), 200), (pair.refresh_token(), 401)] {
        let headers = ask(token);
        let headers = headers.each_ref().map(|(name, value)| (*name, value.as_str()));
        assert_eq!(visitor.ask("GET /", &headers).await.status, status);
    }
    visitor.set_cookie("__Host-client", pair.refresh_token());
    assert_eq!(visitor.get("/").await.status, 401);
    // The half that names the family, in the form of a cookie.
    let bytes = URL_SAFE_NO_PAD.decode(pair.refresh_token()).unwrap();
    visitor.set_cookie("__Host-client", &URL_SAFE_NO_PAD.encode(&bytes[..33]));
    assert_eq!(visitor.get("/").await.status, 401);
}

// RFC 8725 3.12: what is of another kind is of no use.
#[tokio::test]
async fn what_is_no_refresh_token_is_refused() {
    for place in places().await {
        let machines = built::<Machine>(&place.clock, &place.store);
        let other = machines.issue_pair(&Machine { id: 7 }, &options()).await.unwrap();
        let pair = place.begin().await;
        let (access, refresh) = (pair.access().token(), pair.refresh_token());
        let forged = URL_SAFE_NO_PAD.encode([1; 65]);
        for text in ["", "x", access, other.refresh_token(), &forged, &refresh[1..], &format!("{refresh}=")] {
            assert_eq!(place.sessions.refresh(text).await.unwrap_err().kind(), GrantErrorKind::InvalidGrant, "{text}");
            let revoked = place.sessions.revoke(text).await.map_err(|error| error.kind());
            let expected = if text == access { Err(GrantErrorKind::UnsupportedTokenType) } else { Ok(()) };
            assert_eq!(revoked, expected, "{text}");
        }
        assert!(place.refresh(&pair).await.is_ok());
        assert!(machines.refresh(other.refresh_token()).await.is_ok());
    }
}

// RFC 9700 4.14.2; ASVS 10.4.8: both ends, to the millisecond.
#[tokio::test]
async fn a_family_ends_when_it_rests_for_too_long() {
    for (rest, good) in [(3_599_999, true), (3_600_000, false), (3_600_001, false)] {
        for place in places().await {
            let pair = place.begin().await;
            assert_eq!(pair.refresh_expires_at(), START.plus(minutes(60)));
            place.clock.advance(minutes(30));
            let pair = place.refresh(&pair).await.unwrap();
            assert_eq!(pair.refresh_expires_at(), START.plus(minutes(90)));
            place.clock.advance(Duration::from_millis(rest));
            assert_eq!(place.refresh(&pair).await.is_ok(), good, "{rest}");
        }
    }
}

#[tokio::test]
async fn a_family_ends_however_busy_it_is() {
    for (rest, good) in [(-1, true), (0, false), (1, false)] {
        for place in places().await {
            let mut pair = place.begin().await;
            for _ in 0..19 {
                place.clock.advance(minutes(30));
                pair = place.refresh(&pair).await.unwrap();
            }
            assert_eq!(pair.refresh_expires_at(), START.plus(minutes(600)));
            place.clock.advance(Duration::from_millis((1_800_000_i64 + rest).unsigned_abs()));
            assert_eq!(place.refresh(&pair).await.is_ok(), good, "{rest}");
        }
    }
}

#[tokio::test]
async fn a_lost_response_is_no_theft() {
    let (events, _guard) = Events::here();
    for place in places().await {
        let first = place.begin().await;
        for _ in 0..3 {
            place.refresh(&first).await.unwrap();
        }
        let second = place.refresh(&first).await.unwrap();
        let third = place.refresh(&second).await.unwrap();
        assert!(place.refresh(&third).await.is_ok());
        assert_eq!(reused(&events), 0);
    }
}

// RFC 9700 4.14.2: whoever comes second ends it for both.
#[tokio::test]
async fn a_token_that_two_have_ends_the_family() {
    let (events, _guard) = Events::here();
    for place in places().await {
        let bystander = place.begin().await;
        // The client was first, and used what it got.
        let first = place.begin().await;
        let second = place.refresh(&first).await.unwrap();
        let third = place.refresh(&second).await.unwrap();
        assert_eq!(outcome(place.refresh(&first).await), DEAD);
        let told = events.drain();
        assert_eq!((told.len(), told[0].name()), (1, "session.refresh_reused"));
        assert_eq!(told[0].field("family").unwrap().len(), 10, "a hash, cut short: {}", told[0]);
        for pair in [&third, &second, &first] {
            assert_eq!(outcome(place.refresh(pair).await), DEAD);
        }
        assert_eq!(reused(&events), 0, "it ends once");

        // The thief was first, then the client, and then the thief goes on with what is dead.
        let first = place.begin().await;
        let stolen = place.refresh(&first).await.unwrap();
        let own = place.refresh(&first).await.unwrap();
        assert_eq!(outcome(place.refresh(&stolen).await), DEAD);
        assert_eq!(outcome(place.refresh(&own).await), DEAD);
        assert_eq!(reused(&events), 1);
        assert!(place.refresh(&bystander).await.is_ok());
    }
}

/// Many at once, so that each store interleaves them as it likes.
async fn all_at_once(sessions: &Sessions<Client>, tokens: Vec<String>) -> Vec<Result<TokenPair, GrantErrorKind>> {
    let mut running = JoinSet::new();
    for token in tokens {
        let sessions = sessions.clone();
        running.spawn(async move { sessions.refresh(&token).await.map_err(|error| error.kind()) });
    }
    running.join_all().await
}

// ASVS 15.4: of many that come with one token each gets a successor, and of these at most one is good.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_many_that_refresh_at_once_one_goes_on() {
    const MANY: usize = 12;
    for seed in 1..=8 {
        for place in places().await {
            place.store.dawdle(seed);
            let first = place.begin().await;
            let pairs = all_at_once(&place.sessions, vec![first.refresh_token().to_owned(); MANY]).await;
            let successors: Vec<String> =
                pairs.into_iter().map(|pair| pair.unwrap().refresh_token().to_owned()).collect();
            assert_eq!(successors.iter().collect::<std::collections::BTreeSet<_>>().len(), MANY);

            let outcomes = all_at_once(&place.sessions, successors.clone()).await;
            let good: Vec<_> = outcomes.into_iter().filter_map(Result::ok).collect();
            assert!(good.len() <= 1, "{} of {MANY} are good", good.len());
            // The others were dead, and dead ones end the family.
            for token in successors.iter().map(String::as_str).chain(good.iter().map(TokenPair::refresh_token)) {
                assert!(place.sessions.refresh(token).await.is_err());
            }
        }
    }
}

// And not none.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_one_that_goes_on_is_one_of_them() {
    const MANY: usize = 4;
    let (mut good, mut rounds) = (0, 0);
    for seed in 1..=40 {
        for place in places().await {
            place.store.dawdle(seed);
            let first = place.begin().await;
            let pairs = all_at_once(&place.sessions, vec![first.refresh_token().to_owned(); MANY]).await;
            let pairs: Vec<_> = pairs.into_iter().map(Result::unwrap).collect();
            rounds += 1;
            good += usize::from(place.refresh(&pairs[rounds % MANY]).await.is_ok());
        }
    }
    // A quarter of them, if each is as likely to be the last.
    assert!(good > 0 && good < rounds, "{good} of {rounds}");
}

// Logging out wins over a refresh under way.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn revoking_wins_over_whatever_runs() {
    for seed in 1..=12 {
        for place in places().await {
            place.store.dawdle(seed);
            let first = place.begin().await;
            let second = place.refresh(&first).await.unwrap();
            let token = second.refresh_token().to_owned();
            let (sessions, all) = (place.sessions.clone(), seed % 2 == 0);
            let ending = tokio::spawn(async move {
                if all {
                    sessions.end_all(&7).await.map(drop).map_err(|error| error.to_string())
                } else {
                    // Any token of the family will do.
                    sessions.revoke(first.refresh_token()).await.map_err(|error| error.to_string())
                }
            });
            let outcomes = all_at_once(&place.sessions, vec![token; 6]).await;
            ending.await.unwrap().unwrap();
            for pair in outcomes.into_iter().filter_map(Result::ok) {
                assert_eq!(outcome(place.refresh(&pair).await), DEAD);
            }
            assert_eq!(outcome(place.refresh(&second).await), DEAD);
        }
    }
}

// ASVS 7.4.2, 7.4.3: what ends somebody's sessions ends what would go on without them.
#[tokio::test]
async fn families_end_with_the_sessions_of_their_subject() {
    for place in places().await {
        let (mine, other) = (place.begin().await, place.sessions.issue_pair(&client(8), &options()).await.unwrap());
        let more = place.begin().await;
        // They are no sessions of a browser: neither listed nor counted as such.
        assert!(place.sessions.of(&7).await.unwrap().is_empty());
        assert_eq!(place.sessions.end_all(&7).await.unwrap(), 2);
        assert_eq!(outcome(place.refresh(&mine).await), DEAD);
        assert_eq!(outcome(place.refresh(&more).await), DEAD);
        assert!(place.refresh(&other).await.is_ok());

        let machines = built::<Machine>(&place.clock, &place.store);
        let machine = machines.issue_pair(&Machine { id: 7 }, &options()).await.unwrap();
        assert_eq!(place.sessions.end_all(&7).await.unwrap(), 0, "another realm's");
        assert_eq!(machines.end_all(&7).await.unwrap(), 1);
        assert!(machines.refresh(machine.refresh_token()).await.is_err());
    }
}

// Whoever is granted one more than allowed loses the oldest, and never the one they were just given.
#[tokio::test]
async fn a_subject_has_at_most_as_many_families_as_sessions() {
    for place in places().await {
        let mut pairs = Vec::new();
        for _ in 0..5 {
            pairs.push(place.begin().await);
            place.clock.advance(seconds(1));
        }
        let other = place.sessions.issue_pair(&client(8), &options()).await.unwrap();
        for (number, pair) in pairs.iter().enumerate() {
            assert_eq!(place.refresh(pair).await.is_ok(), number >= 2, "{number}");
        }
        assert!(place.refresh(&other).await.is_ok());
        // A refreshed family is no new one; one that has expired is none.
        place.clock.advance(minutes(61));
        let newest = place.begin().await;
        assert!(place.refresh(&newest).await.is_ok());
    }
}

// RFC 6749 6: an access token may have less, the refresh token keeps what was granted.
#[tokio::test]
async fn a_scope_is_narrowed_and_never_widened() {
    for place in places().await {
        let all = place.begin().await;
        let narrowed = place.sessions.refresh_narrowed(all.refresh_token(), ["orders:read"]).await.unwrap();
        assert_eq!(narrowed.access().scope(), Some("orders:read"));
        let again = place.refresh(&narrowed).await.unwrap();
        assert_eq!(again.access().scope(), Some("orders:read orders:write"));

        let options = options().scopes(["orders:read"]);
        let granted = place.sessions.issue_pair(&client(7), &options).await.unwrap();
        for scope in ["orders:write", "other", "orders:read orders:write"] {
            let error = place.sessions.refresh_narrowed(granted.refresh_token(), [scope]).await.unwrap_err();
            assert_eq!((error.kind(), error.code()), (GrantErrorKind::InvalidScope, "invalid_scope"));
        }
        assert!(place.refresh(&granted).await.is_ok(), "what was refused used nothing up");
    }
}

// ASVS 16.5.2: nobody is admitted on a guess; and a failure takes nothing away.
#[tokio::test]
async fn a_store_that_is_down_refuses_and_uses_nothing_up() {
    for place in places().await {
        let mut pair = place.begin().await;
        for operation in [Operation::Load, Operation::Replace, Operation::Touch] {
            place.store.set_failing(operation, true);
            assert_eq!(outcome(place.refresh(&pair).await), Err(GrantErrorKind::Unavailable), "{operation:?}");
            place.store.set_failing(operation, false);
            pair = place.refresh(&pair).await.unwrap();
        }
        place.store.set_failing(Operation::Insert, true);
        let error: GrantError = place.sessions.issue_pair(&client(7), &options()).await.unwrap_err();
        assert_eq!((error.kind(), error.code()), (GrantErrorKind::Unavailable, "temporarily_unavailable"));
        place.store.set_failing(Operation::Remove, true);
        let error = place.sessions.revoke(pair.refresh_token()).await.unwrap_err();
        assert_eq!(error.kind(), GrantErrorKind::Unavailable);
        place.store.set_failing(Operation::Remove, false);
        place.sessions.revoke(pair.refresh_token()).await.unwrap();
        assert_eq!(outcome(place.refresh(&pair).await), DEAD);
    }
}

#[tokio::test]
async fn without_a_store_there_are_none() {
    let key = SigningKey::secret(Algorithm::HS256, &SECRET).unwrap();
    let sessions: Sessions<Machine> = Sessions::builder().signing_key(key).build().unwrap();
    let error = sessions.issue_pair(&Machine { id: 7 }, &options()).await.unwrap_err();
    assert_eq!((error.kind(), error.code()), (GrantErrorKind::NoStore, "server_error"));
}

// ASVS 14.2.1, 16.2.5.
#[tokio::test]
async fn no_debug_shows_a_token() {
    let place = Place::over(ProbedStore::over(MemoryStore::new()));
    let pair = place.begin().await;
    let shown = format!("{pair:?} {:?}", place.sessions);
    assert!(!shown.contains(pair.refresh_token()) && !shown.contains(pair.access().token()), "{shown}");
}

/// Who has an account, with which rights; nobody can tell while it is `Err`.
#[derive(Clone)]
struct Accounts(Arc<std::sync::Mutex<Result<Option<Client>, String>>>);

impl Accounts {
    fn of(client: Client) -> Self {
        Self(Arc::new(std::sync::Mutex::new(Ok(Some(client)))))
    }

    fn set(&self, answer: Result<Option<Client>, String>) {
        *self.0.lock().unwrap() = answer;
    }
}

impl PrincipalSource<Client> for Accounts {
    async fn load(&self, _: &u64) -> Result<Option<Client>, Box<dyn std::error::Error + Send + Sync>> {
        Ok(self.0.lock().unwrap().clone()?)
    }
}

// ASVS 8.3.2: rights that were withdrawn are not renewed, and those that were granted since are not gained.
#[tokio::test]
async fn refreshing_asks_who_somebody_is_now() {
    for stale in [Duration::ZERO, minutes(10)] {
        let (clock, store) = (ManualClock::at(START), ProbedStore::over(MemoryStore::new()));
        let accounts = Accounts::of(client(7));
        let key = SigningKey::secret(Algorithm::HS256, &SECRET).unwrap();
        let revalidation = Revalidation::every(minutes(1), accounts.clone()).stale(stale);
        let sessions: Sessions<Client> =
            sessions(&clock, &store).signing_key(key).revalidate(revalidation).build().unwrap();
        let place = Place { clock, store, sessions };
        let pair = place.begin().await;

        let scopes = vec!["orders:write".into(), "admin".into()];
        accounts.set(Ok(Some(Client { roles: Vec::new(), scopes, ..client(7) })));
        let pair = place.refresh(&pair).await.unwrap();
        assert_eq!(pair.access().scope(), Some("orders:write"));
        assert_eq!(claims(&pair)["roles"], serde_json::json!([]));
        accounts.set(Ok(Some(client(7))));
        let pair = place.refresh(&pair).await.unwrap();
        assert_eq!(pair.access().scope(), Some("orders:read orders:write"));

        accounts.set(Err("the database is down".into()));
        place.clock.advance(minutes(6));
        let tolerated = place.refresh(&pair).await;
        assert_eq!(tolerated.is_ok(), !stale.is_zero());
        let pair = tolerated.unwrap_or(pair);
        place.clock.advance(Duration::from_millis(5 * 60_000 - 1));
        let tolerated = place.refresh(&pair).await;
        assert_eq!(tolerated.is_ok(), !stale.is_zero());
        let pair = tolerated.unwrap_or(pair);
        place.clock.advance(Duration::from_millis(1));
        assert_eq!(outcome(place.refresh(&pair).await), Err(GrantErrorKind::Unavailable));
        accounts.set(Ok(Some(client(8))));
        assert_eq!(outcome(place.refresh(&pair).await), Err(GrantErrorKind::Unavailable), "somebody else");
        accounts.set(Ok(None));
        assert_eq!(outcome(place.refresh(&pair).await), DEAD);
        accounts.set(Ok(Some(client(7))));
        assert_eq!(outcome(place.refresh(&pair).await), DEAD, "for good");
    }
}
