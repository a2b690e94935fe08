//! TaskRouter and Flex in memory, for sync: workers with versions, reservations, events, and faults on demand.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
};

use domain::WorkerSid;
use serde_json::{Value, json};
use twilio::{
    Activity, DeleteWorker, EventQuery, FetchActivity, FetchFlexConfiguration, FetchWorker, FetchWorkspace,
    FlexConfiguration, ListReservations, ListWorkerEvents, NextPage, Page, Reservation, ReservationStatus, TwilioError,
    UpdateWorker, Worker, WorkerEvent, WorkerUpdate, Workspace,
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
        };
        self.held.lock().unwrap().workers.insert(sid.to_owned(), worker);
    }

    /// Another writer changes the worker.
    pub fn change(&self, sid: &str, change: impl FnOnce(&mut Stored)) {
        let mut held = self.held.lock().unwrap();
        let worker = held.workers.get_mut(sid).unwrap();
        change(worker);
        worker.version += 1;
    }

    /// Another writer writes the attributes, which TaskRouter notes as an event of this actor at this second.
    pub fn overwrite(&self, sid: &str, attributes: &Value, actor: &str, second: i64) {
        self.change(sid, |worker| worker.attributes = attributes.to_string());
        self.held.lock().unwrap().events.push(json!({
            "sid": "EV1", "event_type": "worker.attributes.update", "actor_sid": actor, "source": "taskrouter",
            "event_date_ms": second * 1_000, "worker_sid": sid,
        }));
    }

    pub fn remove(&self, sid: &str) {
        self.held.lock().unwrap().workers.remove(sid);
    }

    pub fn worker(&self, sid: &str) -> Option<Stored> {
        self.held.lock().unwrap().workers.get(sid).cloned()
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

    fn current(&self, sid: &str) -> Option<Worker> {
        let Stored { name, attributes, activity, version, .. } = self.worker(sid)?;
        let json = json!({
            "sid": sid, "friendly_name": name, "attributes": attributes, "activity_sid": activity,
            "activity_name": activity.trim_start_matches("WA"),
        });
        Some(Worker { version: Some(version), ..Worker::read(&json.to_string()).unwrap() })
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

impl FetchWorker for Fake {
    async fn fetch_worker(&self, sid: &WorkerSid) -> Result<Option<Worker>, TwilioError> {
        self.call("fetch").await?;
        let found = self.current(sid.as_str());
        self.steps.step("fetched").await;
        Ok(found)
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
