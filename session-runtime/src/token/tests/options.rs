//! What a token says beside who it is about.

use super::*;

const MINUTE: Duration = Duration::from_secs(60);

fn issued(options: &TokenOptions) -> Result<Value, IssueError> {
    let issued = issuer(HS256.auth_time(), secret()).issue(&ada(), options, NOW)?;
    let payload = URL_SAFE_NO_PAD.decode(issued.token().split('.').nth(1).unwrap()).unwrap();
    Ok(serde_json::from_slice(&payload).unwrap())
}

#[test]
fn audiences_are_one_or_several() {
    let options = TokenOptions::lasting(MINUTE);
    assert_eq!(issued(&options).unwrap()["aud"], AUDIENCE);
    let options = options.audience("bank");
    assert_eq!(issued(&options).unwrap()["aud"], "bank");
    assert_eq!(issued(&options.audience("post")).unwrap()["aud"], json!(["bank", "post"]));
}

#[test]
fn chosen_claims_are_carried() {
    let options =
        TokenOptions::lasting(MINUTE).claim("tenant", &json!({"id": 7})).unwrap().claim("vip", &true).unwrap();
    let claims = issued(&options).unwrap();
    assert_eq!((&claims["tenant"]["id"], &claims["vip"]), (&json!(7), &json!(true)));
}

// RFC 7519 4.1, and the fields that say who this is.
#[test]
fn no_claim_with_a_meaning_is_overwritten() {
    for name in crate::token::claims::RESERVED {
        let options = TokenOptions::lasting(MINUTE).claim(name, "x").unwrap();
        assert_eq!(issued(&options), Err(IssueError::ReservedClaim(name.into())));
    }
    let options = TokenOptions::lasting(MINUTE).claim("name", "Eve").unwrap();
    assert_eq!(issued(&options), Err(IssueError::Claim("name".into())));
    let twice = TokenOptions::lasting(MINUTE).claim("x", &1).unwrap().claim("x", &2);
    assert_eq!(twice.err(), Some(IssueError::Claim("x".into())));
    let unserialisable = TokenOptions::lasting(MINUTE).claim("x", &std::collections::BTreeMap::from([((), 1)]));
    assert_eq!(unserialisable.err(), Some(IssueError::Claim("x".into())));
}

#[test]
fn nothing_secret_is_shown() {
    let options = TokenOptions::lasting(MINUTE).claim("iban", "DE00").unwrap();
    let issued = issuer(HS256, secret()).issue(&ada(), &options, NOW).unwrap();
    let shown = format!("{options:?} {issued:?}");
    assert!(shown.contains("iban") && !shown.contains("DE00") && !shown.contains(issued.token()), "{shown}");
}

principal!(Guest, id: u64, ClaimNames { id: "id", roles: None, scopes: None, issuer: None });

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Guest {
    id: u64,
}

// A principal without a scope gives none away.
#[test]
fn scopes_are_narrowed_and_never_widened() {
    let issuer = issuer(HS256, secret());
    let issue = |options: TokenOptions| issuer.issue(&Guest { id: 7 }, &options, NOW).map(drop);
    assert_eq!(issue(TokenOptions::lasting(MINUTE).scopes(["admin"])), Err(IssueError::Scope));
    assert_eq!(issue(TokenOptions::lasting(MINUTE).scopes([""; 0])), Ok(()));
}
