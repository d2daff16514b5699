//! The page of errors in the documentation of the runtime: made from the cases, so that it says what the compiler says and
//! loses no rule. After a change, write it anew with `UPDATE_EXPECT=1 cargo test -p ui-tests --test catalogue`.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use expect_test::expect_file;

/// The letters that ids begin with, in the order of the page.
const GROUPS: [(char, &str); 11] = [
    ('S', "Form"),
    ('V', "Values"),
    ('A', "Who enters"),
    ('L', "Lifetimes"),
    ('C', "Cookies and other credentials"),
    ('D', "Demands"),
    ('J', "Tokens"),
    ('H', "Handlers"),
    ('T', "Types"),
    ('K', "Policies that build on others"),
    ('R', "Routers"),
];

#[test]
fn the_page_says_what_the_compiler_says() {
    expect_file!["../../session-runtime/docs/compile-errors.md"].assert_eq(&page(&cases()));
}

#[test]
fn every_case_has_an_id_and_is_on_the_page() {
    let page = page(&cases());
    for case in cases() {
        assert!(GROUPS.iter().any(|(letter, _)| case.id.starts_with(*letter)), "no group for {}", case.path.display());
        assert!(case.id.len() == 3, "`<id>-<slug>.rs` is what cases are called: {}", case.path.display());
        assert!(
            !case.errors().is_empty(),
            "nothing to say instead; end with `// instead: ..`: {}",
            case.path.display()
        );
        assert!(page.contains(&format!("| {} |", case.id)), "{} is not on the page", case.path.display());
    }
}

/// What cannot be a case, because all cases are compiled with all features.
#[test]
fn the_error_of_a_missing_feature_is_on_the_page() {
    let page = include_str!("../../session-runtime/src/compile_errors.rs");
    let test = include_str!("../../session-macros/src/expand/tests/features.rs");
    for words in [
        "`bearer` needs the `jwt` feature of `session-runtime`",
        "`token` needs the `cookie-tokens` feature of `session-runtime`",
        "enable it in Cargo.toml",
    ] {
        assert!(page.contains(words) && test.contains(words), "{words}");
    }
}

#[test]
fn every_rule_has_a_near_miss() {
    for group in groups() {
        let near_misses = folder("pass").join(format!("near-misses-{group}.rs"));
        let text = fs::read_to_string(&near_misses).unwrap_or_default();
        let comments = text.lines().filter_map(|line| line.trim_start().strip_prefix("// "));
        let heads = comments.filter_map(|comment| comment.split(':').next());
        let named: BTreeSet<&str> = heads.flat_map(|head| head.split(", ")).collect();
        for case in cases().iter().filter(|case| case.group == group) {
            assert!(named.contains(case.id.as_str()), "no `// {}: ..` in {}", case.id, near_misses.display());
        }
    }
}

fn page(cases: &[Case]) -> String {
    let tables = GROUPS.iter().map(|(letter, title)| {
        let cases = cases.iter().filter(|case| case.id.starts_with(*letter));
        format!("## {title}\n\n| id | written | error | instead |\n|---|---|---|---|\n{}", rows(cases))
    });
    tables.collect::<Vec<String>>().join("\n")
}

/// A row for each error, but for those that say the same. What is repeated is left out.
fn rows<'a>(cases: impl Iterator<Item = &'a Case>) -> String {
    let mut seen = BTreeSet::new();
    let mut above = (String::new(), String::new());
    let mut rows = String::new();
    for case in cases {
        for Error { written, text, instead } in case.errors() {
            if !seen.insert((case.id.clone(), text.clone())) {
                continue;
            }
            let here = (case.id.clone(), format!("`{written}`"));
            let (id, written) = if here == above { ("", "") } else { (here.0.as_str(), here.1.as_str()) };
            rows.push_str(&row([id, written, &text, &instead]));
            above = here;
        }
    }
    rows
}

fn row(cells: [&str; 4]) -> String {
    let cells = cells.map(|cell| cell.replace('|', "\\|"));
    format!("| {} |\n", cells.join(" | "))
}

struct Case {
    group: String,
    id: String,
    path: PathBuf,
    source: String,
    stderr: String,
}

/// A row of the page.
struct Error {
    written: String,
    text: String,
    instead: String,
}

fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(name)
}

/// The groups of rules. `several` holds programs with the mistakes of several rules.
fn groups() -> Vec<String> {
    let mut groups = names(&folder("fail"));
    groups.retain(|group| group != "several");
    groups
}

