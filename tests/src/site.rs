//! The application under test.

use axum::Router;
use axum::extract::FromRef;
use session_runtime::{
    Algorithm, GuardedRouter, IndexKey, ManualClock, MemoryStore, Principal, SealingKey, Sessions, SessionsBuilder,
    SigningKey, Store as _, Timestamp,
};

use crate::{Gate, Partner, ProbedStore, SECRET, User, Visitor, entrance};

/// When every test begins.
pub const START: Timestamp = Timestamp::from_secs(1_800_000_000);

/// The state of a site.
#[derive(Clone, Debug, FromRef)]
pub struct App {
    /// The sessions of users.
    pub users: Sessions<User>,
    /// The sessions and tokens of partners.
    pub partners: Sessions<Partner>,
    /// Where slow requests wait.
    pub gate: Gate,
}

/// A site whose time stands still until a test moves it.
#[derive(Clone, Debug)]
pub struct Site {
    /// What it serves.
    pub router: Router,
    /// What its handlers know.
    pub app: App,
    /// What time it is there.
    pub clock: ManualClock,
    /// Where its sessions live.
    pub store: ProbedStore,
}

impl Site {
    /// A site with these routes beside those of the [`entrance`].
    pub fn of(routes: GuardedRouter<App>) -> Self {
        Self::with(routes, MemoryStore::new(), |builder| builder)
    }

    /// The same, over another store, with more said about the sessions of users.
    pub fn with(
        routes: GuardedRouter<App>,
        store: MemoryStore,
        more: impl FnOnce(SessionsBuilder<User>) -> SessionsBuilder<User>,
    ) -> Self {
        Self::over(routes, ProbedStore::over(store), more)
    }

    /// The same, over any store.
    pub fn over(
        routes: GuardedRouter<App>,
        store: ProbedStore,
        more: impl FnOnce(SessionsBuilder<User>) -> SessionsBuilder<User>,
    ) -> Self {
        let clock = ManualClock::at(START);
        let key = SigningKey::secret(Algorithm::HS256, &SECRET).unwrap();
        let app = App {
            users: more(sessions(&clock, &store)).build().unwrap(),
            partners: sessions(&clock, &store).signing_key(key).build().unwrap(),
            gate: Gate::new(),
        };
        Self { router: router(routes.merge(entrance()), app.clone()), app, clock, store }
    }

    /// Somebody who was never here.
    pub fn visitor(&self) -> Visitor {
        Visitor::of(&self.router)
    }

    /// Whether the store finds sessions by their subject.
    pub fn lists_subjects(&self) -> bool {
        self.store.promises().subject_index
    }

    /// The visitor who has just logged in as this user.
    pub async fn member(&self, user: &User) -> Visitor {
        let mut visitor = self.visitor();
        let answer = visitor.post_json("/log-in", user).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        visitor
    }
}

/// Sessions over this clock and store, to be built.
pub fn sessions<P: Principal>(clock: &ManualClock, store: &ProbedStore) -> SessionsBuilder<P> {
    let builder = Sessions::builder().clock(clock.clone()).store(store.clone());
    if store.in_process() { builder } else { builder.sealing_key(sealing_key()).index_key(index_key()) }
}

/// What seals the records of stores outside the process.
pub fn sealing_key() -> SealingKey {
    SealingKey::new(SECRET).unwrap()
}

/// The key by which rows of stores outside the process are found.
pub fn index_key() -> IndexKey {
    IndexKey::new(SECRET).unwrap()
}

/// The router of these routes.
pub fn router<S: Clone + Send + Sync + 'static>(routes: GuardedRouter<S>, state: S) -> Router {
    routes.with_state(state).into_router().unwrap()
}
