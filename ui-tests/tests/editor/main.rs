//! What an editor makes of half-typed attributes and handlers, asked of the real rust-analyzer.
//!
//! One test for everything, because loading the project takes most of the time.

#![allow(clippy::expect_used, clippy::indexing_slicing, clippy::panic, reason = "a test that panics has done its work")]

mod project;
mod server;

use std::io::Write;

use project::{Offer, Project, shop_marked_in};

#[test]
fn rust_analyzer_understands_what_is_being_typed() {
    if !server::is_installed() {
        let text = "rust-analyzer is not installed: nothing is known about editors";
        assert!(std::env::var("SESSION_TESTS_REQUIRE").as_deref() != Ok("all"), "{text}");
        // Around the macros of the standard library, whose output nobody sees when a test passes.
        let _ = writeln!(std::io::stderr(), "skipped: {text}");
        return;
    }
    let mut project = Project::open();
    let mut mistakes = Vec::new();
    keys(&mut project, &mut mistakes);
    handlers(&mut project, &mut mistakes);
    definitions(&mut project, &mut mistakes);
    renames(&mut project, &mut mistakes);
    complaints(&mut project, &mut mistakes);
    assert!(mistakes.is_empty(), "{}", mistakes.join("\n"));
}

/// Keys are offered with their documentation, where they are allowed and nowhere else.
fn keys(project: &mut Project, mistakes: &mut Vec<String>) {
    let handler = |attribute: &str| format!("#[session({attribute})]\nasync fn account(session: Session<User>) {{}}");
    let principal = |attributes: &str| format!("#[derive(Principal)]\n{attributes}\nid: u64 }}");
    let cases: [(String, &[&str], &[&str]); 9] = [
        (handler("|"), &["required", "max_age", "sliding", "role", "check", "crate_"], &["absolute", "self", "super"]),
        (handler("required, ma|"), &["max_age"], &["self", "Staff"]),
        (handler("required, ma|, sliding"), &["max_age"], &["self", "Staff"]),
        (handler("any(role(Role::Admin), sc|)"), &["role", "scope"], &["max_age", "csrf"]),
        (handler("csrf(|)"), &["off", "same_site", "report"], &["required"]),
        ("#[policy(exte|)]\npub struct Desk;".to_owned(), &["extends", "max_age"], &["policy"]),
        (principal("#[principal(|)]\nstruct Guest { #[principal(id)]"), &["cookie", "absolute"], &["required", "id"]),
        (principal("#[principal(cookie(|))]\nstruct Guest { #[principal(id)]"), &["name", "same_site"], &["absolute"]),
        (principal("struct Guest { #[principal(|)]"), &["id", "roles", "scopes"], &["cookie"]),
    ];
    for (typed, offered, elsewhere) in cases {
        let offers = project.completions(&typed);
        for key in offered {
            match offers.iter().find(|offer| offer.label == *key) {
                Some(offer) if is_line_about(key.trim_end_matches('_'), &offer.documentation) => {}
                Some(offer) => mistakes.push(format!("{typed}\n  says of `{key}` only: {offer:?}")),
                None => mistakes.push(format!("{typed}\n  does not offer `{key}` but {:?}", labels(&offers))),
            }
        }
        for key in elsewhere {
            if offers.iter().any(|offer| offer.label == *key) {
                mistakes.push(format!("{typed}\n  offers `{key}` among {:?}", labels(&offers)));
            }
        }
    }
}

/// A body is known however it and its attribute are being typed.
fn handlers(project: &mut Project, mistakes: &mut Vec<String>) {
    let body = |attribute: &str, body: &str| {
        format!("#[session({attribute})]\nasync fn account(session: Session<User>) {{\n    {body}\n}}")
    };
    let cases = [
        (body("required", "session.|"), "principal"),
        (body("required", "let user = session.|\n    user"), "expires_at"),
        (body("required, role()", "session.|"), "principal"),
        (body("required, max_age = ", "session.|"), "principal"),
        (body("requierd", "session.|"), "principal"),
        (body("role(Role::|)", ""), "Admin"),
        (body("policy(Sta|)", ""), "Staff"),
        (body("check(ow|)", ""), "owns"),
        ("#[session(required)]\nasync fn account(session: Session<Us|) {}".to_owned(), "User"),
        (
            "#[session(required)]\nasync fn account(session: Session<User>, us) {\n    session.|\n}".to_owned(),
            "principal",
        ),
    ];
    for (typed, offered) in cases {
        let offers = project.completions(&typed);
        let is_offered = |offer: &Offer| offer.label == offered || offer.label.starts_with(&format!("{offered}("));
        if !offers.iter().any(is_offered) {
            mistakes.push(format!("{typed}\n  does not offer `{offered}` but {:?}", labels(&offers)));
        }
    }
}

