//! Access tokens that are issued here.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use session_runtime::routing::get;
use session_runtime::{
    Algorithm, Clock, GrantErrorKind, GuardedRouter, ManualClock, MemoryStore, Principal, Session, Sessions,
    SigningKey, TokenOptions, TokenPair, session,
};
use tests::{Operation, ProbedStore, SECRET, START, Visitor, minutes, router, seconds, sessions};

use crate::nodes::{OFFSETS, clock_at, clocks, sealed, stores};

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Principal)]
#[principal(
    bearer(alg("HS256"), issuer = "https://shop.example", audience = "shop", max_age = "5m", revocable),
    realm = "epochs-client"
)]
pub(crate) struct Client {
    #[principal(id)]
    pub(crate) id: u64,
}

#[session(required)]
pub(crate) async fn whose(session: Session<Client>) -> String {
    session.id.to_string()
}

pub(crate) struct Node {
    pub(crate) sessions: Sessions<Client>,
    pub(crate) clock: ManualClock,
    visitor: Visitor,
}

impl Node {
    pub(crate) fn new(store: &ProbedStore, clock: ManualClock) -> Self {
        let key = SigningKey::secret(Algorithm::HS256, &SECRET).unwrap();
        Self::of(sessions(&clock, store).signing_key(key).build().unwrap(), clock)
    }

    fn of(sessions: Sessions<Client>, clock: ManualClock) -> Self {
        let routes = GuardedRouter::new().route("/", get(whose));
        Self { visitor: Visitor::of(&router(routes, sessions.clone())), sessions, clock }
    }

    pub(crate) async fn pair(&self, id: u64) -> TokenPair {
        self.sessions.issue_pair(&Client { id }, &TokenOptions::lasting(minutes(5))).await.unwrap()
    }

    pub(crate) async fn status(&self, token: &str) -> u16 {
        let bearer = format!("Bearer {token}");
        self.visitor.clone().ask("GET /", &[("authorization", &bearer)]).await.status
    }
}

/// The statuses with which both nodes answer the token.
async fn statuses(nodes: &[Node; 2], pair: &TokenPair) -> [u16; 2] {
    let token = pair.access().token();
    [nodes[0].status(token).await, nodes[1].status(token).await]
}

fn nodes(store: &ProbedStore, offset: i64) -> [Node; 2] {
    clocks(offset).map(|clock| Node::new(store, clock))
}

fn advance(nodes: &[Node; 2], by: Duration) {
    for node in nodes {
        node.clock.advance(by);
    }
}

/// Returns true if an offset lets the nodes read each other's tokens: `leeway` is 30 s.
fn is_readable(offset: i64) -> bool {
    offset.abs() < 30_000
}

#[tokio::test]
async fn ending_all_reaches_the_tokens_of_every_node() {
    for store in stores().await {
        for (id, offset) in (0..).zip(OFFSETS) {
            let nodes = nodes(&store.store, offset);
            let case = format!("{}, second node ahead by {offset} ms", store.name);
            // The first round finds no row, the others find the row of the round before.
            for (round, ender) in [1, 0, 0, 1].into_iter().enumerate() {
                let before = [nodes[0].pair(id).await, nodes[1].pair(id).await];
                let stranger = nodes[ender].pair(1_000).await;
                for (pair, node) in before.iter().zip(&nodes) {
                    assert_eq!(node.status(pair.access().token()).await, 200, "{case}, before round {round}");
                }
                nodes[ender].sessions.end_all(&id).await.unwrap();
                for pair in &before {
                    assert_eq!(statuses(&nodes, pair).await, [401; 2], "{case}, issued before round {round}");
                }
                assert_eq!(nodes[ender].status(stranger.access().token()).await, 200, "{case}");
                for issuer in 0..2 {
                    let after = nodes[issuer].pair(id).await;
                    let statuses = statuses(&nodes, &after).await;
                    assert_eq!(statuses[issuer], 200, "{case}, issued after round {round}");
                    let is_good = !is_readable(offset) || statuses == [200; 2];
                    assert!(is_good, "{case}, issued after round {round}: {statuses:?}");
                }
            }
        }
    }
}

#[tokio::test]
async fn a_family_goes_on_after_its_access_tokens_are_revoked() {
    for store in stores().await {
        for (id, offset) in (0..).zip([-29_000, -1, 0, 1, 29_000]) {
            let nodes = nodes(&store.store, offset);
            let first = nodes[1].pair(id).await;
            nodes[0].sessions.revoke_tokens_of(&id).await.unwrap();
            assert_eq!(statuses(&nodes, &first).await, [401; 2], "{}, {offset} ms", store.name);
            let second = nodes[0].sessions.refresh(first.refresh_token()).await.unwrap();
            let third = nodes[1].sessions.refresh(second.refresh_token()).await.unwrap();
            for pair in [&second, &third] {
                assert_eq!(statuses(&nodes, pair).await, [200; 2], "{}, {offset} ms", store.name);
            }
            nodes[0].sessions.end_all(&id).await.unwrap();
            for pair in [&first, &second, &third] {
                assert_eq!(statuses(&nodes, pair).await, [401; 2], "{}, {offset} ms", store.name);
            }
            assert!(nodes[1].sessions.refresh(third.refresh_token()).await.is_err());
        }
    }
}

