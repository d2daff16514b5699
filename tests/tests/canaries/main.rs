//! Values that were entrusted to the library appear in no event, no error and no `Debug`.
//!
//! Each value contains the word [`CANARY`]. A test makes everything fail, collects what was said, and looks for the word.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod principals;
mod sessions;
mod strangers;
mod tokens;

use std::cell::{Cell, RefCell};
use std::error::Error;
use std::fmt::{Debug, Write as _};

use axum::response::{IntoResponse, Response};
use session_runtime::SessionError;
use tests::{Events, LoggedEvent};
use tracing::subscriber::DefaultGuard;

/// Part of every value that must not appear.
const CANARY: &str = "canary";

/// The part of a principal's life that fails at the moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Broken {
    Nothing,
    Writing,
    Reading,
    Source,
    OtherSubject,
}

thread_local! {
    static BROKEN: Cell<Broken> = const { Cell::new(Broken::Nothing) };
    static TEXTS: RefCell<String> = const { RefCell::new(String::new()) };
}

fn is_broken(part: Broken) -> bool {
    BROKEN.get() == part
}

/// Notes what a value shows of itself.
fn note(value: &dyn Debug) {
    TEXTS.with_borrow_mut(|texts| writeln!(texts, "{value:?} {value:#?}").unwrap());
}

/// Notes all that an error says, with its causes.
fn note_error(error: &(dyn Error + 'static)) {
    let causes = std::iter::successors(Some(error), |&error| error.source());
    TEXTS.with_borrow_mut(|texts| causes.for_each(|error| writeln!(texts, "{error} {error:?}").unwrap()));
}

/// The error of a handler, which is noted.
struct Noted(Response);

impl From<SessionError> for Noted {
    fn from(error: SessionError) -> Self {
        note_error(&error);
        Self(error.into_response())
    }
}

impl IntoResponse for Noted {
    fn into_response(self) -> Response {
        self.0
    }
}

/// Hears what is said while it lives.
struct Witness {
    events: Events,
    names: RefCell<Vec<String>>,
    _guard: DefaultGuard,
}

impl Witness {
    fn new() -> Self {
        let (events, guard) = Events::of_all_crates();
        Self { events, names: RefCell::default(), _guard: guard }
    }

    /// Asserts that nothing said since the last time contains a canary or one of `secrets`.
    #[track_caller]
    fn assert_silent(&self, during: &str, secrets: &[&str]) -> Vec<LoggedEvent> {
        let events = self.events.drain();
        let log = events.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n");
        let texts = TEXTS.take();
        for secret in secrets.iter().chain([&CANARY]) {
            assert!(!log.contains(secret), "{during}: `{secret}` in the events\n{log}");
            assert!(!texts.contains(secret), "{during}: `{secret}` in\n{texts}");
        }
        self.names.borrow_mut().extend(events.iter().map(|event| event.name().to_owned()));
        events
    }

    /// Asserts that these events were among what was heard, so that the silence means something.
    #[track_caller]
    fn assert_heard(&self, names: &[&str]) {
        let heard = self.names.borrow();
        for name in names {
            assert!(heard.iter().any(|heard| *heard == format!("session.{name}")), "session.{name} not in {heard:?}");
        }
    }
}
