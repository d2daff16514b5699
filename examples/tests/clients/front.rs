//! The shop, and TLS in front of it: what is inside passes unchanged.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use examples::shop::{self, Settings};
use session_runtime::{ManualClock, Timestamp};
use tempfile::TempDir;
use tests::servers::program;
use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::aws_lc_rs::default_provider;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};

pub(crate) struct Front {
    port: u16,
    clock: ManualClock,
    folder: TempDir,
}

impl Front {
    /// `None` where nobody makes a certificate.
    pub(crate) async fn open() -> Option<Self> {
        let folder = tempfile::tempdir().unwrap();
        let acceptor = TlsAcceptor::from(Arc::new(certified(folder.path())?));
        let clock = ManualClock::at(Timestamp::from(SystemTime::now()));
        let router = shop::router(clock.clone(), Settings::in_process().unwrap()).unwrap();
        let [inner, outer] =
            [TcpListener::bind(("127.0.0.1", 0)).await.unwrap(), TcpListener::bind(("127.0.0.1", 0)).await.unwrap()];
        let (shop, port) = (inner.local_addr().unwrap(), outer.local_addr().unwrap().port());
        tokio::spawn(async move { axum::serve(inner, router).await.unwrap() });
        tokio::spawn(async move {
            loop {
                let (visitor, _) = outer.accept().await.unwrap();
                let acceptor = acceptor.clone();
                tokio::spawn(async move {
                    let mut visitor = acceptor.accept(visitor).await.unwrap();
                    let mut shop = TcpStream::connect(shop).await.unwrap();
                    // A client that leaves without a word is no mistake of this test.
                    let _ = copy_bidirectional(&mut visitor, &mut shop).await;
                });
            }
        });
        Some(Self { port, clock, folder })
    }

    pub(crate) fn origin(&self) -> String {
        format!("https://localhost:{}", self.port)
    }

    pub(crate) fn pass(&self, minutes: u64) {
        self.clock.advance(Duration::from_secs(60 * minutes));
    }

    /// What a client has to trust, in PEM.
    pub(crate) fn certificate(&self) -> PathBuf {
        self.folder.path().join("certificate.pem")
    }

    /// A folder for what a client keeps.
    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }
}

fn certified(folder: &Path) -> Option<ServerConfig> {
    let [certificate, key] = ["certificate.pem", "key.pem"].map(|name| folder.join(name));
    let mut command = program("openssl", &[])?.command();
    command.args(["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"]);
    command.args(["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"]);
    command.args(["-addext", "keyUsage=critical,digitalSignature,keyCertSign"]);
    let made = command.arg("-out").arg(&certificate).arg("-keyout").arg(&key).output().unwrap();
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    let config = ServerConfig::builder_with_provider(Arc::new(default_provider()));
    let config = config.with_safe_default_protocol_versions().unwrap().with_no_client_auth();
    let chain = vec![CertificateDer::from_pem_file(certificate).unwrap()];
    Some(config.with_single_cert(chain, PrivateKeyDer::from_pem_file(key).unwrap()).unwrap())
}
