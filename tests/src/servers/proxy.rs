//! A name that leads to one server, and then to another.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;

/// Passes TCP connections on, and can cut them.
///
/// Open connections stay with their server when new ones go elsewhere, as after a change of DNS. It runs in threads of its
/// own, so that it works while the runtime of a test stands still.
#[derive(Clone, Debug)]
pub struct Proxy {
    address: SocketAddr,
    state: Arc<State>,
}

#[derive(Debug)]
struct State {
    target: Mutex<SocketAddr>,
    accepted: AtomicUsize,
    open: Mutex<Vec<TcpStream>>,
    cuts: AtomicBool,
}

impl Proxy {
    /// A proxy before this server, on a port of its own.
    pub fn to(target: SocketAddr) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let address = listener.local_addr().unwrap();
        let state = State {
            target: Mutex::new(target),
            accepted: AtomicUsize::new(0),
            open: Mutex::default(),
            cuts: AtomicBool::new(false),
        };
        let proxy = Self { address, state: Arc::new(state) };
        let state = Arc::clone(&proxy.state);
        thread::spawn(move || {
            for client in listener.incoming() {
                let client = client.unwrap();
                state.accepted.fetch_add(1, Ordering::SeqCst);
                let target = *state.target.lock().unwrap();
                if let Ok(server) = TcpStream::connect(target) {
                    let _ = (client.set_nodelay(true), server.set_nodelay(true));
                    state.open.lock().unwrap().push(client.try_clone().unwrap());
                    pass(client.try_clone().unwrap(), server.try_clone().unwrap(), || true);
                    let state = Arc::clone(&state);
                    pass(server, client, move || !state.cuts.swap(false, Ordering::SeqCst));
                }
            }
        });
        proxy
    }

    /// Returns the address that it listens on.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Leads new connections to another server.
    pub fn lead_to(&self, target: SocketAddr) {
        *self.state.target.lock().unwrap() = target;
    }

    /// Returns the number of connections that it has accepted.
    pub fn accepted(&self) -> usize {
        self.state.accepted.load(Ordering::SeqCst)
    }

    /// Closes a connection in the place of passing on the next answer of the server.
    pub fn cut_next_answer(&self) {
        self.state.cuts.store(true, Ordering::SeqCst);
    }

    /// Closes every open connection, as a server does with those that are idle.
    pub fn close_all(&self) {
        for connection in self.state.open.lock().unwrap().drain(..) {
            let _ = connection.shutdown(Shutdown::Both);
        }
    }
}

/// Passes on what comes, for as long as it may.
fn pass(mut from: TcpStream, mut to: TcpStream, may_pass: impl Fn() -> bool + Send + 'static) {
    thread::spawn(move || {
        let mut bytes = [0; 16 * 1024];
        while let Ok(length @ 1..) = from.read(&mut bytes)
            && may_pass()
            && to.write_all(&bytes[..length]).is_ok()
        {}
        let _ = (from.shutdown(Shutdown::Both), to.shutdown(Shutdown::Both));
    });
}
