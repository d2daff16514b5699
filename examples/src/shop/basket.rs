//! What a visitor is about to buy: kept for visitors whom nobody knows yet, and taken along when they log in.
//!
//! It is a value of the visitor's session under a key of its own, by the `tower_sessions::Session` that many crates know.

use std::collections::BTreeMap;

use axum::extract::Form;
use axum::response::{Html, Redirect};
use serde::{Deserialize, Serialize};
use session_runtime::session;
use tower_sessions::Session as Values;

use super::articles::{Article, Price, named};
use super::notice::{Notice, Unsaid};
use super::page::{Page, Text};
use super::user::User;

const KEY: &str = "basket";
/// Of one article.
const MOST: u32 = 99;

/// How many of which article.
#[derive(Default, Deserialize, Serialize)]
struct Basket(BTreeMap<String, u32>);

impl Basket {
    async fn of(values: &Values) -> Result<Self, Unsaid> {
        Ok(values.get(KEY).await?.unwrap_or_default())
    }

    async fn keep(self, values: &Values) -> Result<(), Unsaid> {
        Ok(values.insert(KEY, self).await?)
    }

    /// What is still sold of it.
    fn lines(&self) -> impl Iterator<Item = (&'static Article, u32)> {
        self.0.iter().filter_map(|(name, count)| Some((named(name)?, *count)))
    }

    fn total(&self) -> Price {
        Price(self.lines().map(|(article, count)| article.price.0.saturating_mul(count)).sum())
    }
}

#[derive(Deserialize)]
pub(super) struct Choice {
    article: String,
}

#[session(optional, principal(User), cookie)]
pub(super) async fn basket(
    session: Option<session_runtime::Session<User>>,
    values: Values,
) -> Result<Html<String>, Unsaid> {
    let basket = Basket::of(&values).await?;
    let notice = Notice::take(&values).await?;
    let rows: String = basket.lines().map(row).collect();
    let body = if rows.is_empty() {
        "<p>There is nothing in it. <a href=\"/\">Look around</a></p>".to_owned()
    } else {
        format!(
            "<table>\n<tr><th>Article</th><th>Count</th><th>Price</th><td></td></tr>\n{rows}<tr><th scope=\"row\">Together</th>\
             <td></td><td>{}</td><td></td></tr>\n</table>\n<p><a class=\"button\" href=\"/account\">Buy it</a></p>",
            basket.total()
        )
    };
    Ok(Page::new("Basket").of(session.as_ref()).saying(notice).with(&body))
}

fn row((article, count): (&Article, u32)) -> String {
    let (name, price) = (Text(article.name), Price(article.price.0.saturating_mul(count)));
    format!(
        r#"<tr><th scope="row">{name}</th><td>{count}</td><td>{price}</td><td><form class="row" method="post" action="/basket/remove">
<input type="hidden" name="article" value="{name}"><button aria-label="Remove {name}">Remove</button></form></td></tr>
"#
    )
}

#[session(optional, principal(User), cookie)]
pub(super) async fn add(values: Values, Form(choice): Form<Choice>) -> Result<Redirect, Unsaid> {
    if let Some(article) = named(&choice.article) {
        let mut basket = Basket::of(&values).await?;
        let count = basket.0.entry(article.name.to_owned()).or_default();
        *count = (*count + 1).min(MOST);
        basket.keep(&values).await?;
        Notice::leave(&values, &format!("{} is in your basket.", article.name)).await?;
    }
    Ok(Redirect::to("/basket"))
}

#[session(optional, principal(User), cookie)]
pub(super) async fn remove(values: Values, Form(choice): Form<Choice>) -> Result<Redirect, Unsaid> {
    let mut basket = Basket::of(&values).await?;
    if basket.0.remove(&choice.article).is_some() {
        basket.keep(&values).await?;
        Notice::leave(&values, "It is out of your basket.").await?;
    }
    Ok(Redirect::to("/basket"))
}
