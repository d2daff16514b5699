//! What there is to buy.

use std::fmt;

/// Something to buy.
pub(super) struct Article {
    pub(super) name: &'static str,
    pub(super) about: &'static str,
    pub(super) price: Price,
}

/// In cents.
#[derive(Clone, Copy)]
pub(super) struct Price(pub(super) u32);

pub(super) const ARTICLES: [Article; 4] = [
    Article { name: "Correct", about: "A word that is right.", price: Price(1_250) },
    Article { name: "Horse", about: "Answers to its name, and to no other.", price: Price(98_000) },
    Article { name: "Battery", about: "Lasts for twelve hours, whatever you do.", price: Price(890) },
    Article { name: "Staple", about: "Holds two things together, once.", price: Price(15) },
];

/// The article of this name.
pub(super) fn named(name: &str) -> Option<&'static Article> {
    ARTICLES.iter().find(|article| article.name == name)
}

impl fmt::Display for Price {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}.{:02}", self.0 / 100, self.0 % 100)
    }
}
