//! The state that all requests share.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard};

use axum::http::{Method, StatusCode};
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
    pub(crate) callbacks: Callbacks,
    workspace: Mutex<Workspace>,
    faults: Mutex<Faults>,
    calls: Mutex<VecDeque<Call>>,
}

/// A REST call that was received, with the status of its response; none if it got no response.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Call {
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) status: Option<u16>,
    pub(crate) at: Timestamp,
}

/// Records a REST call when it ends, also if its client goes away before.
pub(crate) struct Recording {
    state: Arc<State>,
    call: Option<Call>,
}

impl Recording {
    pub(crate) fn start(state: Arc<State>, method: &Method, path: &str) -> Self {
        let at = Timestamp::now();
        Self { state, call: Some(Call { method: method.to_string(), path: path.to_owned(), status: None, at }) }
    }

    pub(crate) fn end(mut self, status: StatusCode) {
        self.call.iter_mut().for_each(|call| call.status = Some(status.as_u16()));
    }
}

impl Drop for Recording {
    fn drop(&mut self) {
        if let Some(call) = self.call.take() {
            self.state.record(call);
        }
    }
}

impl State {
    pub(crate) fn new(place: Place, auth_token: String, callbacks: Callbacks, workspace: Workspace) -> Self {
        Self {
            place,
            auth_token,
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

    fn record(&self, call: Call) {
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
        let outgoing = |event| workspace.outgoing(event, &self.place).into_iter().map(move |one| (event, one));
        let deliveries = events.iter().flat_map(outgoing);
        let send = |(event, one)| self.callbacks.send(event, one, &mut faults.callbacks);
        Ok((done, deliveries.filter_map(send).collect()))
    }
}
