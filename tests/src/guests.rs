//! A site whose visitors have few sessions, and short ones.

use axum::{Json, Router};
use serde::{Deserialize, Serialize};
use session_runtime::routing::{get, post};
use session_runtime::{AuthSession, GuardedRouter, ManualClock, MemoryStore, Principal, Session, Sessions, session};

use crate::{Failed, ProbedStore, START, Visitor, router, sessions};

/// Somebody with two sessions at most, of twenty minutes each.
#[derive(Clone, Debug, Serialize, Deserialize, Principal)]
#[principal(max_sessions = 2, absolute = "20m", realm = "guest")]
pub struct Guest {
    /// Who it is.
    #[principal(id)]
    pub id: u64,
}

/// A site where guests enter and stay.
#[derive(Clone, Debug)]
pub struct Guests {
    router: Router,
    /// What time it is there.
    pub clock: ManualClock,
    /// Where its sessions live.
    pub store: ProbedStore,
}

impl Guests {
    /// A site without guests yet.
    #[allow(clippy::new_without_default, reason = "a site is worth a word")]
    pub fn new() -> Self {
        let clock = ManualClock::at(START);
        let store = ProbedStore::over(MemoryStore::new());
        let state = sessions::<Guest>(&clock, &store).build().unwrap();
        Self { router: router(routes(), state), clock, store }
    }

    /// The guest who has just entered.
    pub async fn enter(&self, id: u64) -> Visitor {
        let mut visitor = Visitor::of(&self.router);
        enter_again(&mut visitor, id).await;
        visitor
    }
}

/// Enters with whatever session the visitor has.
pub async fn enter_again(visitor: &mut Visitor, id: u64) {
    let answer = visitor.post_json("/enter", &Guest { id }).await;
    assert_eq!(answer.status, 200, "{answer:?}");
}

fn routes() -> GuardedRouter<Sessions<Guest>> {
    GuardedRouter::new().route("/enter", post(enter)).route("/stay", get(stay))
}

#[session(optional)]
async fn enter(mut auth: AuthSession<Guest>, Json(guest): Json<Guest>) -> Result<(), Failed> {
    auth.log_in(guest).await?;
    Ok(())
}

#[session(required)]
async fn stay(session: Session<Guest>) -> String {
    session.expires_at().as_secs().to_string()
}
