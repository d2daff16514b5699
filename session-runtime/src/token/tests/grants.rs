//! Limits of what an issuer may grant, and the field that holds the issuer.

use super::*;
use crate::Sessions;
use crate::principal::{RealmName, expect_identity, identity_of};

const OTHER: &str = "https://other.example";
const EDDSA: BearerSpec = BearerSpec::new(&[Algorithm::EdDSA]);
const MEMBER: ClaimNames =
    ClaimNames { id: "id", roles: Some("groups"), scopes: Some("rights"), issuer: Some("issued_by") };

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Member {
    id: u64,
    issued_by: String,
    groups: Vec<Role>,
    rights: Vec<String>,
}

impl Principal for Member {
    type Id = u64;
    type Role = Role;
    const SPEC: &'static PrincipalSpec =
        &PrincipalSpec::new("Member", RealmName::declared("member"), MEMBER).bearer(EDDSA);

    fn id(&self) -> &u64 {
        &self.id
    }

    fn has_role(&self, role: &Role) -> bool {
        self.groups.contains(role)
    }

    fn has_scope(&self, scope: &str) -> bool {
        self.rights.iter().any(|held| held == scope)
    }

    fn issuer(&self) -> Option<&str> {
        Some(&self.issued_by)
    }

    fn restrict_roles(&mut self, may_hold: &dyn Fn(&Role) -> bool) -> bool {
        self.groups.retain(may_hold);
        true
    }

    fn restrict_scopes(&mut self, may_hold: &dyn Fn(&str) -> bool) -> bool {
        self.rights.retain(|scope| may_hold(scope));
        true
    }
}

fn key() -> SigningKey {
    SigningKey::generate(Algorithm::EdDSA).unwrap()
}

fn signed(key: &SigningKey, changes: Value) -> String {
    key.sign_jws(claims_with(changes).to_string().as_bytes(), Some("at+jwt")).unwrap()
}

fn admins_token(key: &SigningKey) -> String {
    signed(key, json!({"iss": OTHER, "roles": ["Staff", "Admin"], "scope": "orders:read orders:write"}))
}

type Limit = fn(TrustedIssuer) -> TrustedIssuer;

const LIMITS: [(Limit, &[Role], &[&str]); 8] = [
    (|issuer| issuer, &[], &[]),
    (|issuer| issuer.grants_roles([Role::Staff]), &[Role::Staff], &[]),
    (|issuer| issuer.grants_roles([Role::Admin, Role::Staff]), &[Role::Staff, Role::Admin], &[]),
    (|issuer| issuer.grants_roles([Role::Admin]).grants_roles([Role::Staff]), &[Role::Staff], &[]),
    (|issuer| issuer.grants_every_role(), &[Role::Staff, Role::Admin], &[]),
    (|issuer| issuer.grants_scopes(["orders:read"]), &[], &["orders:read"]),
    (|issuer| issuer.grants_scopes(["orders", "ORDERS:READ", "orders:read orders:write"]), &[], &[]),
    (|issuer| issuer.grants_every_scope(), &[], &["orders:read", "orders:write"]),
];

fn sessions(key: &SigningKey, limit: Limit) -> Sessions<Member> {
    let issuer = limit(TrustedIssuer::new(OTHER).verifying_key(key.verifying_key()));
    Sessions::builder().audience(AUDIENCE).trusted_issuer(issuer).build().unwrap()
}

#[tokio::test]
async fn an_issuer_grants_what_it_may_also_from_the_cache() {
    let key = key();
    let token = admins_token(&key);
    for (position, (limit, roles, scopes)) in LIMITS.into_iter().enumerate() {
        let sessions = sessions(&key, limit);
        for uses in 1..=3 {
            let session = sessions.verify_token(token.as_bytes(), NOW).await.ok().unwrap();
            let member = &session.contents.principal;
            assert_eq!((&*member.groups, uses), (roles, uses), "limit {position}");
            assert_eq!(member.rights, scopes, "limit {position}");
            assert_eq!(sessions.remembered_tokens().hits, uses - 1);
        }
    }
}

#[test]
fn an_own_issuer_grants_everything() {
    let key = key();
    let sessions: Sessions<Member> =
        Sessions::builder().audience(AUDIENCE).issuer(ISSUER).signing_key(key.clone()).build().unwrap();
    let member =
        Member { id: 7, issued_by: ISSUER.into(), groups: vec![Role::Admin], rights: vec!["orders:read".into()] };
    let token = sessions.issue_token(&member, Duration::from_secs(60)).unwrap();
    let verifier = verifier_for(MEMBER, EDDSA, vec![trusted(ISSUER, [key.verifying_key()]).realm("member")]);
    let now = crate::clock::Clock::now(&crate::clock::SystemClock);
    assert_eq!(verifier.accept::<Member>(&token, now).unwrap().principal, member);
}

