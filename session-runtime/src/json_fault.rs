//! Why JSON could not be read or written, without quoting it.

use std::fmt;

use serde_json::error::Category;

/// The class and the position of a [`serde_json::Error`].
///
/// The error's own text quotes the JSON. An event that shows this text shows the principal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct JsonFault {
    class: &'static str,
    /// From 1. Zero where serde names no position.
    line: usize,
    column: usize,
}

impl From<&serde_json::Error> for JsonFault {
    fn from(error: &serde_json::Error) -> Self {
        let class = match error.classify() {
            Category::Io => "JSON I/O error",
            Category::Syntax => "JSON syntax error",
            Category::Data => "JSON data error",
            Category::Eof => "JSON ends too early",
        };
        Self { class, line: error.line(), column: error.column() }
    }
}

impl fmt::Display for JsonFault {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.class)?;
        match self.line {
            0 => Ok(()),
            line => write!(formatter, " at line {line}, column {}", self.column),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fault(json: &str) -> String {
        JsonFault::from(&serde_json::from_str::<u32>(json).unwrap_err()).to_string()
    }

    #[test]
    fn json_faults_show_class_and_position_only() {
        assert_eq!(fault(r#""Xanthippe""#), "JSON data error at line 1, column 11");
        assert_eq!(fault("Xanthippe"), "JSON syntax error at line 1, column 1");
        assert_eq!(fault("\n "), "JSON ends too early at line 2, column 1");
        let error = <serde_json::Error as serde::ser::Error>::custom("Xanthippe");
        assert_eq!(JsonFault::from(&error).to_string(), "JSON data error");
    }
}
