//! Events of workers: as a callback's form, and as a resource of the Events list.

use jiff::Timestamp;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use crate::activity::Activity;
use crate::attributes::with_slashes_escaped;
use crate::place::{Place, WORKSPACE_NAME, date};
use crate::worker::Worker;

const OPERATING_UNIT_SID: &str = "OU00000000000000000000000000000000";

/// The kind of a change to a worker.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Created,
    AttributesUpdate,
    ActivityUpdate,
    Deleted,
}

/// One event, with the worker right after it.
#[derive(Debug, Clone)]
pub(crate) struct Event {
    pub(crate) sid: String,
    pub(crate) kind: Kind,
    pub(crate) at: Timestamp,
    pub(crate) worker: Worker,
    previous: Option<Previous>,
}

/// The previous activity of a worker.
#[derive(Debug, Clone)]
struct Previous {
    activity: &'static Activity,
    lasted_ms: i64,
}

impl Kind {
    pub(crate) fn event_type(self) -> &'static str {
        match self {
            Self::Created => "worker.created",
            Self::AttributesUpdate => "worker.attributes.update",
            Self::ActivityUpdate => "worker.activity.update",
            Self::Deleted => "worker.deleted",
        }
    }
}

impl Event {
    /// Any event but a change of activity.
    pub(crate) fn new(kind: Kind, worker: &Worker, at: Timestamp) -> Self {
        // Version 7, so that the order of SIDs is the order of events.
        let sid = format!("EV{}", Uuid::now_v7().simple());
        Self { sid, kind, at, worker: worker.clone(), previous: None }
    }

    /// A change of activity, from `before` to `worker`.
    pub(crate) fn activity_update(before: &Worker, worker: &Worker, at: Timestamp) -> Self {
        let lasted_ms = at.as_millisecond() - before.date_status_changed.as_millisecond();
        let previous = Some(Previous { activity: before.activity(), lasted_ms });
        Self { previous, ..Self::new(Kind::ActivityUpdate, worker, at) }
    }

    /// The fields of the callback's form, with the names that Twilio's requests have.
    pub(crate) fn fields(&self, place: &Place) -> Vec<(&'static str, String)> {
        let mut fields = vec![
            ("AccountSid", place.account_sid.clone()),
            ("WorkspaceSid", place.workspace_sid.clone()),
            ("WorkspaceName", WORKSPACE_NAME.to_owned()),
            ("EventType", self.kind.event_type().to_owned()),
            ("EventDescription", self.description()),
            ("ResourceType", "worker".to_owned()),
            ("ResourceSid", self.worker.sid.clone()),
            ("Timestamp", self.at.as_second().to_string()),
            ("TimestampMs", self.at.as_millisecond().to_string()),
            ("Sid", self.sid.clone()),
        ];
        fields.extend(self.worker_fields());
        fields.extend(self.previous.iter().flat_map(Previous::fields));
        fields
    }

    /// The resource of the REST API.
    pub(crate) fn resource(&self, place: &Place) -> Value {
        json!({
            "account_sid": place.account_sid,
            "actor_sid": place.workspace_sid,
            "actor_type": "workspace",
            "actor_url": place.workspace_url(),
            "description": self.description(),
            "event_data": self.data(place),
            "event_date": date(self.at),
            "event_date_ms": self.at.as_millisecond(),
            "event_type": self.kind.event_type(),
            "resource_sid": self.worker.sid,
            "resource_type": "worker",
            "resource_url": place.url(&self.worker.path()),
            "sid": self.sid,
            "source": "twilio",
            "source_ip_address": "127.0.0.1",
            "workspace_sid": place.workspace_sid,
            "url": place.url(&format!("Events/{}", self.sid)),
        })
    }

    fn worker_fields(&self) -> [(&'static str, String); 7] {
        let worker = &self.worker;
        [
            ("WorkerSid", worker.sid.clone()),
            ("WorkerName", worker.friendly_name.clone()),
            ("WorkerAttributes", with_slashes_escaped(&worker.attributes)),
            ("WorkerActivitySid", worker.activity_sid.clone()),
            ("WorkerActivityName", worker.activity().name.to_owned()),
            ("WorkerVersion", worker.version.to_string()),
            ("OperatingUnitSid", OPERATING_UNIT_SID.to_owned()),
        ]
    }

    fn description(&self) -> String {
        let name = &self.worker.friendly_name;
        match self.kind {
            Kind::Created => format!("Worker {name} created"),
            Kind::Deleted => format!("Worker {name} deleted"),
            Kind::ActivityUpdate => format!("Worker {name} updated to {} Activity", self.worker.activity().name),
            Kind::AttributesUpdate => {
                format!("Worker {name} updated attributes to {}", with_slashes_escaped(&self.worker.attributes))
            }
        }
    }

    /// The form's fields about worker and workspace, with names in snake case.
    fn data(&self, place: &Place) -> Map<String, Value> {
        let fields = self.fields(place).into_iter();
        fields
            .filter(|(name, _)| name.starts_with("Work"))
            .map(|(name, value)| (snake_case(name), Value::String(value)))
            .collect()
    }
}

impl Previous {
    fn fields(&self) -> [(&'static str, String); 4] {
        [
            ("WorkerTimeInPreviousActivity", (self.lasted_ms / 1000).to_string()),
            ("WorkerTimeInPreviousActivityMs", self.lasted_ms.to_string()),
            ("WorkerPreviousActivitySid", self.activity.sid.to_owned()),
            ("WorkerPreviousActivityName", self.activity.name.to_owned()),
        ]
    }
}

pub(crate) fn snake_case(name: &str) -> String {
    let mut snake = String::with_capacity(name.len() + 4);
    for character in name.chars() {
        if character.is_ascii_uppercase() && !snake.is_empty() {
            snake.push('_');
        }
        snake.push(character.to_ascii_lowercase());
    }
    snake
}
