//! `axum-jwt-auth`, whose `jsonwebtoken` verifies by `RustCrypto`, which it asks for itself.

use std::sync::Arc;

use axum::Router;
use axum::extract::FromRef;
use axum::routing::get;
use axum_jwt_auth::{Decoder, LocalDecoder};
use http::header;
use jsonwebtoken::jwk::Jwk;
use jsonwebtoken::{Algorithm, DecodingKey, Validation};

use crate::presented::{AUDIENCE, Claims, ISSUER, Presented};
use crate::row::{Row, headers};

#[derive(Clone)]
struct Application {
    decoder: Decoder<Claims>,
}

impl FromRef<Application> for Decoder<Claims> {
    fn from_ref(application: &Application) -> Self {
        Self::clone(&application.decoder)
    }
}

async fn handler(user: axum_jwt_auth::Claims<Claims>) -> String {
    user.claims.name
}

pub(crate) fn row(token: &Presented) -> Row {
    let jwk: Jwk = serde_json::from_value(token.key.clone()).expect("a key");
    let algorithm: Algorithm = token.algorithm.parse().expect("an algorithm");
    let mut validation = Validation::new(algorithm);
    validation.set_issuer(&[ISSUER]);
    validation.set_audience(&[AUDIENCE]);
    let keys = vec![DecodingKey::from_jwk(&jwk).expect("a key")];
    let decoder = LocalDecoder::builder().keys(keys).validation(validation).build().expect("a decoder");
    let router = Router::new().route("/", get(handler)).with_state(Application { decoder: Arc::new(decoder) });
    let name = format!("{}, axum-jwt-auth", token.algorithm);
    Row::new(name.leak(), router, headers(Some((header::AUTHORIZATION, format!("Bearer {}", token.token)))))
}
