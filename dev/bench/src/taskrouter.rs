//! A TaskRouter in memory, which remembers what it is asked.

use std::{
    collections::BTreeMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

use domain::WorkerSid;
use jiff::Timestamp;
use serde_json::json;
use twilio::{
    Activity, DeleteWorker, EventQuery, FetchActivity, FetchFlexConfiguration, FetchWorker, FetchWorkspace,
    FlexConfiguration, ListReservations, ListWorkerEvents, ListWorkers, NextPage, Page, Reservation, ReservationStatus,
    TwilioError, UpdateWorker, Worker, WorkerEvent, WorkerUpdate, Workspace,
};

/// As on a page of TaskRouter's.
const PAGE_SIZE: usize = 1_000;

/// When workers began to change, in seconds since 1970.
const FIRST_CHANGE_S: i64 = 1_760_000_000;

#[derive(Debug, Default)]
pub struct InMemoryTaskRouter {
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    workers: BTreeMap<WorkerSid, StoredWorker>,
    calls: Vec<Call>,
    is_down: bool,
}

#[derive(Debug, Default)]
struct StoredWorker {
    attributes: String,
    version: u64,
}

impl StoredWorker {
    fn shown(&self, sid: &WorkerSid) -> Option<Worker> {
        let Self { attributes, version } = self;
        let json = json!({
            "sid": sid, "friendly_name": sid, "attributes": attributes, "activity_sid": "WA1", "activity_name": "Available",
            "date_updated": Timestamp::from_second(FIRST_CHANGE_S + i64::try_from(*version).ok()?).ok()?.to_string(),
        });
        Some(Worker { version: Some(*version), ..Worker::read(&json.to_string())? })
    }
}

/// A REST call, also one that failed.
#[derive(Debug, Clone)]
pub struct Call {
    /// None if it is not about a worker.
    pub worker_sid: Option<WorkerSid>,
    pub is_write: bool,
}

impl InMemoryTaskRouter {
    /// Writes a worker, as a login does. This is no REST call.
    pub fn put(&self, sid: &WorkerSid, attributes: String) {
        let mut state = self.state();
        let worker = state.workers.entry(sid.clone()).or_default();
        (worker.attributes, worker.version) = (attributes, worker.version + 1);
    }

    pub fn worker(&self, sid: &WorkerSid) -> Option<Worker> {
        self.state().workers.get(sid)?.shown(sid)
    }

    /// Whether every call is answered with 503.
    pub fn set_down(&self, is_down: bool) {
        self.state().is_down = is_down;
    }

    /// The calls since this was last asked; they are forgotten.
    pub fn take_calls(&self) -> Vec<Call> {
        std::mem::take(&mut self.state().calls)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn receive(&self, worker_sid: Option<&WorkerSid>, is_write: bool) -> Result<(), TwilioError> {
        let mut state = self.state();
        state.calls.push(Call { worker_sid: worker_sid.cloned(), is_write });
        if state.is_down { Err(TwilioError::Unavailable { status: 503, retry_after: None }) } else { Ok(()) }
    }
}

impl FetchWorker for InMemoryTaskRouter {
    async fn fetch_worker(&self, sid: &WorkerSid) -> Result<Option<Worker>, TwilioError> {
        self.receive(Some(sid), false)?;
        Ok(self.worker(sid))
    }
}

impl ListWorkers for InMemoryTaskRouter {
    async fn list_workers(&self, page: Option<&NextPage>) -> Result<Page<Worker>, TwilioError> {
        self.receive(None, false)?;
        let malformed = |_| TwilioError::Malformed("page");
        let from = page.map(|page| serde_json::to_value(page).and_then(serde_json::from_value::<String>)).transpose();
        let from = from.map_err(malformed)?.and_then(|from| from.parse().ok()).unwrap_or(0);
        let state = self.state();
        let page = state.workers.iter().skip(from).take(PAGE_SIZE);
        let items = page.filter_map(|(sid, stored)| Some(Worker { version: None, ..stored.shown(sid)? })).collect();
        let next = (state.workers.len() > from + PAGE_SIZE).then(|| json!((from + PAGE_SIZE).to_string()));
        Ok(Page { items, unreadable: 0, next: next.map(serde_json::from_value).transpose().map_err(malformed)? })
    }
}

impl UpdateWorker for InMemoryTaskRouter {
    async fn update_worker(
        &self,
        sid: &WorkerSid,
        update: &WorkerUpdate,
        version: Option<u64>,
    ) -> Result<Option<Worker>, TwilioError> {
        self.receive(Some(sid), true)?;
        let Some(worker) = self.worker(sid) else { return Ok(None) };
        if version.is_some() && version != worker.version {
            return Err(TwilioError::PreconditionFailed);
        }
        if let Some(attributes) = &update.attributes {
            self.put(sid, attributes.clone());
        }
        Ok(self.worker(sid))
    }
}

impl DeleteWorker for InMemoryTaskRouter {
    async fn delete_worker(&self, sid: &WorkerSid, _: Option<u64>) -> Result<(), TwilioError> {
        self.receive(Some(sid), true)?;
        self.state().workers.remove(sid);
        Ok(())
    }
}

impl ListReservations for InMemoryTaskRouter {
    async fn list_reservations(
        &self,
        sid: &WorkerSid,
        _: ReservationStatus,
        _: Option<&NextPage>,
    ) -> Result<Page<Reservation>, TwilioError> {
        self.receive(Some(sid), false)?;
        Ok(Page { items: Vec::new(), unreadable: 0, next: None })
    }
}

impl ListWorkerEvents for InMemoryTaskRouter {
    async fn list_worker_events(
        &self,
        query: EventQuery<'_>,
        _: Option<&NextPage>,
    ) -> Result<Page<WorkerEvent>, TwilioError> {
        self.receive(query.worker_sid, false)?;
        Ok(Page { items: Vec::new(), unreadable: 0, next: None })
    }
}

/// What is not measured here does not exist.
macro_rules! nothing {
    ($($verb:ident: $name:ident($($arg:ty)?) -> $out:ty;)+) => {$(
        impl $verb for InMemoryTaskRouter {
            async fn $name(&self, $(_: $arg)?) -> Result<Option<$out>, TwilioError> {
                self.receive(None, false)?;
                Ok(None)
            }
        }
    )+};
}

nothing! {
    FetchActivity: fetch_activity(&str) -> Activity;
    FetchWorkspace: fetch_workspace() -> Workspace;
    FetchFlexConfiguration: fetch_flex_configuration() -> FlexConfiguration;
}