// A list is kept in periods of 480 s: five minutes, the leeway twice, and the skew twice.
#[tokio::test]
async fn epochs_hold_where_periods_meet() {
    for offset in [-29_999, 0, 29_999] {
        let nodes = nodes(&sealed(), offset);
        let mut issued: Vec<(u64, TokenPair, TokenPair)> = Vec::new();
        for id in 0..100 {
            let before = nodes[(id % 2) as usize].pair(id).await;
            nodes[usize::from(id % 3 == 0)].sessions.revoke_tokens_of(&id).await.unwrap();
            let after = nodes[usize::from(id % 5 == 0)].pair(id).await;
            issued.push((id, before, after));
            for (age, (id, before, after)) in
                issued.iter().rev().enumerate().filter(|(age, _)| [0, 1, 20, 35].contains(age))
            {
                let case = format!("{offset} ms, subject {id}, {age} steps later");
                assert_eq!(statuses(&nodes, before).await, [401; 2], "{case}, before");
                assert_eq!(statuses(&nodes, after).await, [200; 2], "{case}, after");
            }
            advance(&nodes, seconds(7));
        }
    }
}

// Whatever was issued while there was no row is older than the first one.
#[tokio::test]
async fn a_token_from_before_the_first_row_is_older() {
    for offset in [-60_000, -1, 0, 1, 60_000] {
        let nodes = nodes(&sealed(), offset);
        let before = nodes[1].pair(7).await;
        nodes[0].sessions.revoke_tokens_of(&7).await.unwrap();
        for _ in 0..60 {
            assert_eq!(statuses(&nodes, &before).await, [401; 2], "{offset} ms");
            advance(&nodes, seconds(7));
        }
    }
}

#[tokio::test]
async fn many_ends_within_a_millisecond_all_count() {
    let [node, other] = nodes(&sealed(), 0);
    for _ in 0..20 {
        let before = other.pair(7).await;
        node.sessions.end_all(&7).await.unwrap();
        assert_eq!(node.status(before.access().token()).await, 401);
        assert_eq!(node.status(node.pair(7).await.access().token()).await, 200);
    }
    assert_eq!(node.clock.now(), START);
}

// `issue_token` does not wait for a store, so its tokens tell no epoch.
#[tokio::test]
async fn a_token_without_an_epoch_is_judged_by_its_iat() {
    for store in stores().await {
        let [node, _] = nodes(&store.store, 0);
        let before = node.sessions.issue_token(&Client { id: 7 }, minutes(5)).unwrap();
        assert_eq!(node.status(&before).await, 200);
        node.sessions.revoke_tokens_of(&7).await.unwrap();
        for (step, status) in [(0, 401), (59, 401), (1, 401), (1, 200)] {
            node.clock.advance(seconds(step));
            let after = node.sessions.issue_token(&Client { id: 7 }, minutes(5)).unwrap();
            assert_eq!(node.status(&after).await, status, "{}, {:?}", store.name, node.clock.now());
            assert_eq!(node.status(&before).await, 401);
            let known = node.sessions.issue_revocable(&Client { id: 7 }, &TokenOptions::lasting(minutes(5))).await;
            assert_eq!(node.status(known.unwrap().token()).await, 200);
        }
    }
}

#[tokio::test]
async fn issue_token_asks_a_list_in_the_process() {
    let node = Node::new(&ProbedStore::over(MemoryStore::new().keeping_until_expiry()), ManualClock::at(START));
    for offset in [0, 30, -30, 0] {
        let before = node.sessions.issue_token(&Client { id: 7 }, minutes(5)).unwrap();
        node.clock.set(clock_at(START, offset * 1_000).now());
        node.sessions.end_all(&7).await.unwrap();
        let after = node.sessions.issue_token(&Client { id: 7 }, minutes(5)).unwrap();
        assert_eq!((node.status(&before).await, node.status(&after).await), (401, 200), "{offset} s");
    }
}

#[tokio::test]
async fn a_node_that_only_verifies_knows_epochs() {
    for offset in [-29_000, -1, 0, 1, 29_000] {
        let store = sealed();
        let [node, _] = nodes(&store, 0);
        let key = SigningKey::secret(Algorithm::HS256, &SECRET).unwrap().verifying_key();
        let clock = clock_at(START, offset);
        let sessions = sessions(&clock, &store).verifying_key(key).build().unwrap();
        let both = [node, Node::of(sessions, clock)];
        for _ in 0..3 {
            let before = both[0].pair(7).await;
            assert_eq!(statuses(&both, &before).await, [200; 2], "{offset} ms");
            both[1].sessions.revoke_tokens_of(&7).await.unwrap();
            assert_eq!(statuses(&both, &before).await, [401; 2], "{offset} ms");
            let after = both[0].sessions.refresh(before.refresh_token()).await.unwrap();
            assert_eq!(statuses(&both, &after).await, [200; 2], "{offset} ms");
        }
    }
}

#[tokio::test]
async fn issuing_asks_the_list_once() {
    let store = sealed();
    let [node, _] = nodes(&store, 0);
    let options = TokenOptions::lasting(minutes(5));
    node.sessions.issue_revocable(&Client { id: 7 }, &options).await.unwrap();
    assert_eq!(store.asked(Operation::Load), 2, "two periods, in one round trip");
    store.set_failing(Operation::Load, true);
    let error = node.sessions.issue_revocable(&Client { id: 7 }, &options).await.unwrap_err();
    assert_eq!(error.kind(), GrantErrorKind::Unavailable);

    let site = tests::Site::of(GuardedRouter::new());
    let partner = tests::partner(7);
    site.app.partners.issue_pair(&partner, &options).await.unwrap();
    site.app.partners.issue_revocable(&partner, &options).await.unwrap();
    assert_eq!(site.store.asked(Operation::Load), 0, "these tokens cannot be revoked");
}
