use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;

use super::breaker::{Breaker, Trouble};
use super::{Capabilities, Directory, DirectoryError, Fresh, Order, Probe, Wanted};
use crate::clock::Clock;
use crate::domain::contact::E164;
use crate::domain::directory::{Found, Listed, Login, Outcome, Serial, Standing};
use crate::domain::ids::OutboxId;

/// A directory that is left alone while it does not answer, so that nobody waits for it in vain.
pub struct Guarded {
    inner: Arc<dyn Directory>,
    clock: Arc<dyn Clock>,
    turn: Duration,
    breaker: Mutex<Breaker>,
}

impl Guarded {
    /// Guards `inner`, which needs up to `turn` for a request.
    pub fn new(inner: Arc<dyn Directory>, clock: Arc<dyn Clock>, turn: Duration) -> Self {
        Self { inner, clock, turn, breaker: Mutex::default() }
    }

    /// What is wrong with it, if anything is.
    pub fn trouble(&self) -> Option<Trouble> {
        self.with(|breaker| breaker.trouble().cloned())
    }

    /// Asks a directory that failed whether it answers again, when its rest is over.
    pub async fn look_again(&self) {
        if self.with(|breaker| breaker.wants_a_look(self.clock.now())) {
            self.check(None).await;
        }
    }

    fn with<T>(&self, use_it: impl FnOnce(&mut Breaker) -> T) -> T {
        use_it(&mut self.breaker.lock().unwrap_or_else(PoisonError::into_inner))
    }

    async fn through<T>(
        &self,
        request: impl Future<Output = Result<T, DirectoryError>> + Send,
    ) -> Result<T, DirectoryError> {
        self.with(|breaker| breaker.admit(self.clock.now(), self.turn))?;
        let answer = request.await;
        self.with(|breaker| breaker.note(self.clock.now(), answer.as_ref().err()));
        answer
    }
}

#[async_trait]
impl Directory for Guarded {
    fn capabilities(&self) -> Capabilities {
        self.inner.capabilities()
    }

    async fn find(&self, wanted: Wanted<'_>) -> Result<Option<Found>, DirectoryError> {
        self.through(self.inner.find(wanted)).await
    }

    async fn authenticators(&self, login: &Login) -> Result<Vec<Listed>, DirectoryError> {
        self.through(self.inner.authenticators(login)).await
    }

    async fn standing(&self, login: &Login, serial: &Serial) -> Result<Standing, DirectoryError> {
        self.through(self.inner.standing(login, serial)).await
    }

    async fn deactivate(&self, order: &Order) -> Result<Outcome, DirectoryError> {
        self.through(self.inner.deactivate(order)).await
    }

    async fn end_sessions(&self, login: &Login, key: OutboxId) -> Result<(), DirectoryError> {
        self.through(self.inner.end_sessions(login, key)).await
    }

    async fn update_phone(&self, login: &Login, phone: &E164, key: OutboxId) -> Result<(), DirectoryError> {
        self.through(self.inner.update_phone(login, phone, key)).await
    }

    async fn enrol(&self, login: &Login, serial: &Serial) -> Result<Fresh, DirectoryError> {
        self.through(self.inner.enrol(login, serial)).await
    }

    /// Not kept back by a rest: whoever checks wants to know how it is now. A right that is missing is no reason to rest.
    async fn check(&self, sample: Option<&Login>) -> Vec<Probe> {
        let probes = self.inner.check(sample).await;
        let answers = probes.iter().any(|probe| probe.wrong.is_none());
        let wrong = probes.iter().find_map(|probe| probe.wrong.clone()).filter(|_| !answers);
        let error = wrong.map(DirectoryError::Unavailable);
        self.with(|breaker| breaker.note(self.clock.now(), error.as_ref()));
        probes
    }
}
