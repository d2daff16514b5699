//! What the library tells about what happens in it.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex};

use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::subscriber::DefaultGuard;
use tracing::{Event, Metadata, Subscriber};

/// The events of this thread, while it is kept.
#[derive(Debug)]
pub struct Events {
    seen: Seen,
    _guard: DefaultGuard,
}

type Seen = Arc<Mutex<Vec<BTreeMap<&'static str, String>>>>;

impl Events {
    /// Begins to look.
    pub fn watch() -> Self {
        let seen = Seen::default();
        Self { _guard: tracing::subscriber::set_default(Recorder(Arc::clone(&seen))), seen }
    }

    /// The fields of the events since it was last asked, their name among them as `message`.
    pub fn take(&self) -> Vec<BTreeMap<&'static str, String>> {
        self.seen.lock().unwrap().drain(..).collect()
    }

    /// How often this happened since it was last asked.
    pub fn count(&self, name: &str) -> usize {
        self.take().iter().filter(|event| event["message"] == name).count()
    }
}

struct Recorder(Seen);

#[derive(Default)]
struct Fields(BTreeMap<&'static str, String>);

impl Visit for Fields {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.0.insert(field.name(), format!("{value:?}"));
    }
}

impl Subscriber for Recorder {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target() == "session"
    }

    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }

    fn event(&self, event: &Event<'_>) {
        let mut fields = Fields::default();
        event.record(&mut fields);
        self.0.lock().unwrap().push(fields.0);
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}
    fn record_follows_from(&self, _: &Id, _: &Id) {}
    fn enter(&self, _: &Id) {}
    fn exit(&self, _: &Id) {}
}
