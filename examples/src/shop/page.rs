//! What all pages look like, and how text from outside gets into them.

use std::fmt::{self, Display, Write};

use axum::response::Html;
use session_runtime::Timestamp;

const STYLE: &str = include_str!("style.css");

/// A page with the shop's head and navigation around `body`.
pub(super) fn page(title: &str, body: &str) -> Html<String> {
    let title = Text(title);
    Html(format!(
        r#"<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title} · Shop</title>
<style>{STYLE}</style>
</head>
<body>
<header>
<nav aria-label="Shop">
<a href="/">Shop</a> <a href="/account">Account</a> <a href="/staff">Staff</a>
<a href="/treasury/transfer">Treasury</a> <a href="/policies">Policies</a>
</nav>
<form method="post" action="/logout"><button>Log out</button></form>
</header>
<main>
<h1>{title}</h1>
{body}
</main>
</body>
</html>
"#
    ))
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

/// The time of day of an instant. No session is older than the twelve hours of `absolute`, so the day goes without saying.
pub(super) struct TimeOfDay(pub(super) Timestamp);

impl Display for TimeOfDay {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let second = self.0.as_secs() % 86_400;
        write!(formatter, "{:02}:{:02}:{:02} UTC", second / 3600, second / 60 % 60, second % 60)
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
    fn an_instant_is_shown_as_a_time_of_day() {
        assert_eq!(TimeOfDay(Timestamp::EPOCH).to_string(), "00:00:00 UTC");
        assert_eq!(TimeOfDay(Timestamp::from_secs(86_399 + 86_400)).to_string(), "23:59:59 UTC");
    }
}
