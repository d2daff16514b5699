//! The modules of both crates form no cycle, and the stages of the macro crate only look ahead.
//!
//! Edges are the `crate::module` paths in the sources of a module, its tests aside.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

type Edges = BTreeMap<String, BTreeSet<String>>;

#[test]
fn the_stages_of_the_macros_only_look_ahead() {
    let source = source_of("session-macros");
    let order = modules(&source);
    assert_eq!(
        order,
        ["editor", "expand", "check", "model", "syntax", "diagnostics", "host"],
        "lib.rs names the stages in their order"
    );
    for (from, to) in pairs(&edges(&source, &order)) {
        let place = |name: &str| order.iter().position(|module| module == name);
        assert!(place(&from) < place(&to), "`{from}` uses `{to}`, which comes before it");
    }
}

#[test]
fn the_modules_of_the_runtime_form_no_cycle() {
    let source = source_of("session-runtime");
    let mut edges = edges(&source, &modules(&source));
    // What nobody uses, and what uses only that, is in no cycle.
    loop {
        let used: BTreeSet<String> = edges.values().flatten().cloned().collect();
        let before = edges.len();
        edges.retain(|module, _| used.contains(module));
        if edges.len() == before {
            break;
        }
    }
    // The same from the other side.
    loop {
        let left: BTreeSet<String> = edges.keys().cloned().collect();
        let before = edges.len();
        edges.retain(|_, uses| uses.iter().any(|used| left.contains(used)));
        if edges.len() == before {
            break;
        }
    }
    let left: BTreeSet<String> = edges.keys().cloned().collect();
    for uses in edges.values_mut() {
        uses.retain(|used| left.contains(used));
    }
    assert!(edges.is_empty(), "these modules use each other in a circle: {edges:#?}");
}

fn source_of(package: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(package).join("src")
}

/// The modules that `lib.rs` names, in its order.
fn modules(source: &Path) -> Vec<String> {
    let library = fs::read_to_string(source.join("lib.rs")).unwrap_or_default();
    let declared = library.lines().filter_map(|line| {
        let line = line.trim_start_matches("pub(crate) ").trim_start_matches("pub ");
        line.strip_prefix("mod ")?.strip_suffix(';')
    });
    declared.map(str::to_owned).collect()
}

/// Which of the modules each of them uses.
fn edges(source: &Path, modules: &[String]) -> Edges {
    let uses_of = |module: &String| {
        let mut files = Vec::new();
        collect(&source.join(module), &mut files);
        files.push(source.join(module).with_extension("rs"));
        let text: Vec<String> = files.iter().filter_map(|file| fs::read_to_string(file).ok()).collect();
        assert!(!text.is_empty(), "module `{module}` has no source");
        let uses = text.iter().flat_map(|text| uses(text)).filter(|used| used != module && modules.contains(used));
        (module.clone(), uses.collect())
    };
    modules.iter().map(uses_of).collect()
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    for entry in entries.filter_map(Result::ok) {
        if entry.path().is_dir() {
            collect(&entry.path(), files);
        } else {
            files.push(entry.path());
        }
    }
}

/// The names behind `crate::`, in code: comments link where they like, and tests may use anything.
fn uses(text: &str) -> Vec<String> {
    let code = text.split("#[cfg(test)]\nmod ").next().unwrap_or_default();
    assert!(!code.contains("use crate::{"), "one `use` for each module, so that its edge can be read");
    let lines = code.lines().filter(|line| !line.trim_start().starts_with("//"));
    lines.flat_map(|line| line.split("crate::").skip(1)).map(first_name).collect()
}

fn first_name(path: &str) -> String {
    path.chars().take_while(|letter| letter.is_alphanumeric() || *letter == '_').collect()
}

fn pairs(edges: &Edges) -> Vec<(String, String)> {
    edges.iter().flat_map(|(from, uses)| uses.iter().map(|to| (from.clone(), to.clone()))).collect()
}