#[test]
fn roles_that_cannot_be_dropped_reject_the_token() {
    let verifier =
        |issuer: TrustedIssuer| verifier_for(NAMES, HS256, vec![issuer.verifying_key(secret().verifying_key())]);
    let reject = |issuer| verifier(issuer).accept::<User>(&token(&claims().to_string()), NOW).err();
    let issuer = || TrustedIssuer::new(ISSUER);
    assert_eq!(reject(issuer()), Some(TokenRefusal::NotGranted));
    assert_eq!(reject(issuer().grants_every_role()), Some(TokenRefusal::NotGranted));
    assert_eq!(reject(issuer().grants_every_scope()), Some(TokenRefusal::NotGranted));
    assert_eq!(reject(issuer().grants_every_role().grants_every_scope()), None);
}

#[test]
fn the_field_of_the_issuer_holds_the_iss_claim() {
    let key = key();
    let verifier = verifier_for(MEMBER, EDDSA, vec![trusted(OTHER, [key.verifying_key()])]);
    let issuer = |changes: Value| {
        verifier.accept::<Member>(&signed(&key, changes), NOW).map(|verified| verified.principal.issued_by)
    };
    assert_eq!(issuer(json!({"iss": OTHER})).as_deref(), Ok(OTHER));
    assert_eq!(issuer(json!({"iss": OTHER, "issued_by": ISSUER})).as_deref(), Ok(OTHER));
    assert_eq!(issuer(json!({"iss": OTHER, "issued_by": 7})).as_deref(), Ok(OTHER));
    assert_eq!(issuer(json!({"iss": ISSUER, "issued_by": OTHER})), Err(TokenRefusal::WrongIssuer));
    assert_eq!(issuer(json!({"iss": null, "issued_by": OTHER})), Err(TokenRefusal::MissingClaim("iss")));
    assert_eq!(issuer(json!({"iss": [OTHER]})), Err(TokenRefusal::WrongClaimType("iss")));
}

#[tokio::test]
async fn subjects_of_two_issuers_are_two_identities() {
    let (key, other) = (key(), key());
    let trusted = |name: &str, key: &SigningKey| TrustedIssuer::new(name).verifying_key(key.verifying_key());
    let sessions: Sessions<Member> = Sessions::builder()
        .audience(AUDIENCE)
        .trusted_issuer(trusted(ISSUER, &key))
        .trusted_issuer(trusted(OTHER, &other))
        .build()
        .unwrap();
    let mut identities = Vec::new();
    for token in [signed(&key, json!({})), signed(&other, json!({"iss": OTHER}))] {
        let session = sessions.verify_token(token.as_bytes(), NOW).await.ok().unwrap();
        assert_eq!(session.contents.principal.id, 7);
        identities.push(session.contents.subject.clone());
    }
    assert_ne!(identities.first(), identities.last());
}

// An earlier release, whose principal had no issuer, kept the id alone.
#[test]
fn a_principal_with_an_issuer_is_kept_with_it() {
    let member = Member { id: 7, issued_by: ISSUER.into(), groups: vec![], rights: vec![] };
    let expect = |kept: &str| expect_identity::<Member, serde::de::value::Error>(&member, kept).is_ok();
    assert!(expect(&identity_of(&member).unwrap()));
    assert!(!expect("7") && !expect(""));
    assert!(expect_identity::<User, serde::de::value::Error>(&ada(), "anything").is_ok());
}

#[test]
fn no_token_is_issued_for_another_issuers_subject() {
    let issuer = TokenIssuer::new("member", EDDSA, MEMBER, ISSUER.into(), AUDIENCE.into(), vec![key()]).unwrap();
    let issue = |issued_by: &str| {
        let member = Member { id: 7, issued_by: issued_by.into(), groups: vec![], rights: vec![] };
        issuer.issue(&member, &TokenOptions::lasting(Duration::from_secs(60)), NOW).err()
    };
    assert_eq!(issue(ISSUER), None);
    assert_eq!(issue(OTHER), Some(IssueError::OtherIssuer));
    assert_eq!(issue(""), Some(IssueError::OtherIssuer));
}
