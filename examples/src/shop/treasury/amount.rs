//! Amounts of money.

use std::fmt;
use std::str::FromStr;

/// An amount, in the hundredth part of whatever the shop is paid in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Amount(u64);

/// A text that is no amount above zero.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct NotAnAmount;

impl Amount {
    pub(super) const fn of_cents(cents: u64) -> Self {
        Self(cents)
    }

    pub(super) fn plus(self, other: Self) -> Option<Self> {
        self.0.checked_add(other.0).map(Self)
    }

    pub(super) fn minus(self, other: Self) -> Option<Self> {
        self.0.checked_sub(other.0).map(Self)
    }
}

/// `12`, `12.5` or `12.50`.
impl FromStr for Amount {
    type Err = NotAnAmount;

    fn from_str(text: &str) -> Result<Self, NotAnAmount> {
        let (whole, part) = text.trim().split_once('.').unwrap_or((text.trim(), "0"));
        let cents = match part.len() {
            1 => digits(part)?.checked_mul(10),
            2 => Some(digits(part)?),
            _ => None,
        };
        let whole = digits(whole)?.checked_mul(100);
        let total = whole.zip(cents).and_then(|(whole, cents)| whole.checked_add(cents));
        total.filter(|cents| *cents > 0).map(Self).ok_or(NotAnAmount)
    }
}

/// A number without the sign that [`u64::from_str`] takes.
fn digits(text: &str) -> Result<u64, NotAnAmount> {
    if text.bytes().all(|byte| byte.is_ascii_digit()) {
        text.parse().map_err(|_| NotAnAmount)
    } else {
        Err(NotAnAmount)
    }
}

impl fmt::Display for Amount {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}.{:02}", self.0 / 100, self.0 % 100)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_amount_is_digits_and_at_most_two_behind_the_point() {
        for (text, cents) in [("12", 1200), ("12.5", 1250), (" 12.50 ", 1250), ("0.01", 1)] {
            assert_eq!(text.parse(), Ok(Amount::of_cents(cents)), "{text}");
        }
        for text in ["", "0", "0.00", "-1", "+1", "1.", ".5", "1.005", "1,5", "1.+5", "x", "184467440737095517"] {
            assert_eq!(text.parse::<Amount>(), Err(NotAnAmount), "{text}");
        }
        assert_eq!(Amount::of_cents(1205).to_string(), "12.05");
    }
}
