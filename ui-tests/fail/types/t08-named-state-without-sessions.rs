use session_runtime::{Session, session};
use ui_tests::User;

struct Shop;

#[session(state(Shop))]
async fn account(_session: Session<User>) {}

fn main() {}
