//! What all pages look like, and how text from outside gets into them.

use std::fmt::{self, Display, Write};
use std::time::SystemTime;

use axum::response::Html;
use session_runtime::{Session, Timestamp};
use time::UtcDateTime;

use super::user::User;

const STYLE: &str = include_str!("style.css");

/// A page with the shop's head and navigation around what it is about.
pub(super) struct Page<'p> {
    title: &'p str,
    visitor: Visitor<'p>,
    notice: Option<String>,
}

/// Who looks at a page, as far as the page was told.
enum Visitor<'p> {
    Untold,
    Nobody,
    Known(&'p str),
}

impl<'p> Page<'p> {
    pub(super) const fn new(title: &'p str) -> Self {
        Self { title, visitor: Visitor::Untold, notice: None }
    }

    /// For this visitor.
    pub(super) fn of(mut self, session: Option<&'p Session<User>>) -> Self {
        self.visitor = session.map_or(Visitor::Nobody, |session| Visitor::Known(&session.username));
        self
    }

    /// With this to say before anything else.
    pub(super) fn saying(self, notice: Option<String>) -> Self {
        Self { notice, ..self }
    }

    /// The page around `body`.
    pub(super) fn with(self, body: &str) -> Html<String> {
        let title = Text(self.title);
        let notice = self.notice.map(|notice| format!("<p role=\"status\">{}</p>\n", Text(notice))).unwrap_or_default();
        let visitor = match self.visitor {
            Visitor::Untold => String::new(),
            Visitor::Nobody => r#"<a class="button" href="/login">Log in</a>"#.to_owned(),
            Visitor::Known(name) => format!(
                r#"<form class="row" method="post" action="/logout"><span>{}</span> <button>Log out</button></form>"#,
                Text(name)
            ),
        };
        Html(format!(
            r##"<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title} · Shop</title>
<style>{STYLE}</style>
</head>
<body>
<a class="skip" href="#content">To the content</a>
<header>
<nav aria-label="Shop">
<a href="/">Shop</a> <a href="/basket">Basket</a> <a href="/account">Account</a> <a href="/staff">Staff</a>
<a href="/treasury/transfer">Treasury</a> <a href="/policies">Policies</a>
</nav>
{visitor}
</header>
<main id="content">
<h1>{title}</h1>
{notice}{body}
</main>
</body>
</html>
"##
        ))
    }
}

/// A page that does not know who looks at it.
pub(super) fn page(title: &str, body: &str) -> Html<String> {
    Page::new(title).with(body)
}

/// Tells the visitor what went wrong; empty when nothing did.
pub(super) fn alert(message: Option<&str>) -> String {
    message.map(|message| format!("<p role=\"alert\">{}</p>", Text(message))).unwrap_or_default()
}

/// Text that is shown as it is, whoever wrote it: in the place of an element's content or of a quoted attribute.
pub(super) struct Text<T>(pub(super) T);

impl<T: Display> Display for Text<T> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(Escaping(formatter), "{}", self.0)
    }
}

struct Escaping<'f, 'b>(&'f mut fmt::Formatter<'b>);

impl Write for Escaping<'_, '_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        text.chars().try_for_each(|character| self.write_char(character))
    }

    fn write_char(&mut self, character: char) -> fmt::Result {
        match character {
            '&' => self.0.write_str("&amp;"),
            '<' => self.0.write_str("&lt;"),
            '>' => self.0.write_str("&gt;"),
            '"' => self.0.write_str("&quot;"),
            '\'' => self.0.write_str("&#39;"),
            other => self.0.write_char(other),
        }
    }
}

/// An instant as a person reads it.
pub(super) struct Moment(pub(super) Timestamp);

impl Display for Moment {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let moment = UtcDateTime::from(SystemTime::from(self.0));
        let (hour, minute, second) = moment.as_hms();
        write!(formatter, "{} {}, {hour:02}:{minute:02}:{second:02} UTC", moment.day(), moment.month())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_no_markup() {
        let hostile = r#""><script>alert('&')</script>"#;
        assert_eq!(Text(hostile).to_string(), "&quot;&gt;&lt;script&gt;alert(&#39;&amp;&#39;)&lt;/script&gt;");
        assert!(!page(hostile, "").0.contains("<script>"));
        assert!(!alert(Some(hostile)).contains("<script>"));
    }

    #[test]
    fn an_instant_is_shown_with_its_day() {
        assert_eq!(Moment(Timestamp::EPOCH).to_string(), "1 January, 00:00:00 UTC");
        assert_eq!(Moment(Timestamp::from_secs(1_800_000_000)).to_string(), "15 January, 08:00:00 UTC");
    }
}
