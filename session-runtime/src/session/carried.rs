//! Sessions that live in their cookie: what a handler changes of one goes out with the response.

use std::sync::Arc;

use super::{AuthSession, CredentialKind, Known, Session};
use crate::principal::Principal;
use crate::sessions::{
    CarriedId, Contents, Current, Exchange, Factors, Instants, SessionError, SessionErrorKind, Sessions,
};
use crate::shared::Shared;

impl<P: Principal> Session<P> {
    /// What names this session, where it lives in its cookie; and an error where that was ended by this request.
    pub(super) fn carried(&self) -> Result<Option<CarriedId>, SessionError> {
        if !self.sessions.are_carried() || self.known().credential == CredentialKind::Bearer {
            return Ok(None);
        }
        match self.exchange().current() {
            // This request may have begun another session since.
            Some(Current::Carried(id)) if id.names(&self.known().contents.subject, &self.known().instants) => {
                Ok(Some(id))
            }
            Some(Current::CarriedReadOnly) => Err(SessionErrorKind::Superseded.into()),
            _ => Err(SessionErrorKind::Ended.into()),
        }
    }

    pub(super) fn update_carried(&mut self, id: CarriedId, mut change: impl FnMut(&mut P)) -> Result<(), SessionError> {
        let changed = Arc::new(self.known().contents.changed(&mut change)?);
        let value = self.sessions.carry(&id, &changed, &self.known().instants)?;
        self.exchange().carry(id, value);
        self.go_on_as(self.known().holding(changed));
        Ok(())
    }

    /// Seals the session anew.
    pub(super) fn carry_on(&self, id: CarriedId) -> Result<(), SessionError> {
        let value = self.sessions.carry(&id, &self.known().contents, &self.known().instants)?;
        self.exchange().carry(id, value);
        Ok(())
    }

    fn carried_by(
        id: CarriedId,
        contents: Arc<Contents<P>>,
        instants: Instants,
        sessions: &Sessions<P>,
        exchange: &Shared<Exchange>,
    ) -> Result<Self, SessionError> {
        let known = Known { contents, instants, credential: CredentialKind::Cookie };
        let session = Self::begun(known, exchange, sessions);
        session.carry_on(id)?;
        Ok(session)
    }
}

impl<P: Principal> AuthSession<P> {
    /// Begins a session under a new name, when the one before it has ended.
    pub(super) async fn log_in_carried(
        &mut self,
        principal: P,
        remembered: bool,
        factors: Factors,
    ) -> Result<&Session<P>, SessionError> {
        let now = self.sessions.now();
        let contents = Contents { remembered, factors: factors.given_at(now), ..Contents::new(principal, now)? };
        let instants = Instants::starting(now, P::SPEC.lifetime(remembered));
        let contents = Arc::new(contents);
        let id = CarriedId::fresh(&contents, &instants)?;
        // Tried before anything ends: one that does not fit leaves the visitor as they were.
        drop(self.sessions.carry(&id, &contents, &instants)?);
        let (sessions, exchange) = (self.sessions.clone(), self.exchange.clone());
        let session = self.sessions.tasks().run(async move {
            if let Some(Current::Carried(before)) = exchange.current() {
                sessions.end_where_possible(&before).await?;
            }
            // Afterwards: a list that is full ends everything of the subject.
            let id = id.in_epoch(sessions.cookie_epoch(&contents.subject).await?);
            Session::carried_by(id, contents, instants, &sessions, &exchange)
        });
        Ok(self.session.insert(session.await?))
    }

    pub(super) fn prove_again_carried(&mut self, principal: P, factors: Factors) -> Result<&Session<P>, SessionError> {
        let session = self.session.as_ref().ok_or(SessionErrorKind::Ended)?;
        let id = session.carried()?.ok_or(SessionErrorKind::NotACookie)?;
        let now = self.sessions.now();
        let contents = Contents { factors: factors.given_at(now), ..Contents::new(principal, now)? };
        if contents.subject != session.known().contents.subject {
            return Err(SessionErrorKind::OtherSubject.into());
        }
        let contents = Arc::new(contents.renewed(&session.known().contents)?);
        let instants = session.known().instants.authenticated_again(now, session.lifetime());
        Ok(self.session.insert(Session::carried_by(id, contents, instants, &self.sessions, &self.exchange)?))
    }
}
