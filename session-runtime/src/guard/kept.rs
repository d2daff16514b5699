//! The policies of a program's handlers: each is put together when its guard is first asked for it, and kept from then on.

use std::any::TypeId;
use std::cmp::Ordering;
use std::sync::OnceLock;

use super::Guards;
use super::answer::stated;
use crate::policy::Stated;

/// A search tree that only grows, by as many as a program has handlers. Who reads it waits for nobody, and no two of them write
/// to the same memory. The compiler's type ids are hashes, so that none of its branches gets long.
static KEPT: Place = Place::new();

type Place = OnceLock<Box<Kept>>;

/// The policy of one guard.
struct Kept {
    guard: TypeId,
    stated: Stated,
    before: Place,
    after: Place,
}

/// What the policy of a guard says, the same whenever it is asked.
///
/// A guarded router asks once for each of its routes. Where a handler is on a router of axum's own, each request does.
pub(crate) fn policy_of<G: Guards<S, M>, S, M>() -> &'static Stated {
    kept(TypeId::of::<G>(), stated::<G, S, M>)
}

/// Not generic over the guard: a program has this once.
fn kept(guard: TypeId, stated: fn() -> Stated) -> &'static Stated {
    let mut place = &KEPT;
    loop {
        let kept =
            place.get_or_init(|| Box::new(Kept { guard, stated: stated(), before: Place::new(), after: Place::new() }));
        place = match guard.cmp(&kept.guard) {
            Ordering::Less => &kept.before,
            Ordering::Equal => return &kept.stated,
            Ordering::Greater => &kept.after,
        };
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::ptr::from_ref;

    use super::*;
    use crate::guard::Follows;
    use crate::policy::{Open, PolicySpec};

    enum First {}
    enum Second {}

    impl Guards<(), ()> for First {
        fn lead<F: Follows<()>>(follower: F) -> F::Output {
            follower.follow::<Open, (), ()>(PolicySpec::open("first"), || async {})
        }
    }

    impl Guards<(), ()> for Second {
        fn lead<F: Follows<()>>(follower: F) -> F::Output {
            follower.follow::<Open, (), ()>(PolicySpec::open("second"), || async {})
        }
    }

    #[test]
    fn each_guard_has_its_policy_once_however_many_ask() {
        let ask = || {
            let first = policy_of::<First, (), ()>();
            let second = policy_of::<Second, (), ()>();
            assert_eq!((first.spec.name, second.spec.name), ("first", "second"));
            [from_ref(first).addr(), from_ref(second).addr()]
        };
        let asked: Vec<_> = std::thread::scope(|scope| {
            let threads: Vec<_> =
                (0..16).map(|_| scope.spawn(|| (0..64).flat_map(|_| ask()).collect::<Vec<_>>())).collect();
            threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect()
        });
        assert_eq!(asked.len(), 16 * 64 * 2);
        assert_eq!(asked.into_iter().collect::<BTreeSet<_>>().len(), 2);
    }
}
