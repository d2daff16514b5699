//! From claims to the application's own type, and back.

use std::collections::{BTreeMap, BTreeSet};

use super::*;

const HOUR: Duration = Duration::from_hours(1);

fn read<P: Principal>(names: ClaimNames, claims: &Value) -> Result<P, TokenRefusal> {
    let verifier = verifier_for(names, HS256, vec![trusted(ISSUER, [secret().verifying_key()])]);
    verifier.accept(&token(&claims.to_string()), NOW).map(|verified| verified.principal)
}

fn there_and_back<P: Principal>(names: ClaimNames, principal: &P) -> Result<P, IssueError> {
    let issuer = TokenIssuer::new(REALM, HS256, names, ISSUER.into(), AUDIENCE.into(), vec![secret()]).unwrap();
    let token = issuer.issue(principal, &TokenOptions::lasting(HOUR), NOW)?.into_token();
    let verifier = verifier_for(names, HS256, vec![trusted(ISSUER, [secret().verifying_key()])]);
    Ok(verifier.accept(&token, NOW).unwrap().principal)
}

#[test]
fn the_subject_is_the_id_and_nothing_else_is() {
    let impostor = claims_with(json!({"id": 1, "groups": ["Admin"], "rights": ["admin"]}));
    assert_eq!(read(NAMES, &impostor), Ok(ada()));
    assert_eq!(refusal(&claims_with(json!({"sub": null, "id": 7}))), Some(TokenRefusal::MissingClaim("sub")));
    for subject in ["07", "+7", "seven", "7 ", "-7"] {
        assert_eq!(refusal(&claims_with(json!({"sub": subject}))), Some(TokenRefusal::NoPrincipal), "{subject}");
    }
    assert_eq!(refusal(&claims_with(json!({"sub": 7}))), Some(TokenRefusal::WrongClaimType("sub")));
}

#[test]
fn no_roles_and_no_scopes_are_none() {
    let user: User = read(NAMES, &claims_with(json!({"roles": null, "scope": null}))).unwrap();
    assert_eq!((user.groups, user.rights), (vec![], vec![]));
    assert_eq!(refusal(&claims_with(json!({"roles": ["Root"]}))), Some(TokenRefusal::NoPrincipal));
    assert_eq!(refusal(&claims_with(json!({"scope": ["a"]}))), Some(TokenRefusal::WrongClaimType("scope")));
    let user = User { groups: vec![], rights: vec![], ..ada() };
    assert_eq!(there_and_back(NAMES, &user), Ok(user));
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Strict {
    sub: String,
    display_name: Option<String>,
    scope: String,
    roles: Option<Role>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Wide {
    number: u128,
    rights: BTreeSet<String>,
    #[serde(flatten)]
    rest: BTreeMap<String, Value>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Client {
    id: Option<Box<str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    client_id: Option<String>,
}

const STRICT: ClaimNames = ClaimNames { id: "sub", roles: Some("roles"), scopes: Some("scope"), issuer: None };
const WIDE: ClaimNames = ClaimNames { id: "number", roles: None, scopes: Some("rights"), issuer: None };
const CLIENT: ClaimNames = ClaimNames { id: "id", roles: None, scopes: None, issuer: None };

principal!(Strict, sub: String, STRICT);
principal!(Wide, number: u128, WIDE);
principal!(Client, id: Option<Box<str>>, CLIENT);

#[test]
fn what_the_library_reads_is_no_unknown_field() {
    let strict = Strict { sub: "ada".into(), display_name: None, scope: "a b".into(), roles: None };
    assert_eq!(there_and_back(STRICT, &strict), Ok(strict.clone()));
    let strict = Strict { display_name: Some("Ada".into()), scope: String::new(), roles: Some(Role::Admin), ..strict };
    assert_eq!(there_and_back(STRICT, &strict), Ok(strict));
    let refused = read::<Strict>(STRICT, &claims_with(json!({"roles": "Admin"})));
    assert_eq!(refused, Err(TokenRefusal::NoPrincipal), "`name` is unknown");
}

#[test]
fn wide_numbers_and_flattened_fields_travel() {
    let rest = BTreeMap::from([("email".to_owned(), json!("a@b.example")), ("n".to_owned(), json!([1, {"x": null}]))]);
    let wide = Wide { number: u128::MAX, rights: BTreeSet::from(["a".into(), "b".into()]), rest };
    assert_eq!(there_and_back(WIDE, &wide), Ok(wide.clone()));
    let rest = BTreeMap::from([("exp".to_owned(), json!(1))]);
    assert_eq!(there_and_back(WIDE, &Wide { rest, ..wide }), Err(IssueError::ReservedClaim("exp".into())));
}

#[test]
fn a_claim_of_others_is_read_and_never_issued() {
    let client = Client { id: Some("7".into()), client_id: Some("web".into()) };
    assert_eq!(read(CLIENT, &claims_with(json!({"client_id": "web"}))), Ok(client.clone()));
    assert_eq!(there_and_back(CLIENT, &client), Err(IssueError::ReservedClaim("client_id".into())));
}

#[test]
fn nobody_gets_no_token() {
    let nobody = Client { id: None, client_id: None };
    assert!(matches!(there_and_back(CLIENT, &nobody), Err(IssueError::Subject(_))));
    assert!(matches!(there_and_back(CLIENT, &Client { id: Some("".into()), ..nobody }), Err(IssueError::Subject(_))));
    let refused = read::<Client>(CLIENT, &claims_with(json!({"sub": ""})));
    assert_eq!(refused, Err(TokenRefusal::MissingClaim("sub")));
    let user = User { rights: vec!["orders:read admin".into()], ..ada() };
    assert_eq!(there_and_back(NAMES, &user), Err(IssueError::Scope));
}
