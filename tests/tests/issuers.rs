//! Several issuers of one principal: whose subject is whose, and which rights each may grant.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use axum::Json;
use axum::extract::Path;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use session_runtime::routing::{get, post};
use session_runtime::{
    Algorithm, AuthSession, ConfigErrorKind, GrantErrorKind, GuardedRouter, ManualClock, MemoryStore, Principal,
    Session, Sessions, SessionsBuilder, SigningKey, Store as _, TokenOptions, TrustedIssuer, session,
};
use tests::forger::{ED25519, token_with};
use tests::{Failed, ProbedStore, START, Visitor, every_store, minutes, router};

const OWN: &str = "https://shop.example";
const PARTNER: &str = "https://partner.example";

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
enum Role {
    Customer,
    Admin,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Principal)]
#[principal(
    realm = "account",
    cookie(name = "__Host-account"),
    bearer(alg("EdDSA"), audience = "shop", max_age = "15m", revocable),
    max_sessions = 1
)]
struct Account {
    #[principal(id)]
    id: u64,
    #[principal(issuer)]
    issuer: String,
    #[principal(roles)]
    roles: Vec<Role>,
    #[principal(scopes)]
    scopes: Vec<String>,
}

fn account(issuer: &str) -> Account {
    Account { id: 7, issuer: issuer.to_owned(), roles: vec![Role::Customer], scopes: vec![] }
}

#[session(required)]
async fn whose(session: Session<Account>) -> String {
    format!("{} of {} {:?} {:?}", session.id, session.issuer, session.roles, session.scopes)
}

async fn owns_account(session: Session<Account>, Path(id): Path<u64>) -> Result<(), StatusCode> {
    if (session.id, &*session.issuer) == (id, OWN) { Ok(()) } else { Err(StatusCode::FORBIDDEN) }
}

#[session(required, principal(Account), check(owns_account))]
async fn own_account() {}

#[session(required, principal(Account), role(Role::Admin))]
async fn administration() {}

#[session(required, principal(Account), scope("orders:read"))]
async fn orders() {}

#[session(optional)]
async fn log_in(mut auth: AuthSession<Account>, Json(account): Json<Account>) -> Result<(), Failed> {
    auth.log_in(account).await?;
    Ok(())
}

#[session(required)]
async fn reauthenticate(mut auth: AuthSession<Account>, Json(account): Json<Account>) -> Result<(), Failed> {
    auth.reauthenticate(account).await?;
    Ok(())
}

#[session(required)]
async fn change_issuer(mut session: Session<Account>, issuer: String) -> Result<(), Failed> {
    Ok(session.update(|account| account.issuer.clone_from(&issuer)).await?)
}

struct Api {
    sessions: Sessions<Account>,
    visitor: Visitor,
}

impl Api {
    fn over(store: &ProbedStore, partner: impl FnOnce(TrustedIssuer) -> TrustedIssuer) -> Self {
        let key = SigningKey::generate(Algorithm::EdDSA).unwrap();
        let mut builder = tests::sessions(&ManualClock::at(START), store)
            .issuer(OWN)
            .signing_key(key)
            .trusted_issuer(partner(trusted(PARTNER)));
        if !store.promises().keeps_until_expiry {
            builder = builder.revocation_store(MemoryStore::new().keeping_until_expiry());
        }
        let sessions = builder.build().unwrap();
        let routes = GuardedRouter::new()
            .route("/", get(whose))
            .route("/accounts/{id}", get(own_account))
            .route("/administration", get(administration))
            .route("/orders", get(orders))
            .route("/log-in", post(log_in))
            .route("/reauthenticate", post(reauthenticate))
            .route("/change-issuer", post(change_issuer));
        let visitor = Visitor::of(&router(routes, sessions.clone()));
        Self { sessions, visitor }
    }

    async fn ask(&self, path: &str, token: &str) -> (u16, String) {
        let bearer = format!("Bearer {token}");
        let answer = self.visitor.clone().ask(&format!("GET {path}"), &[("authorization", &bearer)]).await;
        (answer.status, answer.body)
    }

    async fn member(&self, account: &Account) -> Visitor {
        let mut visitor = self.visitor.clone();
        assert!(visitor.post_json("/log-in", account).await.is_ok());
        visitor
    }
}

