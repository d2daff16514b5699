//! What the README shows is what there is.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

const README: &str = include_str!("../../README.md");

/// What stands in the first block of this kind behind a line.
fn block<'t>(text: &'t str, line: &str, kind: &str) -> &'t str {
    let (_, below) = text.split_once(&format!("\n{line}\n")).unwrap();
    let (_, block) = below.split_once(&format!("\n```{kind}\n")).unwrap();
    block.split_once("```\n").unwrap().0
}

#[test]
fn the_first_listing_is_the_quickstart() {
    let quickstart = include_str!("../src/bin/quickstart.rs");
    let (_, listing) = README.split_once("\n```rust,no_run\n").unwrap();
    assert_eq!(listing.split_once("```\n").unwrap().0, quickstart);
    assert!(quickstart.lines().count() <= 60);
}

#[test]
fn the_commands_are_those_that_work() {
    assert_eq!(block(README, "## The shop", "sh"), "cargo run -p examples --bin shop\n");
    assert_eq!(block(README, "## Tests", "sh"), "cargo test --workspace\n");
}

#[test]
fn the_policies_are_those_of_the_shop() {
    assert_eq!(block(README, "## The table of policies", "text"), examples::shop::policies().to_string());
}

// The compiler's words are those that the ui tests hold; only the file is called otherwise.
#[test]
fn the_mistake_is_what_the_compiler_says() {
    let words = include_str!("../../ui-tests/fail/contradictions/k01-longer-max-age.stderr");
    let expected = words.replace("fail/contradictions/k01-longer-max-age.rs", "src/account.rs");
    assert_eq!(block(README, "## What a mistake looks like", "text"), expected);
    let program = include_str!("../../ui-tests/fail/contradictions/k01-longer-max-age.rs");
    assert!(program.contains(block(README, "## What a mistake looks like", "rust,ignore")));
}
