//! Those who ask, in no order that a cache could guess.

use std::cell::Cell;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use http::HeaderValue;

/// Visitors, each with a cookie.
pub struct Visitors {
    cookies: Arc<[String]>,
    state: Cell<u64>,
}

impl Visitors {
    /// Those with these `Cookie` headers, in an order of their own.
    pub fn with(cookies: &Arc<[String]>) -> Self {
        static SEED: AtomicU64 = AtomicU64::new(1);
        let seed = SEED.fetch_add(1, Ordering::Relaxed).wrapping_mul(0xD134_2543_DE82_EF95);
        Self { cookies: Arc::clone(cookies), state: Cell::new(seed) }
    }

    /// The `Cookie` header of one of them, copied: what a server has just read from a socket is in the cache.
    pub(crate) fn cookie(&self) -> Option<HeaderValue> {
        let count = u64::try_from(self.cookies.len()).ok().filter(|count| *count > 0)?;
        let index = usize::try_from(self.random() % count).ok()?;
        HeaderValue::from_str(self.cookies.get(index)?).ok()
    }

    /// The next number of the generator `SplitMix64`.
    fn random(&self) -> u64 {
        let state = self.state.get().wrapping_add(0x9E37_79B9_7F4A_7C15);
        self.state.set(state);
        let mixed = (state ^ (state >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }
}
