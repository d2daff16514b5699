//! A small web shop: `cargo run -p examples --bin shop`.
//!
//! It listens on `127.0.0.1:3000`. `PORT` names another port, `PORT=0` takes a free one. Ctrl-C and SIGTERM stop it.
//! Sessions are in the process unless `SHOP_STORE` names another place, which needs a `SHOP_KEY`. `SHOP_ISSUER`, `SHOP_AUDIENCE`
//! and `SHOP_JWKS_URL` name somebody whose tokens the shop takes beside its own. [`Settings::from_environment`] says more.

use std::env;
use std::error::Error;
use std::io::{self, Write};
use std::net::{Ipv4Addr, SocketAddr};
use std::process::ExitCode;

use examples::shop::{self, DEMONSTRATION_PASSWORD, Register, Settings};
use session_runtime::SystemClock;
use tokio::net::TcpListener;

const DEFAULT_PORT: u16 = 3000;

#[tokio::main]
async fn main() -> ExitCode {
    match serve().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let _ = writeln!(io::stderr(), "shop: {}", with_causes(&*error));
            ExitCode::FAILURE
        }
    }
}

/// What went wrong, and why: that a store does not answer alone tells nobody what to mend. Some errors say their cause
/// themselves.
fn with_causes(error: &dyn Error) -> String {
    let mut text = error.to_string();
    for cause in std::iter::successors(error.source(), |&cause| cause.source()).map(ToString::to_string) {
        if !text.ends_with(&cause) {
            text = format!("{text}: {cause}");
        }
    }
    text
}

async fn serve() -> Result<(), Box<dyn Error>> {
    let router = shop::router(SystemClock, Settings::from_environment(SystemClock).await?)?;
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port()?));
    let listener = TcpListener::bind(address)
        .await
        .map_err(|error| format!("cannot listen on {address}: {error}; choose another port, as in `PORT=3001`"))?;
    // Whoever started this may have stopped reading, which is no reason to stop serving.
    let _ = introduce(listener.local_addr()?);
    let service = router.into_make_service_with_connect_info::<SocketAddr>();
    axum::serve(listener, service).with_graceful_shutdown(stop_requested()).await?;
    Ok(())
}

fn port() -> Result<u16, String> {
    match env::var("PORT") {
        Ok(text) => text.parse().map_err(|_| format!("`PORT={text}` is not a port; write a number from 0 to 65535")),
        Err(env::VarError::NotPresent) => Ok(DEFAULT_PORT),
        Err(env::VarError::NotUnicode(_)) => Err("`PORT` is not a port; write a number from 0 to 65535".to_owned()),
    }
}

fn introduce(address: SocketAddr) -> io::Result<()> {
    let mut out = io::stdout().lock();
    writeln!(out, "The shop is open at http://{address}\n")?;
    writeln!(out, "Accounts, each with the password `{DEMONSTRATION_PASSWORD}`:")?;
    writeln!(out, "{}", Register::demonstration())?;
    writeln!(out, "{}", shop::policies())?;
    writeln!(out, "Ctrl-C stops it.")
}

/// Resolves when somebody asks this process to stop.
async fn stop_requested() {
    let interrupted = async {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    };
    tokio::select! {
        () = interrupted => {}
        () = terminated() => {}
    }
}

#[cfg(unix)]
async fn terminated() {
    use tokio::signal::unix::{SignalKind, signal};

    match signal(SignalKind::terminate()) {
        Ok(mut signal) => drop(signal.recv().await),
        // Without it, the process ends as the system has it.
        Err(_) => std::future::pending().await,
    }
}

#[cfg(not(unix))]
async fn terminated() {
    std::future::pending().await
}
