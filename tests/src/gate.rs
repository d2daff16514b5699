//! A place where a request waits until the test lets it go on.

use std::sync::Arc;

use tokio::sync::Semaphore;

/// Holds requests up, so that a test decides what happens while they run.
#[derive(Clone, Debug)]
pub struct Gate(Arc<Doors>);

#[derive(Debug)]
struct Doors {
    arrived: Semaphore,
    open: Semaphore,
}

impl Gate {
    /// A closed gate.
    #[allow(clippy::new_without_default, reason = "a closed gate is worth a word")]
    pub fn new() -> Self {
        Self(Arc::new(Doors { arrived: Semaphore::new(0), open: Semaphore::new(0) }))
    }

    /// Where a request waits.
    pub async fn pass(&self) {
        self.0.arrived.add_permits(1);
        self.0.open.acquire().await.unwrap().forget();
    }

    /// Where the test waits for a request to arrive.
    pub async fn reached(&self) {
        self.0.arrived.acquire().await.unwrap().forget();
    }

    /// Lets one request go on.
    pub fn open(&self) {
        self.0.open.add_permits(1);
    }
}
