//! Texts built while the program is compiled, for errors that name values of two items.

use std::time::Duration;

const CAPACITY: usize = 512;

/// A text that a `const fn` can build and panic with.
pub(crate) struct Message {
    bytes: [u8; CAPACITY],
    length: usize,
}

impl Message {
    pub(crate) const fn new() -> Self {
        Self { bytes: [0; CAPACITY], length: 0 }
    }

    /// Appends `text`; what is beyond the capacity is cut off.
    pub(crate) const fn text(mut self, text: &str) -> Self {
        let bytes = text.as_bytes();
        let mut index = 0;
        while index < bytes.len() && self.length < CAPACITY {
            // Both are in bounds by the condition above; a const fn has no iterators.
            #[expect(clippy::indexing_slicing, reason = "bounded by the loop's condition")]
            {
                self.bytes[self.length] = bytes[index];
            }
            self.length += 1;
            index += 1;
        }
        self
    }

    /// Appends `duration` in the units that an author writes: `30m`, `1h30m`.
    pub(crate) const fn duration(mut self, duration: Duration) -> Self {
        let mut rest = duration.as_secs();
        if rest == 0 {
            return self.text("0s");
        }
        let units: [(u64, &str); 4] = [(86_400, "d"), (3_600, "h"), (60, "m"), (1, "s")];
        let mut index = 0;
        while index < units.len() {
            #[expect(clippy::indexing_slicing, reason = "bounded by the loop's condition")]
            let (unit, letter) = units[index];
            if rest >= unit {
                self = self.number(rest / unit).text(letter);
                rest %= unit;
            }
            index += 1;
        }
        self
    }

    /// Panics with this text, at the caller's place.
    #[track_caller]
    #[expect(clippy::panic, reason = "evaluated by the compiler: this is how a const fn reports an error")]
    pub(crate) const fn fail(&self) -> ! {
        let (written, _) = self.bytes.split_at(self.length);
        match std::str::from_utf8(written) {
            Ok(text) => panic!("{}", text),
            Err(_) => panic!("this session policy contradicts itself"),
        }
    }

    const fn number(self, number: u64) -> Self {
        let started = if number >= 10 { self.number(number / 10) } else { self };
        let digits = "0123456789";
        let digit = (number % 10) as usize;
        let (_, from) = digits.split_at(digit);
        let (digit, _) = from.split_at(1);
        started.text(digit)
    }
}

/// `duration` in the units that an author writes.
pub(crate) struct Written(pub(crate) Duration);

impl std::fmt::Display for Written {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let message = Message::new().duration(self.0);
        let (written, _) = message.bytes.split_at(message.length);
        formatter.write_str(std::str::from_utf8(written).unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_written_as_authors_write_them() {
        let written = |seconds| Written(Duration::from_secs(seconds)).to_string();
        assert_eq!(written(0), "0s");
        assert_eq!(written(90), "1m30s");
        assert_eq!(written(900), "15m");
        assert_eq!(written(5_400), "1h30m");
        assert_eq!(written(43_200), "12h");
        assert_eq!(written(86_400 * 30), "30d");
    }

    #[test]
    fn a_text_beyond_the_capacity_is_cut_off() {
        let long = "x".repeat(CAPACITY + 1);
        assert_eq!(Message::new().text(&long).length, CAPACITY);
    }
}
