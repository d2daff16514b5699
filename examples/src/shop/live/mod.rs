//! Pages that stay open for as long as their session does: one that is sent piece by piece, and one with a web socket.

pub(super) mod watch;

use std::convert::Infallible;

use axum::body::Body;
use axum::response::Html;
use futures_util::stream::{self, StreamExt};
use session_runtime::{Session, session};

use super::page::Page;
use super::user::User;

/// Where the page goes on when the session is over. No text from outside is on this page.
const LATER: &str = "<!-- later -->";

/// Says so when the session ends, wherever that was done. A page that is sent piece by piece needs no script for it; what is
/// open counts as no visit.
#[session(required, cookie, login = "/login")]
pub(super) async fn live(session: Session<User>) -> Html<Body> {
    let body = format!(
        "<p>This page stays open. End your session in <a href=\"/sessions\" target=\"_blank\">another tab</a>, on another device, \
         or wait until it expires. <a href=\"/account/watch\">The same by a web socket</a></p>\n{LATER}"
    );
    let Html(page) = Page::new("Until the end").of(Some(&session)).with(&body);
    let (now, later) = page.split_once(LATER).map_or((&*page, ""), |parts| parts);
    let last = format!("<p role=\"alert\">Your session has ended. <a href=\"/login\">Log in</a></p>{later}");
    let last = stream::once(async move {
        session.ended().await;
        last
    });
    Html(Body::from_stream(stream::once(std::future::ready(now.to_owned())).chain(last).map(Ok::<_, Infallible>)))
}
