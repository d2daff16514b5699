//! What our rows are known to cost, and whether they still do: in instructions, which are the same on every day.

use std::fs;
use std::io;

use crate::{Row, measure};

/// The rows that are watched and their instructions, a line each.
const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/instructions.txt");
/// By how many percent a row may differ from what is recorded.
const TOLERANCE: i64 = 5;

/// Writes down what each row costs now that is watched.
///
/// # Errors
///
/// When the file cannot be read or written, or valgrind is not there.
pub fn record(rows: &[Row]) -> io::Result<()> {
    let line = |(name, _): (String, i64)| Ok(format!("{:>7}  {name}\n", now(rows, &name)?));
    let lines: io::Result<String> = watched()?.into_iter().map(line).collect();
    fs::write(FILE, lines?)
}

/// Prints what each watched row costs, beside what is recorded. Whether all of them are within the tolerance.
///
/// # Errors
///
/// When the file cannot be read, or valgrind is not there.
pub fn check(rows: &[Row]) -> io::Result<bool> {
    let mut all_are_within = true;
    for (name, recorded) in watched()? {
        let now = now(rows, &name)?;
        let is_within = (now - recorded).abs() * 100 <= recorded * TOLERANCE;
        all_are_within &= is_within;
        let verdict = if is_within { "" } else { "  <- differs by more than 5 %" };
        println!("{name:<42} {recorded:>7} recorded, {now:>7} now{verdict}");
    }
    Ok(all_are_within)
}

fn watched() -> io::Result<Vec<(String, i64)>> {
    let of_line = |line: &str| {
        let (count, name) = line.trim_start().split_once("  ").ok_or(io::ErrorKind::InvalidData)?;
        Ok((name.to_owned(), count.parse().map_err(io::Error::other)?))
    };
    fs::read_to_string(FILE)?.lines().map(of_line).collect()
}

fn now(rows: &[Row], name: &str) -> io::Result<i64> {
    let row = rows.iter().position(|row| row.name == name);
    let row = row.ok_or_else(|| io::Error::other(format!("there is no row `{name}`")))?;
    let count = measure::instructions(row);
    count.ok_or_else(|| io::Error::other("valgrind is not there, or did not end well"))
}
