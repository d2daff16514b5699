//! A page that is open when its session ends.

use std::time::Duration;

use axum::body::Body;
use axum::http::Request;
use axum::http::header::COOKIE;
use http_body_util::BodyExt;
use tokio::time::Instant;

use crate::site::Site;

/// The next piece of a page.
async fn piece(page: &mut Body) -> String {
    let frame = page.frame().await.unwrap().unwrap();
    String::from_utf8(frame.into_data().unwrap().to_vec()).unwrap()
}

// Tokio's time runs by itself when there is nothing to do but to wait.
#[tokio::test(start_paused = true)]
async fn it_says_so_within_ten_seconds() {
    let site = Site::open();
    let mut alice = site.browser();
    alice.log_in("alice").await;
    let request = Request::get("/account/live").header(COOKIE, alice.cookie.clone().unwrap());
    let mut page = site.open_response(request.body(Body::empty()).unwrap()).await.into_body();
    assert!(piece(&mut page).await.contains("This page stays open."));

    tokio::time::sleep(Duration::from_secs(300)).await;
    let ended_at = Instant::now();
    alice.post("/logout", "").await;
    let last = piece(&mut page).await;
    let took = ended_at.elapsed();
    assert!(last.contains("Your session has ended.") && last.ends_with("</html>\n"), "{last}");
    assert!(took <= Duration::from_secs(10), "{took:?}");
    assert!(page.frame().await.is_none());
}
