//! Tokens through the verifier and the issuer, with keys that are published beside these tests.

mod arbitrary;
mod configuration;
mod grants;
mod instants;
mod issuers;
mod key_sets;
mod keys;
mod opening;
mod options;
mod principals;
mod refusals;
mod round_trip;

use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{
    IssueError, IssuedToken, SigningKey, TokenIssuer, TokenOptions, TokenRefusal, TrustedIssuer, Verified, Verifier,
    VerifyingKey,
};
use crate::clock::Timestamp;
use crate::principal::{Algorithm, BearerSpec, ClaimNames, Principal, PrincipalSpec};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

const REALM: &str = "__Host-id";
const ISSUER: &str = "https://id.example";
const AUDIENCE: &str = "shop";
const SECRET: [u8; 64] = [7; 64];
const NOW: Timestamp = Timestamp::from_secs(1_800_000_000);
const HS256: BearerSpec = BearerSpec::new(&[Algorithm::HS256]);

const NAMES: ClaimNames = ClaimNames { id: "id", roles: Some("groups"), scopes: Some("rights"), issuer: None };

macro_rules! pem {
    ($name:literal) => {
        include_bytes!(concat!("../testdata/", $name, ".pem"))
    };
}
use pem;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
enum Role {
    Staff,
    Admin,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct User {
    id: u64,
    name: String,
    groups: Vec<Role>,
    rights: Vec<String>,
}

/// What the derive writes, for types whose roles and scopes the tokens do not care about.
macro_rules! principal {
    ($type:ty, $field:ident: $id:ty, $names:expr) => {
        impl Principal for $type {
            type Id = $id;
            type Role = crate::principal::NoRole;
            const SPEC: &'static PrincipalSpec =
                &PrincipalSpec::new(stringify!($type), crate::principal::RealmName::default(stringify!($type)), $names);

            fn id(&self) -> &$id {
                &self.$field
            }

            fn has_role(&self, role: &crate::principal::NoRole) -> bool {
                match *role {}
            }

            fn has_scope(&self, _: &str) -> bool {
                false
            }
        }
    };
}
use principal;

principal!(User, id: u64, NAMES);

fn ada() -> User {
    User { id: 7, name: "Ada".into(), groups: vec![Role::Staff], rights: vec!["orders:read".into()] }
}

fn secret() -> SigningKey {
    SigningKey::secret(Algorithm::HS256, &SECRET).unwrap()
}

/// Whose tokens these keys sign.
fn trusted(name: &str, keys: impl IntoIterator<Item = VerifyingKey>) -> TrustedIssuer {
    let issuer = TrustedIssuer::new(name).grants_every_role().grants_every_scope();
    keys.into_iter().fold(issuer, TrustedIssuer::verifying_key)
}

fn verifier_for(names: ClaimNames, spec: BearerSpec, issuers: Vec<TrustedIssuer>) -> Verifier {
    let issuers = issuers.into_iter().map(|issuer| issuer.finish(REALM, spec, Some(AUDIENCE)).unwrap());
    Verifier::new(spec, names, issuers.collect()).unwrap()
}

fn verifier_of(spec: BearerSpec, keys: Vec<VerifyingKey>) -> Verifier {
    verifier_for(NAMES, spec, vec![trusted(ISSUER, keys)])
}

impl Verifier {
    fn accept<P: Principal>(&self, token: &str, now: Timestamp) -> Result<Verified<P>, TokenRefusal> {
        self.verify(token.as_bytes(), now, |verified, _| verified)
    }
}

fn verifier(spec: BearerSpec) -> Verifier {
    verifier_of(spec, vec![secret().verifying_key()])
}

fn issuer(spec: BearerSpec, key: SigningKey) -> TokenIssuer {
    TokenIssuer::new(REALM, spec, NAMES, ISSUER.into(), AUDIENCE.into(), vec![key]).unwrap()
}

/// Claims of Ada that are accepted at [`NOW`].
fn claims() -> Value {
    json!({
        "iss": ISSUER, "sub": "7", "aud": AUDIENCE, "exp": NOW.as_secs() + 600, "iat": NOW.as_secs(),
        "name": "Ada", "roles": ["Staff"], "scope": "orders:read",
    })
}

/// [`claims`] with some replaced; `null` removes one.
fn claims_with(changes: Value) -> Value {
    let (mut claims, Value::Object(changes)) = (claims(), changes) else { unreachable!("not an object") };
    let object = claims.as_object_mut().unwrap();
    for (name, value) in changes {
        if value.is_null() {
            object.remove(&name)
        } else {
            object.insert(name, value)
        };
    }
    claims
}

fn compact(key: &SigningKey, header: &str, payload: &str) -> String {
    let signed = [header, payload].map(|part| URL_SAFE_NO_PAD.encode(part)).join(".");
    let signature = key.sign(signed.as_bytes()).unwrap();
    format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature))
}

fn token(payload: &str) -> String {
    compact(&secret(), r#"{"alg":"HS256","typ":"at+jwt"}"#, payload)
}

fn judge(spec: BearerSpec, claims: &Value, now: Timestamp) -> Result<Verified<User>, TokenRefusal> {
    verifier(spec).accept(&token(&claims.to_string()), now)
}

fn refusal(claims: &Value) -> Option<TokenRefusal> {
    judge(HS256, claims, NOW).err()
}

/// A token of Ada's that somebody who authenticated just now would get.
fn issue(issuer: &TokenIssuer, lifetime: Duration, now: Timestamp) -> Result<String, IssueError> {
    issuer.issue(&ada(), &TokenOptions::lasting(lifetime), now).map(IssuedToken::into_token)
}
