use session_runtime::session;

mod tower_sessions {
    pub struct Session;
}

#[session(public)]
async fn account(_data: tower_sessions::Session) {}

fn main() {}