fn trusted(name: &str) -> TrustedIssuer {
    let key = SigningKey::pem(Algorithm::EdDSA, ED25519).unwrap();
    TrustedIssuer::new(name).verifying_key(key.verifying_key())
}

fn partners_token(changes: &Value) -> String {
    let mut claims = json!({"iss": PARTNER, "roles": ["Customer", "Admin"], "scope": "orders:read orders:write"});
    claims.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
    token_with(claims)
}

fn in_the_process() -> ProbedStore {
    ProbedStore::over(MemoryStore::new())
}

#[tokio::test]
async fn another_issuers_subject_owns_no_account_of_ours() {
    let api = Api::over(&in_the_process(), |partner| partner.grants_every_role().grants_every_scope());
    let ours = api.sessions.issue_token(&account(OWN), minutes(5)).unwrap();
    let theirs = partners_token(&json!({"issuer": OWN}));
    for _ in ["verified", "from the cache"] {
        assert_eq!(api.ask("/accounts/7", &ours).await.0, 200);
        assert_eq!(api.ask("/accounts/8", &ours).await.0, 403);
        assert_eq!(api.ask("/accounts/7", &theirs).await.0, 403);
    }
    assert_eq!(api.sessions.remembered_tokens().hits, 4);
    assert!(api.member(&account(OWN)).await.get("/accounts/7").await.is_ok());
    assert_eq!(api.member(&account(PARTNER)).await.get("/accounts/7").await.status, 403);
}

type Limit = fn(TrustedIssuer) -> TrustedIssuer;

