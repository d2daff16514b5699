//! Sessions in memory, sealed in a database, and in their cookie.

use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use session_runtime::routing::{get, post};
use session_runtime::{
    AuthSession, Clock as _, GuardedRouter, ManualClock, MemoryStore, Principal, PrincipalSource, Revalidation,
    Session, Sessions, SessionsBuilder, SqliteStore, Store as _, session,
};
use tests::{Operation, ProbedStore, START, Visitor, hours, index_key, minutes, router, sealing_key, seconds};
use tower_sessions_core::Session as KeyValues;

use crate::principals::{Accounts, NAME, Patient, SUBJECT, Traveller};
use crate::{BROKEN, Broken, Noted, Witness, note};

/// The handlers that sessions of both kinds have.
macro_rules! routes {
    ($routes:ident, $principal:ident) => {
        fn $routes() -> GuardedRouter<Sessions<$principal>> {
            fn somebody() -> $principal {
                $principal { id: SUBJECT.to_owned(), name: NAME.to_owned() }
            }
            #[session(required, sliding)]
            async fn me(session: Session<$principal>, auth: AuthSession<$principal>) {
                note(&(&session, &auth));
            }
            #[session(optional)]
            async fn maybe(session: Option<Session<$principal>>) {
                note(&session);
            }
            #[session(optional)]
            async fn log_in(mut auth: AuthSession<$principal>) -> Result<(), Noted> {
                note(&auth.log_in(somebody()));
                auth.log_in(somebody()).factors(["pwd"]).await?;
                Ok(())
            }
            #[session(required)]
            async fn again(mut auth: AuthSession<$principal>) -> Result<(), Noted> {
                note(&auth.reauthenticate(somebody()));
                auth.reauthenticate(somebody()).await?;
                Ok(())
            }
            #[session(required)]
            async fn update(mut session: Session<$principal>) -> Result<(), Noted> {
                Ok(session.update(|user| user.name.push('x')).await?)
            }
            #[session(required)]
            async fn become_another(mut session: Session<$principal>) -> Result<(), Noted> {
                Ok(session.update(|user| user.id.push('x')).await?)
            }
            #[session(required)]
            async fn rotate(mut session: Session<$principal>) -> Result<(), Noted> {
                Ok(session.rotate().await?)
            }
            #[session(required)]
            async fn log_out(mut auth: AuthSession<$principal>) -> Result<(), Noted> {
                Ok(auth.log_out().await?)
            }
            GuardedRouter::new()
                .route("/me", get(me))
                .route("/maybe", get(maybe))
                .route("/log-in", post(log_in))
                .route("/again", post(again))
                .route("/update", post(update))
                .route("/become-another", post(become_another))
                .route("/rotate", post(rotate))
                .route("/log-out", post(log_out))
        }
    };
}

routes!(stored_routes, Patient);
routes!(carried_routes, Traveller);

#[session(optional, principal(Patient))]
async fn keep(values: KeyValues) -> Result<(), String> {
    let kept = values.insert("canary-key", "canary-value").await;
    note(&kept);
    note(&values.save().await);
    Ok(())
}

#[session(required)]
async fn confirmation(session: Session<Patient>) -> Result<(), Noted> {
    let token = session.confirmation("send").of(&"canary-content").await?;
    note(&token);
    Ok(())
}

#[session(required)]
async fn list(session: Session<Patient>, State(sessions): State<Sessions<Patient>>) -> Result<(), Noted> {
    note(&sessions.of(&session.id).await?);
    sessions.end_others(&session).await?;
    Ok(())
}

const PATHS: [&str; 11] = [
    "GET /me",
    "GET /maybe",
    "POST /again",
    "POST /update",
    "POST /become-another",
    "POST /rotate",
    "POST /keep",
    "POST /confirmation",
    "POST /list",
    "POST /log-in",
    "POST /log-out",
];

/// A site, and what can be made to fail in it.
struct Place {
    clock: ManualClock,
    store: ProbedStore,
    router: Router,
    cookie: &'static str,
}

fn built<P: Principal>(clock: &ManualClock) -> SessionsBuilder<P>
where
    Accounts: PrincipalSource<P>,
{
    let revalidation = Revalidation::every(minutes(5), Accounts);
    note(&revalidation);
    Sessions::builder().clock(clock.clone()).revalidate(revalidation)
}

