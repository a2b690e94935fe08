//! TaskRouter and Flex in memory, for sync: workers with versions, reservations, events, and faults on demand.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
};

use domain::WorkerSid;
use jiff::Timestamp;
use serde_json::{Value, json};
use twilio::{
    Activity, DeleteWorker, EventQuery, FetchActivity, FetchFlexConfiguration, FetchWorker, FetchWorkspace,
    FlexConfiguration, ListMatchingQueues, ListReservations, ListWorkerEvents, ListWorkers, NextPage, Page,
    Reservation, ReservationStatus, TaskQueue, TwilioError, UpdateWorker, Worker, WorkerEvent, WorkerUpdate, Workspace,
};

use super::steps::Steps;

pub const OFFLINE: &str = "WAoffline";
pub const AVAILABLE: &str = "WAavailable";

#[derive(Debug, Clone)]
pub struct Stored {
    pub name: String,
    pub attributes: String,
    pub activity: String,
    pub version: u64,
    /// Names of reservation statuses.
    pub reservations: Vec<&'static str>,
    /// When it was changed last.
    pub second: i64,
    /// Lists leave its attributes out.
    pub hides_attributes: bool,
}

/// A fault of the next calls that change a worker.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    Unavailable,
    Refused,
    /// The change is carried out and the answer lost.
    AnswerLost,
}

#[derive(Debug, Default)]
struct Held {
    workers: BTreeMap<String, Stored>,
    calls: Vec<&'static str>,
    faults: Vec<Fault>,
    events: Vec<Value>,
    /// Twilio does not answer at all.
    down: bool,
    without_flex: bool,
    /// What lists show, if it is not what there is.
    stale_list: Option<BTreeMap<String, Stored>>,
    /// So many pages of lists are answered, and then nothing.
    pages_left: Option<usize>,
    /// Each page begins with the last worker of the one before.
    repeats: bool,
}

#[derive(Debug, Clone, Default)]
pub struct Fake {
    held: Arc<Mutex<Held>>,
    pub steps: Steps,
}

impl Fake {
    pub fn put(&self, sid: &str, name: &str, attributes: impl Into<String>) {
        let worker = Stored {
            name: name.to_owned(),
            attributes: attributes.into(),
            activity: AVAILABLE.to_owned(),
            version: 0,
            reservations: Vec::new(),
            second: 1_000,
            hides_attributes: false,
        };
        self.held.lock().unwrap().workers.insert(sid.to_owned(), worker);
    }

    /// Another writer changes the worker.
    pub fn change(&self, sid: &str, change: impl FnOnce(&mut Stored)) {
        let mut held = self.held.lock().unwrap();
        let worker = held.workers.get_mut(sid).unwrap();
        change(worker);
        worker.version += 1;
        worker.second += 10;
    }

    /// Another writer writes the attributes, which TaskRouter notes as an event of this actor at this second.
    pub fn overwrite(&self, sid: &str, attributes: &Value, actor: &str, second: i64) {
        self.change(sid, |worker| worker.attributes = attributes.to_string());
        self.held.lock().unwrap().events.push(json!({
            "sid": "EV1", "event_type": "worker.attributes.update", "actor_sid": actor, "source": "taskrouter",
            "event_date_ms": second * 1_000,
            "event_data": {"worker_sid": sid, "worker_attributes": attributes.to_string()},
        }));
    }

    pub fn remove(&self, sid: &str) {
        self.held.lock().unwrap().workers.remove(sid);
    }

    pub fn worker(&self, sid: &str) -> Option<Stored> {
        self.held.lock().unwrap().workers.get(sid).cloned()
    }

    /// Each worker's name and SID.
    pub fn names(&self) -> Vec<(String, String)> {
        let held = self.held.lock().unwrap();
        held.workers.iter().map(|(sid, worker)| (worker.name.clone(), sid.clone())).collect()
    }

    pub fn attributes(&self, sid: &str) -> Value {
        serde_json::from_str(&self.worker(sid).unwrap().attributes).unwrap()
    }

    pub fn fail_next(&self, fault: Fault) {
        self.held.lock().unwrap().faults.push(fault);
    }

    pub fn set_down(&self, down: bool) {
        self.held.lock().unwrap().down = down;
    }

