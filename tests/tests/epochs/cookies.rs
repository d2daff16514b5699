//! Sessions that live in their cookies.

use axum::extract::State;
use serde::{Deserialize, Serialize};
use session_runtime::routing::{get, post};
use session_runtime::{AuthSession, GuardedRouter, ManualClock, MemoryStore, Principal, Session, Sessions, session};
use tests::{Failed, ProbedStore, Visitor, index_key, router, sealing_key, seconds};

use crate::nodes::{OFFSETS, clocks, sealed, stores};

const COOKIE: &str = "__Host-reader";

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Principal)]
#[principal(
    cookie(name = "__Host-reader", token = "jwt", revocable),
    absolute = "1h",
    idle = "1h",
    realm = "epochs-reader"
)]
struct Reader {
    #[principal(id)]
    id: u64,
    visits: u64,
}

#[session(required, sliding)]
async fn whose(session: Session<Reader>) -> String {
    session.id.to_string()
}

#[session(optional)]
async fn log_in(
    mut auth: AuthSession<Reader>,
    axum::extract::Path(id): axum::extract::Path<u64>,
) -> Result<(), Failed> {
    auth.log_in(Reader { id, visits: 0 }).await?;
    Ok(())
}

#[session(required)]
async fn visit(mut session: Session<Reader>) -> Result<(), Failed> {
    Ok(session.update(|reader| reader.visits += 1).await?)
}

/// Everything ends while this request is under way, and the request changes its session afterwards.
#[session(required)]
async fn visit_late(mut session: Session<Reader>, State(sessions): State<Sessions<Reader>>) -> Result<(), Failed> {
    sessions.end_all(&session.id).await?;
    Ok(session.update(|reader| reader.visits += 1).await?)
}

struct Node {
    sessions: Sessions<Reader>,
    clock: ManualClock,
    visitor: Visitor,
}

impl Node {
    fn new(store: &ProbedStore, clock: ManualClock) -> Self {
        let sessions = Sessions::builder().clock(clock.clone()).revocation_store(store.clone());
        let sessions = sessions.sealing_key(sealing_key()).index_key(index_key()).build().unwrap();
        let routes = GuardedRouter::new()
            .route("/", get(whose))
            .route("/log-in/{id}", post(log_in))
            .route("/visit", post(visit))
            .route("/visit-late", post(visit_late));
        Self { visitor: Visitor::of(&router(routes, sessions.clone())), sessions, clock }
    }

    async fn member(&self, id: u64) -> Visitor {
        let mut visitor = self.visitor.clone();
        assert!(visitor.post(&format!("/log-in/{id}")).await.is_ok());
        visitor
    }
}

fn nodes(store: &ProbedStore, offset: i64) -> [Node; 2] {
    clocks(offset).map(|clock| Node::new(store, clock))
}

/// The statuses with which both nodes answer the cookie of `member`.
async fn statuses(nodes: &[Node; 2], member: &Visitor) -> [u16; 2] {
    let mut statuses = [0; 2];
    for (status, node) in statuses.iter_mut().zip(nodes) {
        let mut visitor = node.visitor.clone();
        visitor.set_cookie(COOKIE, member.cookie(COOKIE).unwrap());
        *status = visitor.get("/").await.status;
    }
    statuses
}

#[tokio::test]
async fn ending_all_reaches_the_cookies_of_every_node() {
    for store in stores().await {
        for (id, offset) in (0..).zip(OFFSETS) {
            let nodes = nodes(&store.store, offset);
            let case = format!("{}, second node ahead by {offset} ms", store.name);
            for (round, ender) in [1, 0, 0, 1].into_iter().enumerate() {
                let mut before = [nodes[0].member(id).await, nodes[1].member(id).await];
                let stranger = nodes[ender].member(1_000).await;
                for member in &mut before {
                    assert_eq!(statuses(&nodes, member).await, [200; 2], "{case}, before round {round}");
                    // In a new cookie it is the same session.
                    assert!(member.post("/visit").await.is_ok());
                }
                nodes[ender].sessions.end_all(&id).await.unwrap();
                for member in &before {
                    assert_eq!(statuses(&nodes, member).await, [401; 2], "{case}, begun before round {round}");
                }
                assert_eq!(statuses(&nodes, &stranger).await, [200; 2], "{case}");
                for node in &nodes {
                    let after = node.member(id).await;
                    assert_eq!(statuses(&nodes, &after).await, [200; 2], "{case}, begun after round {round}");
                }
            }
        }
    }
}

#[tokio::test]
async fn a_cookie_that_is_renewed_late_stays_ended() {
    let nodes = nodes(&sealed(), 50);
    let mut member = nodes[1].member(7).await;
    let cookie = member.cookie(COOKIE).unwrap().to_owned();
    let answer = member.post("/visit-late").await;
    assert!(answer.is_ok(), "{answer:?}");
    assert_ne!(member.cookie(COOKIE).unwrap(), cookie, "the answer carries another cookie");
    assert_eq!(statuses(&nodes, &member).await, [401; 2]);
}

// A period lasts 62 minutes: the longest session, and the skew twice.
#[tokio::test]
async fn cookies_stay_ended_and_begun_where_periods_meet() {
    for offset in [-60_000, 0, 60_000] {
        let nodes = nodes(&sealed(), offset);
        let mut begun = Vec::new();
        for id in 0..64 {
            let before = nodes[(id % 2) as usize].member(id).await;
            nodes[usize::from(id % 3 == 0)].sessions.end_all(&id).await.unwrap();
            let after = nodes[usize::from(id % 5 == 0)].member(id).await;
            begun.push((before, after));
            for (age, (before, after)) in begun.iter().rev().enumerate().filter(|(age, _)| [0, 1, 25].contains(age)) {
                assert_eq!(statuses(&nodes, before).await, [401; 2], "{offset} ms, {age} steps after {id}, before");
                assert_eq!(statuses(&nodes, after).await, [200; 2], "{offset} ms, {age} steps after {id}, after");
            }
            for node in &nodes {
                node.clock.advance(seconds(119));
            }
        }
    }
}

// 256 sessions are listed singly; one more ends all of them, but not the one that begins.
#[tokio::test]
async fn a_log_in_that_fills_the_list_begins_a_session() {
    let [node, _] = nodes(&ProbedStore::over(MemoryStore::new().keeping_until_expiry()), 0);
    let mut member = node.member(7).await;
    for round in 0..258 {
        assert!(member.post("/log-in/7").await.is_ok());
        assert!(member.get("/").await.is_ok(), "log-in {round}");
    }
}