impl Place {
    fn stored(store: ProbedStore) -> Self {
        let clock = ManualClock::at(START);
        let builder = built(&clock).store(store.clone());
        let builder =
            if store.in_process() { builder } else { builder.sealing_key(sealing_key()).index_key(index_key()) };
        let sessions: Sessions<Patient> = builder.build().unwrap();
        note(&sessions);
        let more = GuardedRouter::new()
            .route("/keep", post(keep))
            .route("/confirmation", post(confirmation))
            .route("/list", post(list));
        let router = router(stored_routes().merge(more), sessions);
        Self { clock, store, router, cookie: "__Host-id" }
    }

    fn carried() -> Self {
        let clock = ManualClock::at(START);
        let store = ProbedStore::outside(MemoryStore::new().keeping_until_expiry());
        let sessions = built(&clock).sealing_key(sealing_key()).index_key(index_key()).revocation_store(store.clone());
        let router = router(carried_routes(), sessions.build().unwrap());
        Self { clock, store, router, cookie: "__Host-traveller" }
    }

    async fn member(&self) -> Visitor {
        let mut visitor = Visitor::of(&self.router);
        assert!(visitor.post("/log-in").await.is_ok());
        visitor
    }

    /// Sends every request, each by a visitor of its own, and five minutes after the log-in.
    async fn ask_everything(&self, witness: &Witness, during: &str, arrange: impl Fn(), undo: impl Fn()) {
        for path in PATHS {
            let mut visitor = self.member().await;
            let before = visitor.cookie(self.cookie).unwrap().to_owned();
            self.clock.advance(minutes(5));
            arrange();
            let answer = visitor.ask(path, &[]).await;
            undo();
            let after = visitor.cookie(self.cookie).unwrap_or(&before).to_owned();
            let during = format!("{during}, {path}");
            note(&answer.body);
            note(&answer.refusal);
            witness.assert_silent(&during, &[&before, &after]);
        }
    }

    async fn break_everything(&self, witness: &Witness) {
        for part in [Broken::Nothing, Broken::Writing, Broken::Reading, Broken::Source, Broken::OtherSubject] {
            let undo = || BROKEN.set(Broken::Nothing);
            self.ask_everything(witness, &format!("{part:?}"), || BROKEN.set(part), undo).await;
        }
        self.store.fail_with("Key (name)=(canary-row) already exists");
        for operation in Operation::ALL {
            let set = |fails| move || self.store.set_failing(operation, fails);
            self.ask_everything(witness, &format!("{operation:?}"), set(true), set(false)).await;
        }
        for now in [self.clock.now().minus(hours(6)), self.clock.now().plus(hours(24))] {
            let mut visitor = self.member().await;
            let before = self.clock.now();
            self.clock.set(now);
            visitor.get("/me").await;
            visitor.navigate("/me").await;
            self.clock.set(before.plus(seconds(1)));
            witness.assert_silent("another time", &[visitor.cookie(self.cookie).unwrap_or("no cookie")]);
        }
    }
}

#[tokio::test]
async fn sessions_in_memory_leak_nothing() {
    let witness = Witness::new();
    Place::stored(ProbedStore::over(MemoryStore::new())).break_everything(&witness).await;
    witness.assert_heard(&["refused", "store_unavailable", "touch_failed", "misused", "revalidation_failed"]);
    witness.assert_heard(&["clock_skew"]);
}

#[tokio::test]
async fn sealed_sessions_leak_nothing() {
    let witness = Witness::new();
    let sqlite = SqliteStore::in_memory().await.unwrap();
    sqlite.migrate().await.unwrap();
    let sqlite = Arc::new(sqlite);
    Place::stored(ProbedStore::of(sqlite.clone())).break_everything(&witness).await;
    witness.assert_heard(&["refused", "store_unavailable", "unreadable", "misused", "revalidation_failed"]);
    note(&sqlite);
    witness.assert_silent("the store", &[]);
}

#[tokio::test]
async fn sessions_in_their_cookie_leak_nothing() {
    let witness = Witness::new();
    Place::carried().break_everything(&witness).await;
    witness.assert_heard(&["refused", "store_unavailable", "unreadable", "misused", "revalidation_failed"]);
}
