//! `pages session` serves one of the pages that `benches/socket/run` asks for, on a free port of this machine. It prints its
//! address and, in a second line, the cookie of somebody who is logged in. `pages session FILE` sends the page in that file, with
//! the visitor's name wherever it says `{name}`.

use std::io;
use std::num::NonZeroUsize;

use benches::site::{NAMES, named, send};
use tokio::net::TcpListener;

const SESSIONS: NonZeroUsize = NonZeroUsize::MIN.saturating_add(99_999);

#[tokio::main(flavor = "current_thread")]
async fn main() -> io::Result<()> {
    let name = std::env::args().nth(1).unwrap_or_default();
    let unknown = || io::Error::other(format!("whose page? one of {}", NAMES.join(", ")));
    let site = named(&name, SESSIONS).ok_or_else(unknown)?;
    if let Some(file) = std::env::args_os().nth(2) {
        send(&std::fs::read_to_string(file)?);
    }
    let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
    println!("http://{}/", listener.local_addr()?);
    println!("{}", site.log_in().await.unwrap_or_default());
    axum::serve(listener, site.page()).await
}