    /// Lists show from now on what there is now.
    pub fn freeze_list(&self) {
        let mut held = self.held.lock().unwrap();
        held.stale_list = Some(held.workers.clone());
    }

    pub fn fail_after_pages(&self, pages: Option<usize>) {
        self.held.lock().unwrap().pages_left = pages;
    }

    pub fn repeat_in_lists(&self) {
        self.held.lock().unwrap().repeats = true;
    }

    pub fn without_flex(&self) {
        self.held.lock().unwrap().without_flex = true;
    }

    /// The calls since the last question.
    pub fn calls(&self) -> Vec<&'static str> {
        std::mem::take(&mut self.held.lock().unwrap().calls)
    }

    async fn call(&self, name: &'static str) -> Result<(), TwilioError> {
        self.steps.step(name).await;
        let mut held = self.held.lock().unwrap();
        held.calls.push(name);
        if held.down { Err(TwilioError::Timeout) } else { Ok(()) }
    }

    pub fn current(&self, sid: &str) -> Option<Worker> {
        Some(shown(sid, self.worker(sid)?))
    }

    fn next_fault(&self) -> Option<Fault> {
        let mut held = self.held.lock().unwrap();
        if held.faults.is_empty() { None } else { Some(held.faults.remove(0)) }
    }

    /// The conditions of a change.
    fn check(&self, sid: &str, version: Option<u64>) -> Result<(), TwilioError> {
        let current = self.worker(sid).map(|worker| worker.version);
        if version.is_some() && current.is_some() && version != current {
            Err(TwilioError::PreconditionFailed)
        } else {
            Ok(())
        }
    }
}

fn shown(sid: &str, stored: Stored) -> Worker {
    let Stored { name, attributes, activity, version, second, .. } = stored;
    let json = json!({
        "sid": sid, "friendly_name": name, "attributes": attributes, "activity_sid": activity,
        "activity_name": activity.trim_start_matches("WA"),
        "date_updated": Timestamp::from_second(second).unwrap().to_string(),
    });
    Worker { version: Some(version), ..Worker::read(&json.to_string()).unwrap() }
}

/// In a list there is no version.
fn listed(sid: &str, stored: Stored) -> Worker {
    let hides_attributes = stored.hides_attributes;
    let worker = shown(sid, stored);
    Worker { version: None, attributes: worker.attributes.filter(|_| !hides_attributes), ..worker }
}

impl FetchWorker for Fake {
    async fn fetch_worker(&self, sid: &WorkerSid) -> Result<Option<Worker>, TwilioError> {
        self.call("fetch").await?;
        let found = self.current(sid.as_str());
        self.steps.step("fetched").await;
        Ok(found)
    }
}

/// The workers of a page of a list.
pub const PAGE: usize = 3;

impl ListWorkers for Fake {
    async fn list_workers(&self, page: Option<&NextPage>) -> Result<Page<Worker>, TwilioError> {
        self.call("list").await?;
        let (workers, next) = {
            let mut held = self.held.lock().unwrap();
            if let Some(left) = held.pages_left.as_mut() {
                *left = left.checked_sub(1).ok_or(TwilioError::Unavailable { status: 503, retry_after: None })?;
            }
            let from: usize = page.map_or(0, |page| json!(page).as_str().unwrap().parse().unwrap());
            let all = held.stale_list.as_ref().unwrap_or(&held.workers);
            let first = if held.repeats { from.saturating_sub(1) } else { from };
            let page = all.iter().take(from + PAGE).skip(first).map(|(sid, stored)| (sid.clone(), stored.clone()));
            (page.collect::<Vec<_>>(), (all.len() > from + PAGE).then_some(from + PAGE))
        };
        let next = next.map(|from| serde_json::from_value(json!(from.to_string())).unwrap());
        let items = workers.into_iter().map(|(sid, stored)| listed(&sid, stored)).collect();
        self.steps.step("listed").await;
        Ok(Page { items, unreadable: 0, next })
    }
}

