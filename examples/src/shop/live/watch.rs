//! A page with a connection in both directions, which closes when its session ends.

use std::time::Duration;

use axum::extract::WebSocketUpgrade;
use axum::extract::ws::{CloseFrame, Message, WebSocket, close_code};
use axum::http::header::{CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use session_runtime::{Session, session};
use tokio::time::timeout;

use crate::shop::page::{Moment, Page};
use crate::shop::user::User;

const SCRIPT: &str = include_str!("watch.js");
/// As that of all pages, and scripts and connections of this site.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; script-src 'self'; connect-src 'self'; form-action 'self'; \
                      frame-ancestors 'none'; base-uri 'none'";
/// Nobody has more to say than that they are there.
const LONGEST_MESSAGE: usize = 16;
/// For those who do not read what they are sent.
const PATIENCE: Duration = Duration::from_secs(1);

/// The only page of the shop with a script: browsers open web sockets by nothing else.
#[session(required, cookie, login = "/login")]
pub(in crate::shop) async fn watch(session: Session<User>) -> impl IntoResponse {
    let body = "<p>A web socket is open for as long as your session is. End it in <a href=\"/sessions\" target=\"_blank\">another tab</a>, \
                on another device, or wait until it expires.</p>\n<p id=\"state\" role=\"status\">Opening ..</p>\n\
                <p><button id=\"here\">I am still here</button></p>\n\
                <noscript><p>That takes a script. <a href=\"/account/live\">The same without one</a></p></noscript>\n\
                <script src=\"/account/watch.js\" defer></script>";
    ([(CONTENT_SECURITY_POLICY, POLICY)], Page::new("Until the end, by a web socket").of(Some(&session)).with(body))
}

#[session(public)]
pub(in crate::shop) async fn watch_script() -> impl IntoResponse {
    ([(CONTENT_TYPE, "text/javascript; charset=utf-8")], SCRIPT)
}

/// A web socket is opened by a `GET` with the visitor's cookie, from whatever page: the guard looks for forgery before this runs.
#[session(required, cookie)]
pub(in crate::shop) async fn watch_socket(session: Session<User>, upgrade: WebSocketUpgrade) -> Response {
    upgrade.max_message_size(LONGEST_MESSAGE).on_upgrade(|socket| serve(socket, session))
}

async fn serve(mut socket: WebSocket, session: Session<User>) {
    // Around all that is said, so that nobody stays who does not read the answers.
    tokio::select! {
        () = session.ended() => {
            let reason = CloseFrame { code: close_code::POLICY, reason: "the session has ended".into() };
            let _ = timeout(PATIENCE, socket.send(Message::Close(Some(reason)))).await;
        }
        () = talk(&mut socket, session.clone()) => {}
    }
}

/// Says until when the session is open, and says so anew whenever the visitor is there. Messages by themselves are no visit.
async fn talk(socket: &mut WebSocket, mut session: Session<User>) {
    loop {
        let open = format!("Open until {}", Moment(session.expires_at()));
        if socket.send(Message::text(open)).await.is_err() {
            return;
        }
        loop {
            match socket.recv().await {
                Some(Ok(Message::Text(text))) if text == "here" => break,
                Some(Ok(Message::Ping(_) | Message::Pong(_))) => {}
                // Gone, or not the page's script.
                _ => return,
            }
        }
        if session.touch().await.is_err() {
            return;
        }
    }
}
