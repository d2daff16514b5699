use std::rc::Rc;

use session_runtime::routing::get;
use session_runtime::{GuardedRouter, Session, session};
use ui_tests::{App, User};

struct Basket(Rc<u64>);

#[session(required)]
async fn account(session: Session<User>) -> String {
    let basket = Basket(Rc::new(session.id));
    std::future::ready(()).await;
    basket.0.to_string()
}

fn main() {
    let _ = GuardedRouter::<App>::new().route("/account", get(account));
}

// instead: hold no `Rc`, `RefCell` borrow or `std::sync::MutexGuard` across an `.await`; `Arc` and `tokio::sync` can be
