use session_runtime::{Session, session};
use ui_tests::User;

struct Accounts;

impl Accounts {
    #[session(required)]
    async fn account(&self, _session: Session<User>) {}
}

fn main() {}
