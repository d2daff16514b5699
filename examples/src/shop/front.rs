//! What everybody may see.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Html;
use session_runtime::{PolicyTable, Session, session};
use tower_sessions::Session as Values;

use super::articles::{ARTICLES, Article};
use super::notice::{Notice, Unsaid};
use super::page::{Page, Text, page};
use super::user::User;

#[session(optional, cookie)]
pub(super) async fn home(session: Option<Session<User>>, values: Values) -> Result<Html<String>, Unsaid> {
    let notice = Notice::take(&values).await?;
    let articles: String = ARTICLES.iter().map(card).collect();
    let body = format!(
        r#"<p>A shop that guards everything. Look around, and fill a basket, before you say who you are.</p>
<ul class="articles">
{articles}</ul>
<h2>Behind the counter</h2>
<ul>
<li><a href="/login">Log in</a> as <code>alice</code> (customer), <code>bob</code> (staff) or <code>carol</code> (staff
and admin), each with the password <code>correct horse battery</code></li>
<li><a href="/account">Your account</a>: for everybody who is logged in and was here in the last 15 minutes</li>
<li><a href="/staff">Staff</a>: for <code>bob</code> and <code>carol</code></li>
<li><a href="/treasury/transfer">Treasury</a>: for <code>carol</code>, at most 5 minutes after she gave her password</li>
<li><a href="/policies">Policies</a>: what protects which route</li>
</ul>"#
    );
    Ok(Page::new("Welcome").of(session.as_ref()).saying(notice).with(&body))
}

fn card(article: &Article) -> String {
    let (name, about, price) = (Text(article.name), Text(article.about), article.price);
    format!(
        r#"<li><h2>{name}</h2><p>{about}</p><form class="row" method="post" action="/basket"><input type="hidden" name="article"
value="{name}"><span>{price}</span> <button aria-label="Put {name} into the basket">Add</button></form></li>
"#
    )
}

/// The table that the router makes of its routes. A shop in earnest keeps it in a snapshot test instead of on a page.
#[session(public)]
pub(super) async fn policies(State(policies): State<Arc<PolicyTable>>) -> Html<String> {
    page(
        "Policies",
        &format!(
            "<p>What protects which route.</p>\n<pre tabindex=\"0\" role=\"region\" aria-label=\"Policies\">{}</pre>",
            Text(&*policies)
        ),
    )
}

/// Rendered as axum's own rejections are.
#[session(public)]
pub(super) async fn not_found() -> StatusCode {
    StatusCode::NOT_FOUND
}
