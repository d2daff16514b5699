//! Durations as authors write them: `"90s"`, `"15m"`, `"12h"`, `"30d"`, `"1h30m"`.

use syn::{LitInt, LitStr};

use super::item::Item;
use crate::diagnostics::Mistake;

const UNITS: [(&str, u64); 4] = [("d", 86_400), ("h", 3_600), ("m", 60), ("s", 1)];

/// A duration and the literal that it was written as.
#[derive(Clone)]
pub(crate) struct Length {
    pub(crate) seconds: u64,
    pub(crate) literal: LitStr,
}

impl Item {
    /// The duration behind `=`.
    pub(crate) fn length(&self) -> Result<Length, Mistake> {
        if let Ok(number) = syn::parse2::<LitInt>(self.value.clone()) {
            return Err(without_unit(&number));
        }
        let literal: LitStr = syn::parse2(self.value.clone()).map_err(|_| self.needs("a duration in quotes"))?;
        let seconds = seconds(&literal.value()).map_err(|problem| problem.at(&literal))?;
        Ok(Length { seconds, literal })
    }
}

impl Length {
    /// In the units that an author writes: `1h30m`.
    pub(crate) fn written(&self) -> String {
        in_units(self.seconds)
    }
}

/// `seconds` in the units that an author writes.
fn in_units(seconds: u64) -> String {
    let mut rest = seconds;
    let mut text = String::new();
    for (unit, length) in UNITS {
        if rest >= length {
            text.push_str(&(rest / length).to_string());
            text.push_str(unit);
            rest %= length;
        }
    }
    if text.is_empty() { "0s".to_owned() } else { text }
}

fn without_unit(number: &LitInt) -> Mistake {
    let mistake = Mistake::at(number, "a duration needs a unit");
    match number.base10_parse::<u64>() {
        Ok(seconds) if in_units(seconds) != format!("{seconds}s") => {
            mistake.help(format!("write `\"{seconds}s\"` or `\"{}\"`", in_units(seconds)))
        }
        Ok(seconds) => mistake.help(format!("write `\"{seconds}s\"` or `\"{seconds}m\"`")),
        Err(_) => mistake.help("write `\"15m\"`"),
    }
}

/// Why a text is no duration.
#[derive(Debug, PartialEq)]
enum Problem {
    /// A number with a unit that there is not.
    Unit { unit: String, instead: String },
    /// Anything else; what to write, where that can be told.
    Form { instead: Option<String> },
}

impl Problem {
    fn at(self, literal: &LitStr) -> Mistake {
        let text = literal.value();
        match self {
            Self::Unit { unit, instead } => Mistake::at(literal, format!("unknown unit `{unit}` in `\"{text}\"`"))
                .help(format!("use `{instead}`; units are `s`, `m`, `h`, `d`")),
            Self::Form { instead: Some(instead) } => {
                Mistake::at(literal, format!("`\"{text}\"` is not a duration")).help(format!("write `\"{instead}\"`"))
            }
            Self::Form { instead: None } => Mistake::at(literal, format!("`\"{text}\"` is not a duration"))
                .help("write a number and a unit, as in `\"90s\"`, `\"15m\"`, `\"12h\"`, `\"30d\"` or `\"1h30m\"`"),
        }
    }
}

fn seconds(text: &str) -> Result<u64, Problem> {
    let mut total: u64 = 0;
    let mut longest = u64::MAX;
    let mut rest = text;
    while !rest.is_empty() {
        let (number, unit, behind) = part(rest).ok_or_else(|| Problem::Form { instead: guess(text) })?;
        let Some((_, length)) = UNITS.iter().find(|(known, _)| *known == unit) else {
            return Err(unknown_unit(number, unit));
        };
        let added = number.checked_mul(*length).and_then(|seconds| total.checked_add(seconds));
        // Larger units come first, each once: `30m1h` is a slip more often than it is meant.
        let in_order = *length < longest;
        total = match added {
            Some(added) if in_order && u32::try_from(added).is_ok() => added,
            Some(added) if !in_order && behind.is_empty() && u32::try_from(added).is_ok() => {
                return Err(Problem::Form { instead: Some(in_units(added)) });
            }
            _ => return Err(Problem::Form { instead: None }),
        };
        longest = *length;
        rest = behind;
    }
    if text.is_empty() { Err(Problem::Form { instead: None }) } else { Ok(total) }
}

