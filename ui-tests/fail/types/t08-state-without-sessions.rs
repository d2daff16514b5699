use session_runtime::GuardedRouter;
use session_runtime::routing::get;
use session_runtime::{Session, session};
use ui_tests::User;

#[session(required)]
async fn account(_session: Session<User>) {}

#[derive(Clone)]
struct Shop;

fn main() {
    let _: GuardedRouter<Shop> = GuardedRouter::new().route("/account", get(account));
}
