//! What each `same_site` lets other sites do: an image, a link and a form, of a stranger and of a sibling.

use std::sync::{Arc, Mutex};

use axum::extract::{FromRef, State};
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Response};
use serde::{Deserialize, Serialize};
use session_runtime::routing::{get, post};
use session_runtime::{AuthSession, GuardedRouter, MemoryStore, Principal, Session, SessionError, Sessions, session};

use crate::chromium::Chromium;
use crate::town::{Others, serve};

/// What handlers have seen: the path, and whether somebody was known there.
type Seen = Arc<Mutex<Vec<(String, bool)>>>;

#[derive(Clone, FromRef)]
struct Three {
    strict: Sessions<strict::Member>,
    lax: Sessions<lax::Member>,
    none: Sessions<none::Member>,
    seen: Seen,
}

/// A principal whose cookie has this `same_site`, and the same three routes for each.
macro_rules! members {
    ($module:ident, $name:literal, $($same_site:tt)+) => {
        mod $module {
            use super::*;

            #[derive(Clone, Serialize, Deserialize, Principal)]
            #[principal(cookie(name = $name, $($same_site)+), realm = $name)]
            pub(super) struct Member {
                #[principal(id)]
                id: u64,
            }

            #[session(optional)]
            pub(super) async fn enter(mut auth: AuthSession<Member>) -> Result<Html<&'static str>, SessionError> {
                auth.log_in(Member { id: 7 }).await?;
                Ok(Html("<h1>Entered</h1>"))
            }

            /// Everybody may look, and is told whether they are known.
            #[session(optional)]
            pub(super) async fn look(session: Option<Session<Member>>, State(seen): State<Seen>) -> Html<&'static str> {
                seen.lock().unwrap().push((concat!("look at ", stringify!($module)).to_owned(), session.is_some()));
                Html(if session.is_some() { "<h1>Known</h1>" } else { "<h1>Nobody</h1>" })
            }

            /// Something is done in the name of the visitor.
            #[session(required)]
            pub(super) async fn act(_session: Session<Member>, State(seen): State<Seen>) -> Html<&'static str> {
                seen.lock().unwrap().push((concat!("act as ", stringify!($module)).to_owned(), true));
                Html("<h1>Done</h1>")
            }

            pub(super) fn routes(router: GuardedRouter<Three>) -> GuardedRouter<Three> {
                router
                    .route(concat!("/", stringify!($module), "/enter"), post(enter))
                    .route(concat!("/", stringify!($module)), get(look).post(act))
            }
        }
    };
}

members!(strict, "__Host-strict", same_site = "strict");
members!(lax, "__Host-lax", same_site = "lax");
members!(none, "__Host-none", same_site = "none", cross_site);

fn sessions<P: Principal>() -> Sessions<P> {
    let builder = Sessions::builder().store(MemoryStore::new());
    let builder = builder.on_refusal(|refusal, _, response| {
        (response.status(), Html(format!("<h1>{:?}</h1>", refusal.kind()))).into_response()
    });
    builder.build().unwrap()
}

struct Site {
    port: u16,
    others: Others,
    seen: Seen,
}

impl Site {
    async fn open() -> Self {
        let three = Three { strict: sessions(), lax: sessions(), none: sessions(), seen: Seen::default() };
        let seen = Arc::clone(&three.seen);
        let guarded = none::routes(lax::routes(strict::routes(GuardedRouter::new()))).fallback(nothing);
        let router = guarded.with_state(three).into_router().unwrap();
        Self { port: serve(router).await, others: Others::open().await, seen }
    }

    fn at(&self, path: &str) -> String {
        format!("http://shop.localhost:{}{path}", self.port)
    }

    /// Enters as all three by the site's own forms.
    async fn enter(&self, browser: &Chromium) {
        for module in ["strict", "lax", "none"] {
            browser.go(&self.at("/")).await;
            let script = format!(
                "document.body.innerHTML = '<form method=post action=\"/{module}/enter\"><button>Enter</button></form>'"
            );
            browser.driver.execute(script, vec![]).await.unwrap();
            browser.press("Enter").await;
            browser.arrives_under(&["Entered"]).await;
        }
    }

    fn take_seen(&self) -> Vec<(String, bool)> {
        std::mem::take(&mut *self.seen.lock().unwrap())
    }
}

#[session(public)]
async fn nothing() -> Response {
    (StatusCode::NOT_FOUND, Html("<h1>Nothing</h1>")).into_response()
}

// RFC 6265bis 5.6.7, and the rows `cross-site` and `same-site` of the forgery check.
#[tokio::test(flavor = "multi_thread")]
async fn what_other_sites_can_do_is_what_same_site_says() {
    let Some(browser) = Chromium::open_with_cookies_for_third_parties().await else { return };
    let site = Site::open().await;
    site.enter(&browser).await;
    // For a stranger: whom an image, whom a link shows as known, and what becomes of a form. Without its cookie it is one of
    // nobody; with it, it is forged.
    let of_stranger = [
        ("strict", false, "Nobody", "NoCredential"),
        ("lax", false, "Known", "NoCredential"),
        ("none", true, "Known", "Forgery"),
    ];
    for (module, image, link, form) in of_stranger {
        site.try_out(&browser, module, Others::stranger, (image, link, form)).await;
    }
    // A sibling is of the same site: every cookie comes along, and the forgery check is all that holds it back.
    for module in ["strict", "lax", "none"] {
        site.try_out(&browser, module, Others::sibling, (true, "Known", "Forgery")).await;
    }
    browser.close().await;
}

impl Site {
    async fn try_out(
        &self,
        browser: &Chromium,
        module: &str,
        page: fn(&Others, &str) -> String,
        (image, link, form): (bool, &str, &str),
    ) {
        let address = self.at(&format!("/{module}"));
        let looked = format!("look at {module}");
        // The page counts as loaded when its image has been answered, even if that is none.
        browser.go(&page(&self.others, &format!("<img src='{address}'>"))).await;
        assert_eq!(self.take_seen(), [(looked.clone(), image)], "an image");

        browser.go(&page(&self.others, &format!("<a href='{address}'>Look</a>"))).await;
        browser.follow("Look").await;
        browser.arrives_under(&[link]).await;
        assert_eq!(self.take_seen(), [(looked, link == "Known")], "a link");

        browser
            .go(&page(&self.others, &format!("<form method=post action='{address}'><button>Act</button></form>")))
            .await;
        browser.press("Act").await;
        browser.arrives_under(&[form]).await;
        assert_eq!(self.take_seen(), [], "{module}: nothing was done");
    }
}
