//! The way to the server: connected when it is needed, given up when it does not serve, never waited for longer than allowed.

use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::{Duration, Instant};

use ::redis::{Cmd, Value};
use tokio::sync::OwnedMutexGuard;
use tokio::time::timeout;

use super::connection::{Established, Identity, Repeat, Server};
use super::failure::Failure;
use super::fields;
use super::near::{NearCache, NearSettings};
use crate::store::Record;
use crate::store::completion::Completion;

/// The way to the server.
pub(super) struct Link {
    server: Server,
    limits: Limits,
    near: Option<NearSettings>,
    established: RwLock<Option<Established>>,
    /// Held by the one who connects, so that a thousand requests make one connection.
    connecting: Arc<tokio::sync::Mutex<()>>,
    /// Instant at which a connection was last given up because its server refused.
    refused_at: Mutex<Option<Instant>>,
}

/// Time limits.
#[derive(Clone, Copy, Debug)]
pub(super) struct Limits {
    pub(super) connect: Duration,
    pub(super) command: Duration,
}

impl Link {
    pub(super) fn new(server: Server, limits: Limits, near: Option<NearSettings>) -> Arc<Self> {
        Arc::new(Self {
            server,
            limits,
            near,
            established: RwLock::new(None),
            connecting: Arc::default(),
            refused_at: Mutex::new(None),
        })
    }

    /// Sends a command, a second time only if it was certainly not executed.
    pub(super) async fn ask(self: &Arc<Self>, command: &Cmd) -> Result<Value, Failure> {
        let repeat = Repeat::AfterRefusal;
        self.over_one(repeat, |established| self.ask_over(established, command, repeat)).await
    }

    /// Sends a command that only reads, a second time if the connection turns out to be lost. So a restart of the server costs
    /// no read.
    pub(super) async fn ask_again(self: &Arc<Self>, command: &Cmd) -> Result<Value, Failure> {
        let repeat = Repeat::AfterLoss;
        self.over_one(repeat, |established| self.ask_over(established, command, repeat)).await
    }

    /// Sends a command to every primary of a cluster, or to the one server.
    pub(super) async fn ask_primaries(self: &Arc<Self>, command: &Cmd) -> Result<Vec<Value>, Failure> {
        let mut established = self.established().await?;
        let asked = timeout(self.limits.command, established.connection.send_to_primaries(command));
        asked.await.unwrap_or(Err(Failure::NoAnswer(self.limits.command)))
    }

    /// Sends a command that changes what is under this name, a second time only if it was certainly not executed.
    pub(super) async fn change(self: &Arc<Self>, name: &str, command: &Cmd) -> Result<Value, Failure> {
        self.over_one(Repeat::AfterRefusal, |established| async move {
            // Nothing of before is handed out once the answer is there: the server's own word may come after it.
            established.forget(name);
            let answer = self.ask_over(established.clone(), command, Repeat::AfterRefusal).await;
            established.forget(name);
            // Another request may have replaced the connection and read over the new one.
            if let (Some(_), Some(present)) = (self.near, self.present()) {
                present.forget(name);
            }
            answer
        })
        .await
    }

    /// The record under this name, which `command` reads unless it is near.
    pub(super) async fn record(self: &Arc<Self>, name: &str, command: &Cmd) -> Result<Option<Record>, Failure> {
        if let Some(near) = self.near.and_then(|_| self.present()?.near)
            && let Some(record) = near.get(name, Instant::now())
        {
            return Ok(Some(record));
        }
        self.over_one(Repeat::AfterLoss, |established| self.read_record(established, name, command)).await
    }

    async fn read_record(
        &self,
        established: Established,
        name: &str,
        command: &Cmd,
    ) -> Result<Option<Record>, Failure> {
        let reader = established.near.as_ref().map(|near| near.read(name));
        let record = fields::read(&self.ask_over(established, command, Repeat::AfterLoss).await?);
        if let (Some(reader), Some(record)) = (reader, &record) {
            reader.finish(record);
        }
        Ok(record)
    }

    /// Works over a connection, and once more over another if the first was given up and the failure allows it.
    async fn over_one<T, F>(self: &Arc<Self>, repeat: Repeat, work: impl Fn(Established) -> F) -> Result<T, Failure>
    where
        F: Future<Output = Result<T, Failure>>,
    {
        let established = self.established().await?;
        let identity = established.identity();
        match work(established).await {
            Err(failure) if repeat.allows(&failure) && !self.is_present(&identity) => {
                work(self.established().await?).await
            }
            answer => answer,
        }
    }

    async fn ask_over(&self, mut established: Established, command: &Cmd, repeat: Repeat) -> Result<Value, Failure> {
        let sent_at = Instant::now();
        let answer = timeout(self.limits.command, established.connection.send(command, repeat)).await;
        let answer = answer.unwrap_or(Err(Failure::NoAnswer(self.limits.command)));
        match &answer {
            Ok(_) => established.answered(sent_at),
            Err(failure) if established.connection.ends_with(failure) => self.forget(&established.identity()),
            Err(failure) if failure.is_refusal() => self.leave(&established),
            Err(_) => {}
        }
        answer
    }

    /// A connection that the server is not known to have closed.
    async fn established(self: &Arc<Self>) -> Result<Established, Failure> {
        if let Some(established) = self.present() {
            if !established.is_closed().await {
                return Ok(established);
            }
            self.forget(&established.identity());
        }
        // Whoever waits for another's attempt waits no longer for both than for one.
        let attempt = timeout(self.limits.connect, async {
            let turn = Arc::clone(&self.connecting).lock_owned().await;
            match self.present() {
                Some(established) => Ok(established),
                None => Completion::new(Arc::clone(self).connect(turn)).await,
            }
        });
        attempt.await.unwrap_or(Err(Failure::NotConnected(self.limits.connect)))
    }

    async fn connect(self: Arc<Self>, _turn: OwnedMutexGuard<()>) -> Result<Established, Failure> {
        let near = self.near.map(NearCache::new);
        let connected = timeout(self.limits.connect, self.server.connect(near.as_ref())).await;
        let connection = connected.unwrap_or(Err(Failure::NotConnected(self.limits.connect)))?;
        let established = Established::new(connection, near);
        *self.established.write().unwrap_or_else(PoisonError::into_inner) = Some(established.clone());
        Ok(established)
    }

    fn present(&self) -> Option<Established> {
        self.established.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn is_present(&self, identity: &Identity) -> bool {
        self.present().is_some_and(|present| present.identity() == *identity)
    }

    /// Gives up this connection, unless that was done and there is another.
    fn forget(&self, identity: &Identity) {
        let mut present = self.established.write().unwrap_or_else(PoisonError::into_inner);
        if present.as_ref().is_some_and(|present| present.identity() == *identity) {
            *present = None;
        }
    }

    /// Gives up a connection whose server refuses: the name may lead to another server by now. A server that refuses for a
    /// while is not connected to again and again.
    fn leave(&self, established: &Established) {
        let pause = established.connection.pause_after_refusal();
        let mut refused_at = self.refused_at.lock().unwrap_or_else(PoisonError::into_inner);
        let is_due = refused_at.is_none_or(|refused_at| refused_at.elapsed() >= pause);
        if is_due && self.is_present(&established.identity()) {
            *refused_at = Some(Instant::now());
            self.forget(&established.identity());
        }
    }
}
