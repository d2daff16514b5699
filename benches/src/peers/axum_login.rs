//! `axum-login`, whose session holds the user's id, and whose backend is asked for the user at each request.

use std::collections::{HashMap, HashSet};
use std::convert::Infallible;
use std::sync::Arc;

use axum::Router;
use axum::response::Html;
use axum::routing::get;
use axum_login::tower_sessions::{Expiry, SessionManagerLayer, SessionStore};
use axum_login::{
    AuthManagerLayerBuilder, AuthUser, AuthnBackend, AuthzBackend, UserId, login_required, permission_required,
};
use tower_sessions_memory_store_0_14::MemoryStore;

use super::{User, ada, row};
use crate::counted::{Counted, Counts, counted};
use crate::row::Row;
use crate::site::{Site, greeting};

type AuthSession = axum_login::AuthSession<Backend>;

pub(super) async fn rows() -> Vec<Row> {
    let counts = Arc::<Counts>::default();
    let twins = over(Counted::over(MemoryStore::default(), &counts)).await;
    counted(over(MemoryStore::default()).await, twins, &counts)
}

pub(crate) fn site() -> Site {
    let expiry = Expiry::OnInactivity(time::Duration::minutes(15));
    let sessions = SessionManagerLayer::new(MemoryStore::default()).with_expiry(expiry);
    let backend = Backend { users: HashMap::from([(7, ada())]) };
    let layer = AuthManagerLayerBuilder::new(backend, sessions).build();
    let at = |route| Router::new().route("/", route).layer(layer.clone());
    Site::new("axum-login", at(get(page).route_layer(login_required!(Backend)))).with_log_in(at(get(log_in)))
}

async fn over(store: impl SessionStore + Clone) -> Vec<Row> {
    let expiry = Expiry::OnInactivity(time::Duration::minutes(15));
    let layer = SessionManagerLayer::new(store).with_expiry(expiry);
    let backend = Backend { users: HashMap::from([(7, ada())]) };
    let layer = AuthManagerLayerBuilder::new(backend, layer).build();
    let log_in = || Router::new().route("/", get(log_in)).layer(layer.clone());
    let required = get(name).route_layer(login_required!(Backend));
    let permitted = get(name).route_layer(permission_required!(Backend, "staff".to_owned()));
    let guarded = |route| Router::new().route("/", route).layer(layer.clone());
    vec![
        row("axum-login 0.18, login_required!", guarded(required), log_in()).await,
        row("axum-login 0.18, permission_required!", guarded(permitted), log_in()).await,
    ]
}

#[derive(Clone)]
struct Backend {
    users: HashMap<u64, User>,
}

impl AuthUser for User {
    type Id = u64;

    fn id(&self) -> u64 {
        self.id
    }

    fn session_auth_hash(&self) -> &[u8] {
        b"the hash of a password, as its documentation has it"
    }
}

impl AuthnBackend for Backend {
    type User = User;
    type Credentials = u64;
    type Error = Infallible;

    async fn authenticate(&self, id: u64) -> Result<Option<User>, Infallible> {
        Ok(self.users.get(&id).cloned())
    }

    async fn get_user(&self, id: &UserId<Self>) -> Result<Option<User>, Infallible> {
        Ok(self.users.get(id).cloned())
    }
}

impl AuthzBackend for Backend {
    type Permission = String;

    async fn get_user_permissions(&self, user: &User) -> Result<HashSet<String>, Infallible> {
        Ok(user.roles.iter().cloned().collect())
    }
}

async fn name(session: AuthSession) -> String {
    session.user.map(|user| user.name).unwrap_or_default()
}

async fn page(session: AuthSession) -> Html<String> {
    greeting(&session.user.map(|user| user.name).unwrap_or_default())
}

async fn log_in(mut session: AuthSession) {
    // A failure shows in the row: its requests find no name.
    let _ = session.login(&ada()).await;
}