impl UpdateWorker for Fake {
    async fn update_worker(
        &self,
        sid: &WorkerSid,
        update: &WorkerUpdate,
        version: Option<u64>,
    ) -> Result<Option<Worker>, TwilioError> {
        self.call("update").await?;
        let fault = self.next_fault();
        match fault {
            Some(Fault::Unavailable) => return Err(TwilioError::Unavailable { status: 503, retry_after: None }),
            Some(Fault::Refused) => return Err(TwilioError::Refused { status: 400, code: Some(20_001) }),
            Some(Fault::AnswerLost) | None => {}
        }
        if self.worker(sid.as_str()).is_none() {
            return Ok(None);
        }
        self.check(sid.as_str(), version)?;
        let pending = self.worker(sid.as_str()).unwrap().reservations.contains(&"pending");
        if update.activity_sid.is_some() && pending && !update.reject_pending_reservations {
            return Err(TwilioError::Refused { status: 400, code: Some(20_001) });
        }
        self.change(sid.as_str(), |worker| {
            if let Some(attributes) = &update.attributes {
                worker.attributes.clone_from(attributes);
            }
            if let Some(activity) = &update.activity_sid {
                worker.activity.clone_from(activity);
            }
            if update.reject_pending_reservations {
                worker.reservations.retain(|status| *status != "pending");
            }
        });
        self.steps.step("updated").await;
        if fault == Some(Fault::AnswerLost) { Err(TwilioError::Connection) } else { Ok(self.current(sid.as_str())) }
    }
}

impl DeleteWorker for Fake {
    async fn delete_worker(&self, sid: &WorkerSid, version: Option<u64>) -> Result<(), TwilioError> {
        self.call("delete").await?;
        self.check(sid.as_str(), version)?;
        self.remove(sid.as_str());
        self.steps.step("deleted").await;
        Ok(())
    }
}

impl ListReservations for Fake {
    async fn list_reservations(
        &self,
        worker_sid: &WorkerSid,
        status: ReservationStatus,
        _: Option<&NextPage>,
    ) -> Result<Page<Reservation>, TwilioError> {
        self.call("reservations").await?;
        let all = self.worker(worker_sid.as_str()).map(|worker| worker.reservations).unwrap_or_default();
        let of = |name: &str| json!({"sid": "WR1", "reservation_status": name}).to_string();
        let items = all.into_iter().filter(|name| *name == status.name());
        Ok(Page { items: items.map(|name| Reservation::read(&of(name)).unwrap()).collect(), unreadable: 0, next: None })
    }
}

impl FetchActivity for Fake {
    async fn fetch_activity(&self, sid: &str) -> Result<Option<Activity>, TwilioError> {
        self.call("activity").await?;
        let activity = json!({"sid": sid, "friendly_name": "x", "available": sid == AVAILABLE});
        Ok(Activity::read(&activity.to_string()))
    }
}

impl FetchWorkspace for Fake {
    async fn fetch_workspace(&self) -> Result<Option<Workspace>, TwilioError> {
        self.call("workspace").await?;
        Ok(Workspace::read(&json!({"sid": "WS1", "default_activity_sid": AVAILABLE}).to_string()))
    }
}

impl FetchFlexConfiguration for Fake {
    async fn fetch_flex_configuration(&self) -> Result<Option<FlexConfiguration>, TwilioError> {
        self.call("flex").await?;
        if self.held.lock().unwrap().without_flex {
            return Ok(None);
        }
        Ok(FlexConfiguration::read(&json!({"taskrouter_offline_activity_sid": OFFLINE}).to_string()))
    }
}

impl ListMatchingQueues for Fake {
    async fn list_matching_queues(&self, _: &str, _: Option<&NextPage>) -> Result<Page<TaskQueue>, TwilioError> {
        self.call("queues").await?;
        let everyone = TaskQueue { sid: "WQ1".to_owned(), name: "Everyone".to_owned(), target_workers: None };
        Ok(Page { items: vec![everyone], unreadable: 0, next: None })
    }
}

impl ListWorkerEvents for Fake {
    async fn list_worker_events(
        &self,
        query: EventQuery<'_>,
        _: Option<&NextPage>,
    ) -> Result<Page<WorkerEvent>, TwilioError> {
        self.call("events").await?;
        let events = self.held.lock().unwrap().events.clone();
        let is_asked = |event: &&Value| event["event_type"] == query.event_type;
        let items = events.iter().filter(is_asked).filter_map(|event| WorkerEvent::read(&event.to_string()));
        Ok(Page { items: items.collect(), unreadable: 0, next: None })
    }
}
