use session_runtime::{Session, session};
use ui_tests::User;

#[session(required)]
async unsafe extern "C" fn account(_session: Session<User>) {}

fn main() {}
