//! The key-values of a request, which stand in the record that the guard has found.

use http::request::Parts;

use super::identify::Identity;
use super::visit::Visitor;
use crate::key_values::RequestKeyValues;
use crate::policy::PolicySpec;
use crate::principal::Principal;

#[cfg(any(feature = "tower-sessions", feature = "tower-sessions-0-14"))]
pub(super) use self::given::{found, hand_out};
#[cfg(not(any(feature = "tower-sessions", feature = "tower-sessions-0-14")))]
pub(super) use self::none::{found, hand_out};

#[cfg(any(feature = "tower-sessions", feature = "tower-sessions-0-14"))]
mod given {
    use std::sync::Arc;

    use super::{Identity, Parts, PolicySpec, Principal, RequestKeyValues, Visitor};
    use crate::session::{CredentialKind, Known};
    use crate::sessions::{Look, Seen, SessionErrorKind};

    /// What the guard has found out about the key-values.
    pub(in super::super) type Found = Look;

    pub(in super::super) fn found<P: Principal>(identity: &Identity<P>) -> Found {
        match identity {
            Identity::Known(arrival) if arrival.known.credential == CredentialKind::Bearer => {
                closed(SessionErrorKind::NotACookie)
            }
            Identity::Known(arrival) => {
                let Known { contents, instants, .. } = &arrival.known;
                let seen = Seen::of_session(Arc::clone(contents), instants.expires_at);
                Look { seen: Some(seen), ..Look::default() }
            }
            Identity::Unknown(_, look) => look.clone(),
            Identity::Anonymous | Identity::Dead => Look::default(),
            // Its cookie may be another release's: it stays, and a new one would take its place. To a route for which the
            // session is too old, it is none, and its record is left alone.
            Identity::Unreadable | Identity::TooOld(_) => closed(SessionErrorKind::Ended),
        }
    }

    fn closed(kind: SessionErrorKind) -> Found {
        Look { closed: Some(kind), ..Look::default() }
    }

    /// The key-values of a request: of the layer around the guard, if there is one.
    pub(in super::super) fn hand_out<P: Principal>(
        visitor: &Visitor<P>,
        spec: &PolicySpec,
        parts: &Parts,
        found: Found,
    ) -> Option<RequestKeyValues> {
        if !P::SPEC.keeps_records() || !spec.via.cookie {
            return None;
        }
        if let Some(outer) = RequestKeyValues::of_layer::<P>(&parts.extensions) {
            outer.adopt(visitor.share_exchange(), found);
            return Some(outer);
        }
        Some(RequestKeyValues::found(Arc::new(visitor.sessions().clone()), visitor.share_exchange(), found))
    }
}

#[cfg(not(any(feature = "tower-sessions", feature = "tower-sessions-0-14")))]
mod none {
    use super::{Identity, Parts, PolicySpec, Principal, RequestKeyValues, Visitor};

    pub(in super::super) struct Found;

    pub(in super::super) const fn found<P: Principal>(_: &Identity<P>) -> Found {
        Found
    }

    pub(in super::super) const fn hand_out<P: Principal>(
        _: &Visitor<P>,
        _: &PolicySpec,
        _: &Parts,
        _: Found,
    ) -> Option<RequestKeyValues> {
        None
    }
}
