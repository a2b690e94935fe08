//! The instances of one function: started when needed, each with one event at a time.

use std::sync::{Arc, Mutex, PoisonError};

use axum::body::Bytes;
use tokio::sync::{Semaphore, watch};

use super::instance::{Instance, Outcome};
use super::logs::Log;
use super::{Answer, Launch};
use crate::StartError;
use crate::template::Function;

/// The most instances of one function: a developer's machine has too few cores for more.
const INSTANCES: usize = 4;

#[derive(Debug)]
pub(crate) struct Pool {
    function: Function,
    launch: Arc<Launch>,
    log: Log,
    free: Semaphore,
    idle: Mutex<Vec<Instance>>,
    stopped: watch::Receiver<bool>,
}

impl Pool {
    pub fn new(function: Function, launch: Arc<Launch>, stopped: watch::Receiver<bool>) -> Result<Self, StartError> {
        let log = launch
            .logs
            .of(&function.package)
            .map_err(|source| StartError::Log { package: function.package.clone(), source })?;
        let instances = function.reserved_concurrency.unwrap_or(INSTANCES);
        Ok(Self {
            free: Semaphore::new(instances.clamp(1, INSTANCES)),
            function,
            launch,
            log,
            idle: Mutex::default(),
            stopped,
        })
    }

    pub fn function(&self) -> &Function {
        &self.function
    }

    /// Starts an instance before the first event.
    pub async fn warm(&self) -> Result<(), String> {
        let instance = Instance::start(&self.function, &self.launch, &self.log).await?;
        self.keep(instance);
        Ok(())
    }

    pub async fn invoke(&self, payload: Bytes) -> Answer {
        let mut stopped = self.stopped.clone();
        tokio::select! {
            answer = self.handle(payload) => answer,
            _ = stopped.wait_for(|stopped| *stopped) => {
                Answer::failed("Runtime.Stopped", "local is stopping")
            }
        }
    }

    async fn handle(&self, payload: Bytes) -> Answer {
        let Ok(_free) = self.free.acquire().await else {
            return Answer::failed("Runtime.Stopped", "local is stopping");
        };
        let mut instance = match self.instance().await {
            Ok(instance) => instance,
            Err(reason) => {
                tracing::warn!("{reason}");
                return Answer::failed("Runtime.ExitError", &reason);
            }
        };
        match instance.run(&self.function, payload).await {
            Outcome::Answered(answer) => {
                self.keep(instance);
                answer
            }
            Outcome::Lost { answer, reason } => {
                tracing::warn!("{reason}");
                answer
            }
        }
    }

    /// An idle instance, or a new one.
    async fn instance(&self) -> Result<Instance, String> {
        while let Some(mut instance) = self.take() {
            if instance.is_alive() {
                return Ok(instance);
            }
        }
        Instance::start(&self.function, &self.launch, &self.log).await
    }

    fn take(&self) -> Option<Instance> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop()
    }

    fn keep(&self, instance: Instance) {
        if !*self.stopped.borrow() {
            self.idle.lock().unwrap_or_else(PoisonError::into_inner).push(instance);
        }
    }

    /// Kills the idle instances.
    pub fn clear(&self) {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }
}