#[tokio::test]
async fn a_trusted_issuer_grants_nothing_unless_told() {
    let theirs = partners_token(&json!({}));
    let expected: [(Limit, &str, u16, u16); 5] = [
        (|partner| partner, "[] []", 403, 403),
        (|partner| partner.grants_roles([Role::Customer]), "[Customer] []", 403, 403),
        (|partner| partner.grants_roles([Role::Admin]), "[Admin] []", 200, 403),
        (|partner| partner.grants_scopes(["orders:read"]), r#"[] ["orders:read"]"#, 403, 200),
        (
            |partner| partner.grants_every_role().grants_every_scope(),
            r#"[Customer, Admin] ["orders:read", "orders:write"]"#,
            200,
            200,
        ),
    ];
    for (limit, rights, administration, orders) in expected {
        let api = Api::over(&in_the_process(), limit);
        for _ in ["verified", "from the cache"] {
            assert_eq!(api.ask("/", &theirs).await, (200, format!("7 of {PARTNER} {rights}")));
            assert_eq!(api.ask("/administration", &theirs).await.0, administration, "{rights}");
            assert_eq!(api.ask("/orders", &theirs).await.0, orders, "{rights}");
        }
        let admin = Account { roles: vec![Role::Admin], ..account(OWN) };
        let ours = api.sessions.issue_token(&admin, minutes(5)).unwrap();
        assert_eq!(api.ask("/administration", &ours).await.0, 200, "our own issuer has no limit");
    }
}

#[tokio::test]
async fn each_issuers_subject_has_its_own_sessions() {
    for each in every_store().await.into_iter().filter(|each| each.store.promises().subject_index) {
        let (api, name) = (Api::over(&each.store, |partner| partner), each.name);
        let mut ours = api.member(&account(OWN)).await;
        let mut theirs = api.member(&account(PARTNER)).await;
        let (here, there) = (api.sessions.of_issuer(OWN), api.sessions.of_issuer(PARTNER));
        assert!(ours.get("/").await.is_ok(), "{name}: `max_sessions` counts another subject");
        let listed = here.of(&7).await.unwrap();
        assert_eq!((listed.len(), there.of(&7).await.unwrap().len()), (1, 1), "{name}");
        assert!(!there.end(&7, listed.first().unwrap().handle()).await.unwrap(), "{name}");
        assert_eq!(there.end_all(&7).await.unwrap(), 1, "{name}");
        assert_eq!((ours.get("/").await.status, theirs.get("/").await.status), (200, 401), "{name}");
        let handle = here.of(&7).await.unwrap().first().unwrap().handle();
        assert!(here.end(&7, handle).await.unwrap(), "{name}");
        assert_eq!(ours.get("/").await.status, 401, "{name}");
    }
}

#[tokio::test]
async fn a_session_keeps_its_issuer() {
    for store in [in_the_process(), ProbedStore::outside(MemoryStore::new())] {
        let api = Api::over(&store, |partner| partner);
        let mut member = api.member(&account(OWN)).await;
        let changed = member.ask("POST /change-issuer", &[]).await;
        assert_eq!((changed.status, changed.error().as_deref()), (500, Some("Unidentifiable")), "an empty issuer");
        let changed = member.send("POST /change-issuer", &[], PARTNER.into()).await;
        assert_eq!(changed.error().as_deref(), Some("IdChanged"));
        let other = member.post_json("/reauthenticate", &account(PARTNER)).await;
        assert_eq!((other.status, other.error().as_deref()), (403, Some("OtherSubject")));
        assert!(member.post_json("/reauthenticate", &account(OWN)).await.is_ok());
        assert!(member.get("/").await.body.starts_with(&format!("7 of {OWN} ")));
        let nameless = api.visitor.clone().post_json("/log-in", &account("")).await;
        assert_eq!(nameless.error().as_deref(), Some("Unidentifiable"));
    }
}

#[tokio::test]
async fn revocations_name_the_issuer() {
    for each in every_store().await.into_iter().filter(|each| each.store.promises().subject_index) {
        let (api, name) = (Api::over(&each.store, |partner| partner), each.name);
        let ours = || api.sessions.issue(&account(OWN), &TokenOptions::lasting(minutes(5))).unwrap();
        let (mut own, theirs) = (ours(), partners_token(&json!({"jti": "a"})));
        api.sessions.of_issuer(OWN).revoke_token_id(&7, own.id()).await.unwrap();
        assert_eq!((api.ask("/", own.token()).await.0, api.ask("/", &theirs).await.0), (401, 200), "{name}");
        own = ours();
        api.sessions.of_issuer(PARTNER).revoke_tokens_of(&7).await.unwrap();
        assert_eq!((api.ask("/", own.token()).await.0, api.ask("/", &theirs).await.0), (200, 401), "{name}");
        api.sessions.of_issuer(OWN).end_all(&7).await.unwrap();
        assert_eq!(api.ask("/", own.token()).await.0, 401, "{name}");
    }
}

#[tokio::test]
async fn refresh_tokens_are_for_subjects_of_our_own_issuer() {
    let api = Api::over(&ProbedStore::outside(MemoryStore::new()), |partner| partner);
    let options = TokenOptions::lasting(minutes(5));
    let error = api.sessions.issue_pair(&account(PARTNER), &options).await.err().map(|error| error.kind());
    assert_eq!(error, Some(GrantErrorKind::NotIssued));
    let pair = api.sessions.issue_pair(&account(OWN), &options).await.unwrap();
    api.sessions.of_issuer(PARTNER).end_all(&7).await.unwrap();
    let pair = api.sessions.refresh(pair.refresh_token()).await.unwrap();
    assert!(api.ask("/", pair.access().token()).await.1.starts_with(&format!("7 of {OWN} ")));
    api.sessions.of_issuer(OWN).end_all(&7).await.unwrap();
    assert!(api.sessions.refresh(pair.refresh_token()).await.is_err());
    assert_eq!(api.ask("/", pair.access().token()).await.0, 401);
}

/// Programs, whose issuers are not told apart.
#[derive(Clone, Debug, Serialize, Deserialize, Principal)]
#[principal(realm = "program", bearer(alg("EdDSA"), audience = "shop", max_age = "15m"))]
struct Program {
    #[principal(id)]
    id: u64,
    #[principal(roles)]
    roles: Vec<Role>,
}

/// Visitors with a cookie or a token, whose issuers are not told apart.
#[derive(Clone, Debug, Serialize, Deserialize, Principal)]
#[principal(
    realm = "customer",
    cookie(name = "__Host-customer"),
    bearer(alg("EdDSA"), audience = "shop", max_age = "15m")
)]
struct Customer {
    #[principal(id)]
    id: u64,
}

