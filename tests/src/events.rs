//! What the library logs, for a test to look at.

use std::fmt;
use std::sync::{Arc, Mutex};

use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::subscriber::DefaultGuard;
use tracing::{Event, Metadata, Subscriber};

/// The library's events from when this was made on.
#[derive(Clone, Debug, Default)]
pub struct Events {
    logged: Arc<Mutex<Vec<LoggedEvent>>>,
    /// True if the events of other crates count, too.
    of_all_crates: bool,
}

/// An event.
#[derive(Clone, Debug, Default)]
pub struct LoggedEvent {
    level: String,
    fields: Vec<(&'static str, String)>,
}

impl Events {
    /// Those of this thread, for as long as the guard lives.
    pub fn here() -> (Self, DefaultGuard) {
        let events = Self::default();
        let guard = tracing::subscriber::set_default(events.clone());
        (events, guard)
    }

    /// The same, with the events of all crates.
    pub fn of_all_crates() -> (Self, DefaultGuard) {
        let events = Self { of_all_crates: true, ..Self::default() };
        let guard = tracing::subscriber::set_default(events.clone());
        (events, guard)
    }

    /// Those of all threads; only one test of a program can have them.
    pub fn everywhere() -> Self {
        let events = Self::default();
        tracing::subscriber::set_global_default(events.clone()).unwrap();
        events
    }

    /// What was logged since this was last asked.
    pub fn drain(&self) -> Vec<LoggedEvent> {
        std::mem::take(&mut *self.logged.lock().unwrap())
    }
}

impl LoggedEvent {
    /// What it is called, such as `session.refused`.
    pub fn name(&self) -> &str {
        self.field("message").unwrap_or_default()
    }

    /// The level, such as `WARN`.
    pub fn level(&self) -> &str {
        &self.level
    }

    /// What it says under this name.
    pub fn field(&self, name: &str) -> Option<&str> {
        self.fields.iter().find(|(field, _)| *field == name).map(|(_, value)| value.as_str())
    }
}

/// All that it tells.
impl fmt::Display for LoggedEvent {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.level)?;
        self.fields.iter().try_for_each(|(name, value)| write!(formatter, " {name}={value}"))
    }
}

impl Visit for LoggedEvent {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.fields.push((field.name(), format!("{value:?}")));
    }
}

impl Subscriber for Events {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        self.of_all_crates || metadata.target() == "session"
    }

    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }

    fn event(&self, event: &Event<'_>) {
        let mut logged = LoggedEvent { level: event.metadata().level().to_string(), ..LoggedEvent::default() };
        event.record(&mut logged);
        self.logged.lock().unwrap().push(logged);
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}
    fn record_follows_from(&self, _: &Id, _: &Id) {}
    fn enter(&self, _: &Id) {}
    fn exit(&self, _: &Id) {}
}
