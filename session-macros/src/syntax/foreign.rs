//! Words that other libraries, or other places of this one, have for what is said differently here.

use super::Place::{self, Bearer, Cookie, Demand, Policy, Principal, Session};

/// A word that is no key where it was written, and what its author wants.
pub(super) struct Foreign {
    names: &'static [&'static str],
    places: &'static [Place],
    /// The consequence, where there is more to say than that the option is unknown.
    pub(super) text: Option<&'static str>,
    pub(super) help: &'static str,
}

/// What to say about `name` where `place` is.
pub(super) fn foreign(place: Place, name: &str) -> Option<&'static Foreign> {
    FOREIGN.iter().find(|word| word.places.contains(&place) && word.names.contains(&name))
}

const ROUTE: &[Place] = &[Session, Policy, Demand];

static FOREIGN: &[Foreign] = &[
    Foreign {
        names: &["roles", "permission", "permissions", "authority", "authorities", "groups"],
        places: ROUTE,
        text: None,
        help: "write `any(role(A), role(B))` to admit either, `all(..)` to demand both",
    },
    Foreign {
        names: &["scopes"],
        places: ROUTE,
        text: None,
        help: "write `any(scope(\"a\"), scope(\"b\"))` to admit either, `all(..)` to demand both",
    },
    Foreign {
        names: &["idle", "ttl", "expires", "expiry", "expires_in", "timeout", "lifetime"],
        places: ROUTE,
        text: None,
        help: "an idle limit is `max_age = \"15m\", sliding`",
    },
    Foreign {
        names: &["ttl", "expires", "expiry", "expires_in", "timeout", "lifetime", "max_age"],
        places: &[Principal, Cookie],
        text: None,
        help: "sessions of this type end after `absolute = \"12h\"`, and unused ones after `idle = \"2h\"`, beside `cookie`",
    },
    Foreign {
        names: &["policy"],
        places: &[Policy],
        text: None,
        help: "a policy builds on another with `extends(Staff)`",
    },
    Foreign {
        names: &["extends"],
        places: &[Session],
        text: None,
        help: "a handler builds on a policy with `policy(Staff)`",
    },
    Foreign {
        names: &["secure", "http_only", "httponly"],
        places: &[Cookie, Principal, Session, Policy],
        text: Some("session cookies are always `Secure` and `HttpOnly`"),
        help: "remove it; Chrome, Edge and Firefox accept such cookies on `http://localhost`",
    },
    Foreign {
        names: &["secret", "key", "keys", "jwks", "public_key", "private_key"],
        places: &[Cookie, Bearer, Principal, Session, Policy],
        text: Some("a secret does not belong in source code"),
        help: "give it to `Sessions::builder()`, with `signing_key(..)` or `verifying_key(..)`",
    },
    Foreign {
        names: &["algorithm", "algorithms", "algs"],
        places: &[Bearer],
        text: None,
        help: "write `alg(\"EdDSA\")`",
    },
];
