//! The state that all requests share.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard};

use jiff::Timestamp;
use serde::Serialize;

use crate::callbacks::{Callbacks, Receipt};
use crate::event::Event;
use crate::faults::Faults;
use crate::lock::lock;
use crate::place::Place;
use crate::workspace::Workspace;

/// How many calls `GET /sim/calls` lists at most.
const MAX_CALLS: usize = 10_000;

pub(crate) struct State {
    pub(crate) place: Place,
    pub(crate) auth_token: String,
    pub(crate) callback_url: Option<String>,
    pub(crate) callbacks: Callbacks,
    workspace: Mutex<Workspace>,
    faults: Mutex<Faults>,
    calls: Mutex<VecDeque<Call>>,
}

/// A REST call that was received.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Call {
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) status: u16,
    pub(crate) at: Timestamp,
}

impl State {
    pub(crate) fn new(
        place: Place,
        auth_token: String,
        callback_url: Option<String>,
        callbacks: Callbacks,
        workspace: Workspace,
    ) -> Self {
        Self {
            place,
            auth_token,
            callback_url,
            callbacks,
            workspace: Mutex::new(workspace),
            faults: Mutex::default(),
            calls: Mutex::default(),
        }
    }

    pub(crate) fn workspace(&self) -> MutexGuard<'_, Workspace> {
        lock(&self.workspace)
    }

    pub(crate) fn faults(&self) -> MutexGuard<'_, Faults> {
        lock(&self.faults)
    }

    pub(crate) fn record(&self, call: Call) {
        let mut calls = lock(&self.calls);
        if calls.len() == MAX_CALLS {
            calls.pop_front();
        }
        calls.push_back(call);
    }

    pub(crate) fn calls(&self) -> Vec<Call> {
        lock(&self.calls).iter().cloned().collect()
    }

    /// Makes a change and queues its callbacks under one lock, so that the callbacks of a worker are in the order of
    /// its changes.
    pub(crate) fn change<T, E>(
        &self,
        change: impl FnOnce(&mut Workspace) -> Result<(T, Vec<Event>), E>,
    ) -> Result<(T, Vec<Receipt>), E> {
        let mut workspace = self.workspace();
        let (done, events) = change(&mut workspace)?;
        let mut faults = self.faults();
        let send = |event| self.callbacks.send(event, &self.place, &mut faults.callbacks);
        Ok((done, events.iter().filter_map(send).collect()))
    }
}
