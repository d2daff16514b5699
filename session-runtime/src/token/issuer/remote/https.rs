//! The client that is built in: TLS by the system's trust, no redirects, bodies of a limited length.

use http::{Request, Uri, header};
use http_body_util::{BodyExt, Empty, Limited};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;

use super::fetch::{FetchError, FetchFuture, FetchKeys};

/// A set of 128 RSA keys with certificates is shorter.
const LONGEST_BODY: usize = 512 * 1024;

type Body = Empty<&'static [u8]>;

/// `GET` over HTTPS.
pub(super) struct Https(Client<HttpsConnector<HttpConnector>, Body>);

impl Https {
    /// # Errors
    ///
    /// When the system has no certificates to trust.
    pub(super) fn new() -> Result<Self, std::io::Error> {
        // Not the process-wide provider, which panics when two are compiled in.
        let provider = rustls::crypto::aws_lc_rs::default_provider();
        // Plain HTTP is refused by whoever knows whether loopback was allowed, before it gets here.
        let connector = HttpsConnectorBuilder::new()
            .with_provider_and_native_roots(provider)?
            .https_or_http()
            .enable_http1()
            .build();
        Ok(Self(Client::builder(TokioExecutor::new()).build(connector)))
    }

    async fn get(&self, url: &str) -> Result<Vec<u8>, FetchError> {
        let uri: Uri = url.parse().map_err(FetchError::new)?;
        let request = Request::get(uri)
            .header(header::ACCEPT, "application/jwk-set+json, application/json")
            .header(header::USER_AGENT, concat!("session-runtime/", env!("CARGO_PKG_VERSION")));
        let response =
            self.0.request(request.body(Body::new()).map_err(FetchError::new)?).await.map_err(FetchError::new)?;
        // A redirect is no 200 either: an issuer says in its configuration where its keys are.
        if response.status() != http::StatusCode::OK {
            return Err(FetchError::new(format!("answered with {}", response.status())));
        }
        let body = Limited::new(response.into_body(), LONGEST_BODY).collect().await.map_err(FetchError::new)?;
        Ok(body.to_bytes().to_vec())
    }
}

impl FetchKeys for Https {
    fn fetch<'a>(&'a self, url: &'a str) -> FetchFuture<'a> {
        Box::pin(self.get(url))
    }
}
