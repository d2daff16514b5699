//! A shared value of which the compiler, too, has little to look at.

use std::ops::Deref;
use std::sync::Arc;

/// An [`Arc`] for what a handler's arguments are made of.
///
/// Whether the future of a handler is `Send`, and what dropping it may look at, the compiler finds out anew for every handler,
/// by walking through all that its arguments hold. Behind this type there is nothing to walk through: that of 200 handlers took
/// a tenth of their `cargo check`. At run time it costs an indirect call to look inside.
pub(crate) struct Shared<T>(Arc<dyn Holds<T>>);

trait Holds<T>: Send + Sync {
    fn held(&self) -> &T;

    #[cfg(any(feature = "cookie-tokens", feature = "tower-sessions", feature = "tower-sessions-0-14"))]
    fn held_by(self: Arc<Self>) -> Arc<T>;
}

impl<T: Send + Sync> Holds<T> for T {
    fn held(&self) -> &T {
        self
    }

    #[cfg(any(feature = "cookie-tokens", feature = "tower-sessions", feature = "tower-sessions-0-14"))]
    fn held_by(self: Arc<Self>) -> Arc<T> {
        self
    }
}

#[cfg(any(feature = "cookie-tokens", feature = "tower-sessions", feature = "tower-sessions-0-14"))]
impl<T> Shared<T> {
    /// The same value, for those that keep it.
    pub(crate) fn to_arc(&self) -> Arc<T> {
        Arc::clone(&self.0).held_by()
    }
}

impl<T: Send + Sync + 'static> From<Arc<T>> for Shared<T> {
    fn from(value: Arc<T>) -> Self {
        Self(value)
    }
}

impl<T> Deref for Shared<T> {
    type Target = T;

    fn deref(&self) -> &T {
        // Not of `Arc`, which holds a value of its own.
        Holds::held(&*self.0)
    }
}

impl<T> Clone for Shared<T> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}
