//! A small crate in which somebody is typing.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::server::{Server, uri};

/// What stands above the handler that is being typed.
const SHOP: &str = include_str!("../../editor/shop.rs");

/// The crate, open in an editor.
pub(crate) struct Project {
    server: Server,
    file: String,
    version: u64,
}

/// A place in a text: line and column, counted from zero.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Place(pub u64, pub u64);

/// What an editor offers.
#[derive(Debug)]
pub(crate) struct Offer {
    pub(crate) label: String,
    pub(crate) documentation: String,
}

impl Project {
    /// Writes the crate down, and opens it.
    pub(crate) fn open() -> Self {
        let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("editor");
        let package = Path::new(env!("CARGO_MANIFEST_DIR"));
        write(&folder, package);
        let mut server = Server::start(&folder, &options(package));
        let file = uri(&folder.join("src/lib.rs"));
        let document = json!({ "uri": file, "languageId": "rust", "version": 0, "text": SHOP });
        server.notify("textDocument/didOpen", &json!({ "textDocument": document }));
        server.wait_until_loaded();
        Self { server, file, version: 0 }
    }

    /// What is offered at the `|` of `typed`, which stands at the end of the crate.
    pub(crate) fn completions(&mut self, typed: &str) -> Vec<Offer> {
        let place = self.type_in(typed);
        let answer = self.ask("textDocument/completion", place, &json!({}));
        let items = answer["items"].as_array().or_else(|| answer.as_array()).cloned().unwrap_or_default();
        items.iter().map(|item| self.offer(item)).collect()
    }

    /// The lines that the name at the `|` is defined in, from their first word.
    pub(crate) fn definitions(&mut self, typed: &str) -> Vec<String> {
        let place = self.type_in(typed);
        let answer = self.ask("textDocument/definition", place, &json!({}));
        let text = typed_text(typed).0;
        let found = answer.as_array().cloned().unwrap_or_default();
        found.iter().map(|location| self.defined_in(location, &text)).collect()
    }

    /// The text after the name at the `|` was changed.
    pub(crate) fn renamed(&mut self, typed: &str, name: &str) -> Result<String, String> {
        let place = self.type_in(typed);
        let parameters = self.at(place, &json!({ "newName": name }));
        let answer = self.server.request("textDocument/rename", &parameters)?;
        let documents = answer["documentChanges"].as_array().cloned().unwrap_or_default();
        let mut edits = Vec::new();
        for document in documents {
            if document["textDocument"]["uri"] != self.file {
                return Err(format!("edits another file: {}", document["textDocument"]["uri"]));
            }
            edits.extend(document["edits"].as_array().cloned().unwrap_or_default());
        }
        Ok(edited(&typed_text(typed).0, edits))
    }

    /// What is found wrong with the crate while `typed` stands at its end: what it is said of, and the first line.
    pub(crate) fn complaints(&mut self, typed: &str) -> Vec<String> {
        self.type_in(typed);
        let text = typed_text(typed).0;
        let document = json!({ "textDocument": { "uri": self.file } });
        let answer = self.server.request("textDocument/diagnostic", &document).unwrap_or_default();
        let found = answer["items"].as_array().cloned().unwrap_or_default();
        let complaint = |item: &Value| {
            let (from, to) = (offset(&text, start(&item["range"])), offset(&text, end(&item["range"])));
            let message = item["message"].as_str().and_then(|message| message.lines().next());
            format!("{}: {}", &text[from..to], message.unwrap_or_default())
        };
        // In the stand-in for `core` arrays do not become slices.
        let is_about_a_slice =
            |complaint: &String| complaint.contains(": expected &[") || complaint.contains(": expected &'static [");
        found.iter().map(complaint).filter(|complaint| !is_about_a_slice(complaint)).collect()
    }

    fn offer(&mut self, item: &Value) -> Offer {
        let resolved = self.server.request("completionItem/resolve", item).unwrap_or_else(|_| item.clone());
        let documentation = &resolved["documentation"];
        let text = documentation["value"].as_str().or(documentation.as_str());
        Offer {
            label: item["label"].as_str().unwrap_or_default().to_owned(),
            documentation: text.unwrap_or_default().to_owned(),
        }
    }

    fn defined_in(&self, location: &Value, text: &str) -> String {
        let file = location["targetUri"].as_str().or(location["uri"].as_str()).unwrap_or_default();
        if file != self.file {
            return file.rsplit('/').next().unwrap_or_default().to_owned();
        }
        let range = if location["targetSelectionRange"].is_null() { "range" } else { "targetSelectionRange" };
        let Place(line, _) = start(&location[range]);
        let line = usize::try_from(line).ok().and_then(|line| text.lines().nth(line));
        line.unwrap_or_default().trim().to_owned()
    }