/// What an attribute names leads to where that is, and nowhere else.
fn definitions(project: &mut Project, mistakes: &mut Vec<String>) {
    let handler = |attribute: &str| format!("#[session({attribute})]\nasync fn account(session: Session<User>) {{}}");
    let cases = [
        (handler("role(Role::Ad|min)"), "Admin,"),
        (handler("role(Ro|le::Admin)"), "pub enum Role {"),
        (handler("any(role(Role::Cle|rk), role(Role::Admin))"), "Clerk,"),
        (handler("policy(Sta|ff)"), "pub struct Staff;"),
        (handler("check(ow|ns)"), "pub async fn owns(order: u64) -> Result<(), u64> {"),
        (
            handler("policy(Staff), role(Role::Admin), check(ow|ns)"),
            "pub async fn owns(order: u64) -> Result<(), u64> {",
        ),
        (handler("principal(Us|er)"), "pub struct User {"),
        ("#[policy(extends(Sta|ff), fresh = \"5m\")]\npub struct Desk;".to_owned(), "pub struct Staff;"),
        ("#[session(required)]\nasync fn account(session: Session<Us|er>) {}".to_owned(), "pub struct User {"),
        (
            "#[session(required)]\nasync fn roles(session: Session<User>) -> Ro|les { Roles }".to_owned(),
            "pub struct Roles;",
        ),
        ("#[session(required)]\nasync fn roles(session: Session<User>) { Ro|les; }".to_owned(), "pub struct Roles;"),
        (
            "#[derive(Principal)]\nstruct Guest { #[principal(id)] id: u64, #[principal(roles)] roles: Ro|les }"
                .to_owned(),
            "pub struct Roles;",
        ),
        (handler("slid|ing, max_age = \"5m\""), "completion.rs"),
    ];
    for (typed, definition) in cases {
        let found = project.definitions(&typed);
        if found != [definition] {
            mistakes.push(format!("{typed}\n  leads to {found:?}"));
        }
    }
}

/// A new name is written wherever the old one stood, attributes included.
fn renames(project: &mut Project, mistakes: &mut Vec<String>) {
    let handler = |attribute: &str| format!("#[session({attribute})]\nasync fn account(session: Session<User>) {{}}");
    let cases = [
        (shop_marked_in("Ad|min,", ""), "Boss", &["Boss,", "role(Role::Boss)"]),
        (handler("role(Role::Ad|min)"), "Boss", &["Boss,", "[session(role(Role::Boss))]"]),
        (shop_marked_in("struct Sta|ff;", ""), "Clerks", &["struct Clerks;", "policy(Clerks)"]),
        (handler("policy(Sta|ff)"), "Clerks", &["struct Clerks;", "[session(policy(Clerks))]"]),
        (shop_marked_in("fn ow|ns(", ""), "may_see", &["fn may_see(", "check(may_see)"]),
        (handler("check(ow|ns)"), "may_see", &["fn may_see(", "[session(check(may_see))]"]),
    ];
    for (typed, name, written) in cases {
        match project.renamed(&typed, name) {
            Ok(text) if written.iter().all(|part| text.contains(part)) => {}
            Ok(text) => mistakes.push(format!("{typed}\n  becomes with `{name}`\n{text}")),
            Err(mistake) => mistakes.push(format!("{typed}\n  cannot be renamed to `{name}`: {mistake}")),
        }
    }
}

/// Nothing is wrong with what is right, and a mistake is said where it is.
fn complaints(project: &mut Project, mistakes: &mut Vec<String>) {
    let handler = |attribute: &str| format!("#[session({attribute})]\nasync fn account(session: Session<User>) {{}}|");
    let cases: [(String, &[&str]); 6] = [
        (handler("required, max_age = \"15m\", sliding, csrf(same_site)"), &[]),
        (
            handler("policy(Staff), any(role(Role::Admin), role(Role::Clerk)), check(owns), crate(::session_runtime)"),
            &[],
        ),
        ("#[policy(extends(Staff), principal(User), fresh = \"5m\")]\npub struct Desk;|".to_owned(), &[]),
        (handler("max_age = \"15\""), &["\"15\": `\"15\"` is not a duration"]),
        (handler("requird"), &["requird: unknown option `requird` in `#[session]`"]),
        (handler("role(Role::)"), &["Role: `role` takes a path, not `Role::`"]),
    ];
    for (typed, complaints) in cases {
        let found = project.complaints(&typed);
        if found != complaints {
            mistakes.push(format!("{typed}\n  is said to be wrong: {found:#?}"));
        }
    }
}

/// Whether this is an example with the key, and what it says.
fn is_line_about(key: &str, documentation: &str) -> bool {
    let example = documentation.split_once("`: ").or(documentation.split_once("` ("));
    example.is_some_and(|(example, rest)| example.starts_with('`') && example.contains(key) && !rest.contains('\n'))
}

fn labels(offers: &[Offer]) -> Vec<&str> {
    offers.iter().map(|offer| offer.label.as_str()).take(30).collect()
}