/// A number, its unit, and what follows.
fn part(text: &str) -> Option<(u64, &str, &str)> {
    let digits = text.find(|letter: char| !letter.is_ascii_digit())?;
    let (number, rest) = text.split_at_checked(digits)?;
    let letters = rest.find(|letter: char| !letter.is_alphabetic()).unwrap_or(rest.len());
    let (unit, behind) = rest.split_at_checked(letters)?;
    if unit.is_empty() {
        return None;
    }
    Some((number.parse().ok()?, unit, behind))
}

fn unknown_unit(number: u64, unit: &str) -> Problem {
    let known = match unit.to_lowercase().as_str() {
        "w" | "week" | "weeks" => {
            return Problem::Unit { unit: unit.to_owned(), instead: format!("{}d", number.saturating_mul(7)) };
        }
        "ms" | "millis" | "milliseconds" => return Problem::Unit { unit: unit.to_owned(), instead: "1s".to_owned() },
        lower => UNITS.iter().map(|(known, _)| *known).find(|known| lower.starts_with(known)).unwrap_or("m"),
    };
    Problem::Unit { unit: unit.to_owned(), instead: format!("{number}{known}") }
}

/// What the author of `"1.5h"` or `"-5m"` may have meant.
fn guess(text: &str) -> Option<String> {
    let bare: String = text.chars().filter(|letter| !letter.is_whitespace() && *letter != '_').collect();
    let bare = bare.trim_start_matches(['-', '+']);
    if bare.len() < text.len() {
        // Shorter than what it came from, so this ends.
        return match seconds(bare) {
            Ok(seconds) if seconds > 0 => Some(in_units(seconds)),
            Err(Problem::Unit { instead, .. } | Problem::Form { instead: Some(instead) }) => Some(instead),
            _ => None,
        };
    }
    let (whole, fraction) = bare.split_once('.')?;
    let (tenths, unit) = fraction.split_at_checked(1)?;
    let (_, length) = UNITS.iter().find(|(known, _)| *known == unit)?;
    let tenths = whole.parse::<u64>().ok()?.checked_mul(10)?.checked_add(tenths.parse().ok()?)?;
    let seconds = tenths.checked_mul(*length)?;
    let (smaller, divisor) = UNITS.iter().find(|(_, unit)| *unit < *length && seconds % (unit * 10) == 0)?;
    Some(format!("{}{smaller}", seconds / 10 / divisor))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn instead(text: &str) -> Option<String> {
        match seconds(text) {
            Err(Problem::Form { instead }) => instead,
            Err(Problem::Unit { instead, .. }) => Some(instead),
            Ok(seconds) => Some(format!("ok {seconds}")),
        }
    }

    #[test]
    fn durations_are_numbers_with_units_the_largest_first() {
        assert_eq!(seconds("90s"), Ok(90));
        assert_eq!(seconds("15m"), Ok(900));
        assert_eq!(seconds("1h30m"), Ok(5_400));
        assert_eq!(seconds("30d"), Ok(2_592_000));
        assert_eq!(seconds("0s"), Ok(0));
    }

    #[test]
    fn what_is_no_duration_is_told_what_to_write() {
        assert_eq!(instead("15min").as_deref(), Some("15m"));
        assert_eq!(instead("2 hours").as_deref(), Some("2h"));
        assert_eq!(instead("2w").as_deref(), Some("14d"));
        assert_eq!(instead("1.5h").as_deref(), Some("90m"));
        assert_eq!(instead("0.5d").as_deref(), Some("12h"));
        assert_eq!(instead("-5m").as_deref(), Some("5m"));
        assert_eq!(instead("30m1h").as_deref(), Some("1h30m"));
        assert_eq!(instead("15 m").as_deref(), Some("15m"));
        for text in ["", "m", "15", "5m5m5m", "99999999999999999999s", "9999999999999999999d", "é", "1é", "5m-"] {
            assert_eq!(instead(text), if text == "1é" { Some("1m".to_owned()) } else { None }, "{text}");
        }
    }
}
