//! The session cookie: its name, and who receives it.

use crate::diagnostics::{Diagnostics, Mistake};
use crate::model::{CookieOptions, Given, SameSite};

pub(super) fn check(cookie: &Given<CookieOptions>, diagnostics: &mut Diagnostics) {
    let cookie = &cookie.value;
    if is_a_name(cookie, diagnostics) {
        is_prefixed(cookie, diagnostics);
    }
    stays_on_this_host(cookie, diagnostics);
    is_a_path_and_a_domain(cookie, diagnostics);
    other_sites_are_meant(cookie, diagnostics);
    subdomains_are_meant(cookie, diagnostics);
    says_how_it_ends(cookie, diagnostics);
}

/// RFC 6265 4.1.1: a token of RFC 9110 5.6.2.
fn is_a_name(cookie: &CookieOptions, diagnostics: &mut Diagnostics) -> bool {
    let Some(given) = &cookie.name else { return true };
    let name = given.value.value();
    let is_token = |letter: char| letter.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~".contains(letter);
    let problem = match name.chars().find(|letter| !is_token(*letter)) {
        Some(letter) => format!("it contains {}", super::values::named(letter)),
        None if name.is_empty() => "it is empty".to_owned(),
        None => return true,
    };
    diagnostics.mistake(
        Mistake::at(&given.value, format!("`{name}` is not a cookie name: {problem}"))
            .help("use letters, digits, `-` and `_`"),
    );
    false
}

/// Browsers keep a prefixed cookie from being set by other hosts, or over HTTP (RFC 6265bis 4.1.3); they compare the
/// prefix without regard to case, but this library and others do not.
fn is_prefixed(cookie: &CookieOptions, diagnostics: &mut Diagnostics) {
    let Some(given) = &cookie.name else { return };
    let name = given.value.value();
    for prefix in ["__Host-", "__Secure-"] {
        let Some((start, rest)) = name.split_at_checked(prefix.len()) else { continue };
        if start == prefix && !rest.is_empty() {
            return;
        }
        if start == prefix {
            diagnostics.mistake(
                Mistake::at(&given.value, format!("`{name}` is a prefix without a name"))
                    .help(format!("write `name = \"{prefix}id\"`")),
            );
            return;
        }
        if start.eq_ignore_ascii_case(prefix) {
            diagnostics.mistake(
                Mistake::at(&given.value, format!("browsers treat `{start}` as `{prefix}`, other programs do not"))
                    .help(format!("spell the prefix `{prefix}`: `name = \"{prefix}{rest}\"`")),
            );
            return;
        }
    }
    let prefix = if cookie.domain.is_some() || cookie.shared.is_some() { "__Secure-" } else { "__Host-" };
    diagnostics.mistake(
        Mistake::at(&given.value, "without a prefix a sibling site can plant this cookie")
            .help(format!("name it `{prefix}{name}`")),
    );
}

/// A `__Host-` cookie is for the host that set it, and for all of it; browsers drop any other.
fn stays_on_this_host(cookie: &CookieOptions, diagnostics: &mut Diagnostics) {
    let name = cookie.name();
    let Some(bare) = name.strip_prefix("__Host-") else { return };
    let secure = format!("use the `__Secure-` prefix: `name = \"__Secure-{bare}\"`");
    if let Some(domain) = &cookie.domain {
        diagnostics.mistake(
            Mistake::at(&domain.key, "a `__Host-` cookie cannot set `domain`")
                .help(format!("remove `domain`, or {secure}")),
        );
    } else if let Some(shared) = &cookie.shared {
        diagnostics.mistake(
            Mistake::at(shared, "a `__Host-` cookie is never `shared` with subdomains")
                .help(format!("remove `shared`, or {secure}")),
        );
    }
    if let Some(path) = cookie.path.as_ref().filter(|path| path.value.value() != "/") {
        diagnostics.mistake(
            Mistake::at(&path.key, "a `__Host-` cookie has path `/`").help(format!("remove `path`, or {secure}")),
        );
    }
}

/// What would end the attribute and begin another, or never match a request.
fn is_a_path_and_a_domain(cookie: &CookieOptions, diagnostics: &mut Diagnostics) {
    let breaks_out = |text: &str| text.chars().any(|letter| letter == ';' || !letter.is_ascii_graphic());
    if let Some(path) = &cookie.path {
        let text = path.value.value();
        if !text.starts_with('/') || breaks_out(&text) {
            diagnostics.mistake(
                Mistake::at(&path.value, "no request has this path, so the cookie is never sent")
                    .help("start it with `/` and write it percent-encoded: `path = \"/app\"`"),
            );
        }
    }
    if let Some(domain) = &cookie.domain {
        let text = domain.value.value();
        let is_host = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '-' | '.');
        if text.is_empty() || !text.chars().all(is_host) || text.starts_with('.') {
            diagnostics.mistake(
                Mistake::at(&domain.value, "no host has this name, so the cookie is never kept")
                    .help("write the host alone: `domain = \"shop.example\"`"),
            );
        }
    }
}

/// A cookie that other sites' pages carry is what forgery lives on.
fn other_sites_are_meant(cookie: &CookieOptions, diagnostics: &mut Diagnostics) {
    let none = cookie.same_site.as_ref().filter(|given| given.value == SameSite::None);
    match (none, &cookie.cross_site, &cookie.partitioned) {
        (Some(given), None, _) => diagnostics.mistake(
            Mistake::at(&given.argument, "another site's pages then carry this cookie")
                .help("write `same_site = \"none\", cross_site` to say that you mean it"),
        ),
        (None, _, Some(partitioned)) => diagnostics.mistake(
            Mistake::at(partitioned, "only a cookie sent to other sites' pages can be partitioned")
                .help("write `same_site = \"none\", cross_site, partitioned`"),
        ),
        (None, Some(cross_site), None) => diagnostics.mistake(
            Mistake::at(cross_site, "browsers keep this cookie from other sites' pages, so `cross_site` has no effect")
                .help("remove it, or write `same_site = \"none\", cross_site`"),
        ),
        _ => {}
    }
}

/// A cookie with a domain goes to every host below it.
fn subdomains_are_meant(cookie: &CookieOptions, diagnostics: &mut Diagnostics) {
    if let (Some(domain), None) = (&cookie.domain, &cookie.shared) {
        diagnostics.mistake(
            Mistake::at(&domain.key, "every subdomain then receives this cookie")
                .help("write `shared` beside it to say that you mean it"),
        );
    }
}

/// A session that lives in its cookie is in nobody else's hands: whether it can be ended has to be said.
fn says_how_it_ends(cookie: &CookieOptions, diagnostics: &mut Diagnostics) {
    let ends = cookie.revocable.as_ref().or(cookie.unrevocable.as_ref());
    match (&cookie.token, ends) {
        (Some(token), None) => diagnostics.mistake(
            Mistake::at(token, "nobody can be logged out of a session that lives in its cookie alone").help(
                "write `revocable` and give the builder a revocation list, or `unrevocable` to say that you mean it",
            ),
        ),
        (None, Some(key)) => diagnostics.mistake(
            Mistake::at(key, format!("sessions in a store end when their visitor logs out, so `{key}` has no effect"))
                .help(format!("remove it, or keep the session in the cookie: `token = \"jwt\", {key}`")),
        ),
        _ => {}
    }
    if let (Some(_), Some(unrevocable)) = (&cookie.revocable, &cookie.unrevocable) {
        diagnostics.mistake(
            Mistake::at(unrevocable, "a session can either be ended or not").help("keep `revocable` or `unrevocable`"),
        );
    }
}
