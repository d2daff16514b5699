//! A shared value of which the compiler, too, has little to look at.

use std::ops::Deref;
use std::sync::Arc;

/// An [`Arc`] for what a handler's arguments are made of.
///
/// Whether the future of a handler is `Send`, and what dropping it may look at, the compiler finds out anew for every handler,
/// by walking through all that its arguments hold. Behind this type there is nothing to walk through: that of 200 handlers took
/// a tenth of their `cargo check`. At run time it costs an indirect call to look inside.
pub(crate) struct Shared<T>(Arc<dyn Holds<T>>);

/// What a [`Shared`] may look into: the value itself, or something larger that it is a part of.
pub(crate) trait Holds<T>: Send + Sync {
    fn held(&self) -> &T;
}

impl<T: Send + Sync> Holds<T> for T {
    fn held(&self) -> &T {
        self
    }
}

impl<T> Shared<T> {
    /// A view of what `holder` holds, which lives as long as the view does.
    pub(crate) fn viewing(holder: Arc<impl Holds<T> + 'static>) -> Self {
        Self(holder)
    }
}

impl<T: Send + Sync + 'static> From<T> for Shared<T> {
    fn from(value: T) -> Self {
        Self(Arc::new(value))
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
