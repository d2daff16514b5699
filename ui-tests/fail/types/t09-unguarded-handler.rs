use session_runtime::GuardedRouter;
use session_runtime::routing::get;
use ui_tests::App;

async fn account() {}

fn main() {
    let _: GuardedRouter<App> = GuardedRouter::new().route("/account", get(account));
}