/// All that does not compile, by id and name.
fn cases() -> Vec<Case> {
    let mut cases: Vec<Case> = groups().iter().flat_map(|group| cases_of(group)).collect();
    cases.sort_by_key(|case| case.path.file_name().map(ToOwned::to_owned));
    cases
}

fn cases_of(group: &str) -> Vec<Case> {
    let folder = folder("fail").join(group);
    let sources = names(&folder).into_iter().filter(|name| Path::new(name).extension().is_some_and(|end| end == "rs"));
    sources
        .map(|name| {
            let path = folder.join(&name);
            let source = fs::read_to_string(&path).unwrap_or_default();
            let stderr = fs::read_to_string(path.with_extension("stderr")).unwrap_or_default();
            let id = name.split('-').next().unwrap_or_default().to_uppercase();
            Case { group: group.to_owned(), id, path, source, stderr }
        })
        .collect()
}

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let mut names: Vec<String> = entries.filter_map(|entry| entry.file_name().into_string().ok()).collect();
    names.sort();
    names
}

impl Case {
    /// The errors that say what to write instead; else the first, with what the case itself says at its end.
    fn errors(&self) -> Vec<Error> {
        let blocks = self.stderr.split("\n\n").filter(|block| block.starts_with("error"));
        let mut errors: Vec<Error> = Vec::new();
        let mut first = None;
        for block in blocks {
            let text = text_of(block);
            let Some(written) = self.written(block) else { continue };
            match instead(block) {
                Some(instead) => errors.push(Error { written, text, instead }),
                None => first = first.or(Some((written, text))),
            }
        }
        let at_the_end = self.source.lines().find_map(|line| line.strip_prefix("// instead: "));
        match (errors.is_empty(), first, at_the_end) {
            (true, Some((written, text)), Some(instead)) => {
                vec![Error { written, text, instead: instead.to_owned() }]
            }
            _ => errors,
        }
    }

    /// The line that the error is at, with the attributes that make it one.
    fn written(&self, block: &str) -> Option<String> {
        let (_, location) = block.split_once("--> fail/")?;
        let number: usize = location.split(':').nth(1)?.parse().ok()?;
        let lines: Vec<&str> = self.source.lines().map(str::trim).collect();
        let line = *lines.get(number.checked_sub(1)?)?;
        let above = lines.get(..number - 1)?.iter().rev().take_while(|line| line.starts_with("#["));
        let mut written: Vec<&str> = above.copied().collect();
        if line.starts_with("#[") {
            written.retain(|line| !line.starts_with("#[derive"));
        }
        written.reverse();
        written.push(line);
        if line.ends_with('{') && !line.contains("fn ") {
            written.extend(lines.get(number..)?.iter().take_while(|line| **line != "}"));
            written.push("}");
        }
        Some(written.join(" "))
    }
}

/// The error's own words, without those around the words of a constant or of a warning.
fn text_of(block: &str) -> String {
    let line = block.lines().next().unwrap_or_default();
    // The cases' own crate is nobody else's.
    let line = line.replace("ui_tests::", "");
    let text = line.split_once(": ").map_or(line.as_str(), |(_, text)| text);
    let text = text.strip_prefix("evaluation panicked: ").unwrap_or(text);
    match text.strip_prefix("use of deprecated constant ").and_then(|text| text.split_once(": ")) {
        Some((_, text)) => format!("(warning) {text}"),
        None => text.to_owned(),
    }
}

/// What the help says, else the notes; or the line that the compiler would write.
fn instead(block: &str) -> Option<String> {
    let suggested = block.lines().find_map(|line| {
        let (number, code) = line.split_once(" + ")?;
        number.parse::<u32>().is_ok().then(|| format!("`{code}`"))
    });
    let said = |prefix: &str| {
        let lines = block.lines().filter_map(|line| line.trim_start().strip_prefix(prefix));
        let lines: Vec<&str> = lines.filter(|line| !is_of_the_compiler(line)).collect();
        (!lines.is_empty()).then(|| lines.join("; "))
    };
    suggested.or_else(|| said("= help: ")).or_else(|| said("= note: "))
}

/// What the compiler adds of its own accord, and that is no advice.
fn is_of_the_compiler(line: &str) -> bool {
    const ITS: [&str; 9] = [
        "the trait ",
        "the following ",
        "this error originates ",
        "see issue ",
        "required ",
        "1 redundant requirement ",
        "for types from other crates ",
        "`Principal` is a \"sealed trait\"",
        "`#[",
    ];
    ITS.iter().any(|its| line.starts_with(its))
}