/// Visitors whose issuer is declared.
#[derive(Clone, Debug, Serialize, Deserialize, Principal)]
#[principal(
    realm = "declared",
    cookie(name = "__Host-declared"),
    bearer(alg("EdDSA"), issuer = "https://shop.example", audience = "shop", max_age = "15m")
)]
struct Declared {
    #[principal(id)]
    id: u64,
}

fn error_of<P: Principal>(build: impl FnOnce(SessionsBuilder<P>) -> SessionsBuilder<P>) -> Option<String> {
    let error = build(Sessions::builder().store(MemoryStore::new())).build().err()?;
    assert_eq!(error.kind(), ConfigErrorKind::Issuer, "{error}");
    Some(error.to_string())
}

fn is_undecided(error: Option<String>, issuers: &str) {
    let error = error.unwrap();
    assert!(error.contains(issuers), "{error}");
    assert!(error.contains("`#[principal(issuer)] issuer: String`"), "{error}");
    assert!(error.contains("`.subjects_are_shared()`"), "{error}");
}

#[test]
fn several_issuers_need_a_decision() {
    let key = || SigningKey::generate(Algorithm::EdDSA).unwrap();
    let two = "(`https://a.example`, `https://b.example`)";
    let a_and_b = |builder: SessionsBuilder<Program>| {
        builder.trusted_issuer(trusted("https://a.example")).trusted_issuer(trusted("https://b.example"))
    };
    is_undecided(error_of(a_and_b), two);
    assert_eq!(error_of(|builder| a_and_b(builder).subjects_are_shared()), None);
    let own = |builder: SessionsBuilder<Program>| builder.issuer(OWN).signing_key(key());
    is_undecided(error_of(|builder| own(builder).trusted_issuer(trusted(PARTNER))), "(`https://shop.example`, `https");
    assert_eq!(error_of(|builder| own(builder).trusted_issuer(trusted(PARTNER)).subjects_are_shared()), None);
    let theirs = |builder: SessionsBuilder<Program>| builder.issuer(OWN).verifying_key(key().verifying_key());
    is_undecided(error_of(|builder| theirs(builder).trusted_issuer(trusted(PARTNER))), PARTNER);
    assert_eq!(error_of::<Program>(|builder| builder.trusted_issuer(trusted(PARTNER))), None, "there is one only");
}

#[test]
fn log_ins_of_the_application_are_an_issuer() {
    let partner = |builder: SessionsBuilder<Customer>| builder.trusted_issuer(trusted(PARTNER));
    is_undecided(error_of(partner), "(the log-ins of the application, `https://partner.example`)");
    assert_eq!(error_of(|builder| partner(builder).subjects_are_shared()), None);
    assert_eq!(error_of(|builder| partner(builder).issuer(PARTNER)), None, "it is the application's own");
    assert_eq!(error_of::<Declared>(|builder| builder.trusted_issuer(trusted(OWN))), None, "it is declared");
    let declared = |builder: SessionsBuilder<Declared>| builder.trusted_issuer(trusted(PARTNER));
    assert!(error_of(declared).is_some());
}

#[test]
fn a_field_for_the_issuer_is_the_decision() {
    let key = || SigningKey::generate(Algorithm::EdDSA).unwrap();
    let several = |builder: SessionsBuilder<Account>| {
        let builder =
            builder.issuer(OWN).signing_key(key()).revocation_store(MemoryStore::new().keeping_until_expiry());
        builder.trusted_issuer(trusted(PARTNER)).trusted_issuer(trusted("https://b.example"))
    };
    assert_eq!(error_of(several), None);
    let both = error_of(|builder| several(builder).subjects_are_shared());
    assert!(both.is_some_and(|error| error.contains("remove `.subjects_are_shared()`")));
}

#[test]
fn granted_roles_are_those_of_the_principal() {
    let error = |issuer: TrustedIssuer| error_of::<Program>(|builder| builder.trusted_issuer(issuer));
    assert_eq!(error(trusted(PARTNER).grants_roles([Role::Customer])), None);
    assert!(error(trusted(PARTNER).grants_roles(["Customer"])).is_some_and(|error| error.contains("another type")));
    let without_roles = trusted(OWN).grants_roles([Role::Customer]);
    assert!(error_of::<Declared>(|builder| builder.trusted_issuer(without_roles)).is_some());
}
