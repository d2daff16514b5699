//! The key-values of a request, which stand in the record that the guard has found.

use std::sync::Arc;

use http::request::Parts;

use super::identify::Identity;
use crate::key_values::RequestKeyValues;
use crate::policy::PolicySpec;
use crate::principal::Principal;
use crate::sessions::{Exchange, Sessions};

#[cfg(any(feature = "tower-sessions", feature = "tower-sessions-0-14"))]
pub(super) use self::given::{Found, found, hand_out, too_old};
#[cfg(not(any(feature = "tower-sessions", feature = "tower-sessions-0-14")))]
pub(super) use self::none::{Found, found, hand_out, too_old};

#[cfg(any(feature = "tower-sessions", feature = "tower-sessions-0-14"))]
mod given {
    use super::{Arc, Exchange, Identity, Parts, PolicySpec, Principal, RequestKeyValues, Sessions};
    use crate::session::CredentialKind;
    use crate::sessions::{Look, Seen, SessionErrorKind};

    /// What the guard has found out about the key-values.
    pub(in super::super) type Found = Look;

    pub(in super::super) fn found<P: Principal>(identity: &Identity<P>) -> Found {
        match identity {
            Identity::Known(session, _) if session.credential() == CredentialKind::Bearer => {
                closed(SessionErrorKind::NotACookie)
            }
            Identity::Known(session, _) => {
                Look { seen: Some(Seen::of_session(session.contents(), session.expires_at())), ..Look::default() }
            }
            Identity::Unknown(_, look) => look.clone(),
            Identity::Anonymous | Identity::Dead => Look::default(),
            // Its cookie may be another release's: it stays, and a new one would take its place.
            Identity::Unreadable => closed(SessionErrorKind::Ended),
        }
    }

    /// To a route for which the session is too old, it is none, and its record is left alone.
    pub(in super::super) fn too_old() -> Found {
        closed(SessionErrorKind::Ended)
    }

    fn closed(kind: SessionErrorKind) -> Found {
        Look { closed: Some(kind), ..Look::default() }
    }

    /// The key-values of a request: of the layer around the guard, if there is one.
    pub(in super::super) fn hand_out<P: Principal>(
        sessions: &Sessions<P>,
        spec: &PolicySpec,
        parts: &Parts,
        exchange: &Arc<Exchange>,
        found: Found,
    ) -> Option<RequestKeyValues> {
        if !P::SPEC.keeps_records() || !spec.via.cookie {
            return None;
        }
        if let Some(outer) = RequestKeyValues::of_layer::<P>(&parts.extensions) {
            outer.adopt(Arc::clone(exchange), found);
            return Some(outer);
        }
        Some(RequestKeyValues::found(Arc::new(sessions.clone()), Arc::clone(exchange), found))
    }
}

#[cfg(not(any(feature = "tower-sessions", feature = "tower-sessions-0-14")))]
mod none {
    use super::{Arc, Exchange, Identity, Parts, PolicySpec, Principal, RequestKeyValues, Sessions};

    pub(in super::super) struct Found;

    pub(in super::super) const fn found<P: Principal>(_: &Identity<P>) -> Found {
        Found
    }

    pub(in super::super) const fn too_old() -> Found {
        Found
    }

    pub(in super::super) const fn hand_out<P: Principal>(
        _: &Sessions<P>,
        _: &PolicySpec,
        _: &Parts,
        _: &Arc<Exchange>,
        _: Found,
    ) -> Option<RequestKeyValues> {
        None
    }
}
