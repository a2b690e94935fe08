//! Reservations of workers. They exist as far as workers depend on them: there are no tasks, queues or workflows.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::place::{Place, date};
use crate::refusal::Refusal;
use crate::worker::{Worker, new_ordered_sid, new_sid};

/// The status of a reservation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Status {
    Pending,
    Accepted,
    Rejected,
    Timeout,
    Canceled,
    Rescinded,
    Wrapping,
    Completed,
}

/// A reservation as the journal stores it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Reservation {
    pub(crate) sid: String,
    pub(crate) task_sid: String,
    pub(crate) worker_sid: String,
    pub(crate) status: Status,
    pub(crate) date_created: Timestamp,
    pub(crate) date_updated: Timestamp,
}

/// All reservations, in order of SID, which is the order of their creation.
pub(crate) type Reservations = BTreeMap<String, Reservation>;

impl Status {
    pub(crate) const ALL: [Self; 8] = [
        Self::Pending,
        Self::Accepted,
        Self::Rejected,
        Self::Timeout,
        Self::Canceled,
        Self::Rescinded,
        Self::Wrapping,
        Self::Completed,
    ];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Accepted => "accepted",
            Self::Rejected => "rejected",
            Self::Timeout => "timeout",
            Self::Canceled => "canceled",
            Self::Rescinded => "rescinded",
            Self::Wrapping => "wrapping",
            Self::Completed => "completed",
        }
    }

    /// The event that Twilio sends when a reservation gets this status.
    pub(crate) fn event_type(self) -> &'static str {
        match self {
            Self::Pending => "reservation.created",
            Self::Accepted => "reservation.accepted",
            Self::Rejected => "reservation.rejected",
            Self::Timeout => "reservation.timeout",
            Self::Canceled => "reservation.canceled",
            Self::Rescinded => "reservation.rescinded",
            Self::Wrapping => "reservation.wrapup",
            Self::Completed => "reservation.completed",
        }
    }

    pub(crate) fn parse(name: &str) -> Result<Self, Refusal> {
        let known = || Self::ALL.map(Self::name).join(", ");
        let status = Self::ALL.into_iter().find(|status| status.name() == name);
        status.ok_or_else(|| Refusal::bad(format!("ReservationStatus must be one of {}", known())))
    }

    /// Whether the worker still has to do something for it.
    pub(crate) fn is_open(self) -> bool {
        !self.next().is_empty()
    }

    /// What may follow.
    pub(crate) fn next(self) -> &'static [Self] {
        match self {
            Self::Pending => &[Self::Accepted, Self::Rejected, Self::Timeout, Self::Canceled, Self::Rescinded],
            Self::Accepted => &[Self::Wrapping, Self::Completed, Self::Canceled],
            Self::Wrapping => &[Self::Completed, Self::Canceled],
            Self::Rejected | Self::Timeout | Self::Canceled | Self::Rescinded | Self::Completed => &[],
        }
    }

    /// The statuses through which a new reservation comes to this one: each sends its event.
    pub(crate) fn way(self) -> Vec<Self> {
        match self {
            Self::Pending => vec![Self::Pending],
            Self::Wrapping | Self::Completed => vec![Self::Pending, Self::Accepted, self],
            _ => vec![Self::Pending, self],
        }
    }
}

impl Reservation {
    pub(crate) fn new(worker_sid: &str, now: Timestamp) -> Self {
        Self {
            sid: new_ordered_sid("WR"),
            task_sid: new_sid("WT"),
            worker_sid: worker_sid.to_owned(),
            status: Status::Pending,
            date_created: now,
            date_updated: now,
        }
    }

    /// No link leads to the task, since tasks are not simulated.
    pub(crate) fn resource(&self, worker: &Worker, place: &Place) -> Value {
        let worker_url = place.url(&worker.path());
        json!({
            "account_sid": place.account_sid,
            "date_created": date(self.date_created),
            "date_updated": date(self.date_updated),
            "links": { "worker": worker_url, "workspace": place.workspace_url() },
            "reservation_status": self.status.name(),
            "sid": self.sid,
            "task_sid": self.task_sid,
            "url": format!("{worker_url}/Reservations/{}", self.sid),
            "worker_name": worker.friendly_name,
            "worker_sid": worker.sid,
            "workspace_sid": place.workspace_sid,
        })
    }
}
