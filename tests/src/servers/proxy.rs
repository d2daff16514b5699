//! A name that leads to one server, and then to another.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use memchr::memmem;

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
    push_delay: Mutex<Duration>,
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
            push_delay: Mutex::default(),
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
                    pass(client.try_clone().unwrap(), server.try_clone().unwrap(), |server, bytes| {
                        server.write_all(bytes).is_ok()
                    });
                    let state = Arc::clone(&state);
                    pass(server, client, move |client, bytes| state.answer(client, bytes));
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

    /// Passes on late what a Redis server says without having been asked, and what follows it.
    pub fn delay_pushes(&self, delay: Duration) {
        *self.state.push_delay.lock().unwrap() = delay;
    }

    /// Closes every open connection, as a server does with those that are idle.
    pub fn close_all(&self) {
        for connection in self.state.open.lock().unwrap().drain(..) {
            let _ = connection.shutdown(Shutdown::Both);
        }
    }
}

impl State {
    /// Passes on what the server says; false to close the connection.
    fn answer(&self, client: &mut TcpStream, bytes: &[u8]) -> bool {
        if self.cuts.swap(false, Ordering::SeqCst) {
            return false;
        }
        let delay = *self.push_delay.lock().unwrap();
        let push = if bytes.starts_with(b">") { Some(0) } else { memmem::find(bytes, b"\r\n>").map(|at| at + 2) };
        let (answers, pushes) = bytes.split_at(push.unwrap_or(bytes.len()));
        let is_open = client.write_all(answers).is_ok();
        if push.is_some() {
            thread::sleep(delay);
        }
        is_open && client.write_all(pushes).is_ok()
    }
}

/// Passes on what comes, until it cannot.
fn pass(mut from: TcpStream, mut to: TcpStream, pass_on: impl Fn(&mut TcpStream, &[u8]) -> bool + Send + 'static) {
    thread::spawn(move || {
        let mut bytes = [0; 16 * 1024];
        while let Ok(length @ 1..) = from.read(&mut bytes)
            && pass_on(&mut to, &bytes[..length])
        {}
        let _ = (from.shutdown(Shutdown::Both), to.shutdown(Shutdown::Both));
    });
}