    /// Puts `typed` below the shop; the place of its `|`.
    fn type_in(&mut self, typed: &str) -> Place {
        let (text, place) = typed_text(typed);
        self.version += 1;
        let document = json!({ "uri": self.file, "version": self.version });
        let change = json!({ "textDocument": document, "contentChanges": [{ "text": text }] });
        self.server.notify("textDocument/didChange", &change);
        place
    }

    fn ask(&mut self, method: &str, place: Place, more: &Value) -> Value {
        let parameters = self.at(place, more);
        self.server.request(method, &parameters).unwrap_or_default()
    }

    fn at(&self, Place(line, column): Place, more: &Value) -> Value {
        let mut parameters = more.clone();
        parameters["textDocument"] = json!({ "uri": self.file });
        parameters["position"] = json!({ "line": line, "character": column });
        parameters
    }
}

/// The crate's text without the mark, and the place of the mark. Above the handler stands the shop, unless the mark is
/// in a shop that `typed` brings itself.
fn typed_text(typed: &str) -> (String, Place) {
    let marked = if typed.starts_with(SHOP_BEGINS) { typed.to_owned() } else { format!("{SHOP}\n{typed}\n") };
    let (before, behind) = marked.split_once('|').expect("what is typed has a mark");
    let line = before.lines().count() - usize::from(!before.ends_with('\n'));
    let column = before.rsplit('\n').next().map_or(0, str::len);
    let place = Place(u64::try_from(line).unwrap_or(0), u64::try_from(column).unwrap_or(0));
    (format!("{before}{behind}"), place)
}

const SHOP_BEGINS: &str = "//! A shop";

/// The shop with a mark at `place`, and a handler below it.
pub(crate) fn shop_marked_in(place: &str, typed: &str) -> String {
    let unmarked = place.replace('|', "");
    assert!(SHOP.contains(&unmarked), "the shop has no {unmarked}");
    format!("{}\n{typed}\n", SHOP.replacen(&unmarked, place, 1))
}

fn write(folder: &Path, package: &Path) {
    let source = folder.join("src");
    let manifest = format!(
        "[workspace]\n[package]\nname = \"shop\"\nedition = \"2024\"\n\
         [dependencies]\nsession-runtime = {{ path = '{}', default-features = false }}\n",
        package.join("../session-runtime").display(),
    );
    let lock = package.join("../Cargo.lock");
    fs::create_dir_all(&source).expect("a folder for the crate");
    fs::write(folder.join("Cargo.toml"), manifest).expect("a manifest");
    // The versions that are there already: this test fetches nothing.
    fs::copy(lock, folder.join("Cargo.lock")).expect("the lock file of the workspace");
    fs::write(source.join("lib.rs"), SHOP).expect("a source");
}

fn options(package: &Path) -> Value {
    json!({
        "cargo": {
            // The sources of the standard library are no part of a toolchain. What the expansions need of it is there.
            "sysrootSrc": package.join("editor/library"),
            "extraEnv": { "CARGO_NET_OFFLINE": "true" },
            "buildScripts": {
                "overrideCommand": ["cargo", "build", "--quiet", "--message-format=json", "-p", "session-macros"],
            },
            "targetDir": true,
        },
        "cachePriming": { "enable": false },
        "checkOnSave": false,
        "completion": { "callable": { "snippets": "none" } },
    })
}

fn start(range: &Value) -> Place {
    let start = &range["start"];
    Place(start["line"].as_u64().unwrap_or(0), start["character"].as_u64().unwrap_or(0))
}

fn end(range: &Value) -> Place {
    let end = &range["end"];
    Place(end["line"].as_u64().unwrap_or(0), end["character"].as_u64().unwrap_or(0))
}

/// `text` with the edits of an answer, from the last to the first so that places stay what they are.
fn edited(text: &str, mut edits: Vec<Value>) -> String {
    edits.sort_by_key(|edit| start(&edit["range"]));
    let mut text = text.to_owned();
    for edit in edits.iter().rev() {
        let (from, to) = (offset(&text, start(&edit["range"])), offset(&text, end(&edit["range"])));
        text.replace_range(from..to, edit["newText"].as_str().unwrap_or_default());
    }
    text
}

fn offset(text: &str, Place(line, column): Place) -> usize {
    let lines = usize::try_from(line).unwrap_or(0);
    let before: usize = text.split_inclusive('\n').take(lines).map(str::len).sum();
    before + usize::try_from(column).unwrap_or(0)
}
