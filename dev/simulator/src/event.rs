//! Events of workers and reservations: as a callback's form, and as a resource of the Events list.

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use crate::activity::Activity;
use crate::actor::{Actor, Origin};
use crate::attributes::with_slashes_escaped;
use crate::place::{Place, WORKSPACE_NAME, date};
use crate::reservation::{Reservation, Status};
use crate::worker::{Worker, new_ordered_sid};

const OPERATING_UNIT_SID: &str = "OU00000000000000000000000000000000";

/// The kind of a change to a worker or to one of its reservations.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Created,
    AttributesUpdate,
    ActivityUpdate,
    Deleted,
    /// A reservation got this status.
    Reservation(Status),
}

/// One event, with the worker right after it.
#[derive(Debug, Clone)]
pub(crate) struct Event {
    pub(crate) sid: String,
    pub(crate) kind: Kind,
    pub(crate) at: Timestamp,
    pub(crate) actor: Actor,
    pub(crate) worker: Worker,
    /// The reservation right after the event, of events about one.
    pub(crate) reservation: Option<Reservation>,
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
            Self::Reservation(status) => status.event_type(),
        }
    }
}

impl Event {
    /// An event without further details.
    pub(crate) fn new(kind: Kind, worker: &Worker, origin: &Origin) -> Self {
        Self {
            sid: new_ordered_sid("EV"),
            kind,
            at: origin.at,
            actor: origin.actor.clone(),
            worker: worker.clone(),
            reservation: None,
            previous: None,
        }
    }

    /// A change of activity, from `before` to `worker`.
    pub(crate) fn activity_update(before: &Worker, worker: &Worker, origin: &Origin) -> Self {
        let lasted_ms = origin.at.as_millisecond() - before.date_status_changed.as_millisecond();
        let previous = Some(Previous { activity: before.activity(), lasted_ms });
        Self { previous, ..Self::new(Kind::ActivityUpdate, worker, origin) }
    }

    /// A reservation that was just created, or has a new status.
    pub(crate) fn of_reservation(reservation: &Reservation, worker: &Worker, origin: &Origin) -> Self {
        let kind = Kind::Reservation(reservation.status);
        Self { reservation: Some(reservation.clone()), ..Self::new(kind, worker, origin) }
    }

    /// The fields of the callback's form, with the names that Twilio's requests have.
    pub(crate) fn fields(&self, place: &Place) -> Vec<(&'static str, String)> {
        let mut fields = vec![
            ("AccountSid", place.account_sid.clone()),
            ("WorkspaceSid", place.workspace_sid.clone()),
            ("WorkspaceName", WORKSPACE_NAME.to_owned()),
            ("EventType", self.kind.event_type().to_owned()),
            ("EventDescription", self.description()),
            ("ResourceType", self.resource_type().to_owned()),
            ("ResourceSid", self.resource_sid().to_owned()),
            ("Timestamp", self.at.as_second().to_string()),
            ("TimestampMs", self.at.as_millisecond().to_string()),
            ("Sid", self.sid.clone()),
        ];
        fields.extend(self.worker_fields());
        fields.extend(self.previous.iter().flat_map(Previous::fields));
        fields.extend(self.reservation.iter().flat_map(reservation_fields));
        fields
    }

    /// The resource of the REST API.
    pub(crate) fn resource(&self, place: &Place) -> Value {
        json!({
            "account_sid": place.account_sid,
            "actor_sid": self.actor.sid(place),
            "actor_type": self.actor.kind(),
            "actor_url": self.actor.url(place),
            "description": self.description(),
            "event_data": self.data(place),
            "event_date": date(self.at),
            "event_date_ms": self.at.as_millisecond(),
            "event_type": self.kind.event_type(),
            "resource_sid": self.resource_sid(),
            "resource_type": self.resource_type(),
            "resource_url": place.url(&self.resource_path()),
            "sid": self.sid,
            "source": self.actor.source(),
            "source_ip_address": "127.0.0.1",
            "workspace_sid": place.workspace_sid,
            "url": place.url(&format!("Events/{}", self.sid)),
        })
    }

    fn resource_type(&self) -> &'static str {
        if self.reservation.is_some() { "reservation" } else { "worker" }
    }

    fn resource_sid(&self) -> &str {
        self.reservation.as_ref().map_or(&self.worker.sid, |reservation| &reservation.sid)
    }

    fn resource_path(&self) -> String {
        let worker = self.worker.path();
        let reservation = self.reservation.as_ref();
        reservation.map_or(worker.clone(), |reservation| format!("{worker}/Reservations/{}", reservation.sid))
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
            Kind::Reservation(status) => {
                format!("Reservation {} of worker {name} {}", self.resource_sid(), status.name())
            }
        }
    }

    /// The form's fields about workspace, worker and reservation, with names in snake case.
    fn data(&self, place: &Place) -> Map<String, Value> {
        let fields = self.fields(place).into_iter();
        fields
            .filter(|(name, _)| ["Work", "Reservation", "Task"].iter().any(|start| name.starts_with(start)))
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

fn reservation_fields(reservation: &Reservation) -> [(&'static str, String); 2] {
    [("ReservationSid", reservation.sid.clone()), ("TaskSid", reservation.task_sid.clone())]
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
