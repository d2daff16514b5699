//! What a session's record holds: the principal, and under which name it is known.

use super::{SessionError, SessionErrorKind};
use crate::principal::{Principal, subject_of};

/// The payload of a session's record.
pub(crate) struct Contents<P> {
    pub(crate) principal: P,
    /// The principal's id as a text, as in the `sub` claim.
    pub(crate) subject: Box<str>,
}

impl<P: Principal> Contents<P> {
    pub(crate) fn new(principal: P) -> Result<Self, SessionError> {
        let subject = subject_of(principal.id()).map_err(|_| SessionErrorKind::Unidentifiable)?;
        Ok(Self { principal, subject })
    }

    /// The contents with the principal changed, which must remain the same subject.
    pub(crate) fn changed(&self, change: &mut impl FnMut(&mut P)) -> Result<Self, SessionError> {
        let mut principal = self.principal.clone();
        change(&mut principal);
        let changed = Self::new(principal)?;
        if changed.subject != self.subject {
            return Err(SessionErrorKind::IdChanged.into());
        }
        Ok(changed)
    }
}
