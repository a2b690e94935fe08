//! What the client reads and writes besides workers. None of the types prints personal data (rule 32).
//!
//! Like workers, they are read field by field: only a SID is needed, and what else cannot be read is unknown (rule 34).

use std::fmt;

use domain::{Level, SkillName, flex_skills::FlexSkill};
use serde::{Deserialize, Serialize};

use crate::raw_json::{Object, Raw};

/// A part of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page<T> {
    pub items: Vec<T>,
    /// How many more are on this page, but without a SID that can be read.
    pub unreadable: usize,
    /// Where the next page is; nothing on the last.
    pub next: Option<NextPage>,
}

/// Where a list goes on. Can be stored, to go on in another invocation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct NextPage(String);

/// What is to change in a worker; what is none stays as it is.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct WorkerUpdate {
    /// JSON, all of them: TaskRouter replaces the attributes as a whole.
    pub attributes: Option<String>,
    /// `WA…`
    pub activity_sid: Option<String>,
    /// Rejects the reservations that the worker has not accepted yet. Only together with an activity in which workers are
    /// not available.
    pub reject_pending_reservations: bool,
}

/// A task that is, or was, offered to a worker.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reservation {
    /// `WR…`
    pub sid: String,
    /// None for one that is not known here.
    pub status: Option<ReservationStatus>,
    /// `WT…`
    pub task_sid: Option<String>,
}

/// How far a reservation is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReservationStatus {
    Pending,
    Accepted,
    Rejected,
    Timeout,
    Canceled,
    Rescinded,
    /// The conversation has ended, the work after it has not.
    Wrapping,
    Completed,
}

/// What workers can be doing: `Available`, `Offline`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Activity {
    /// `WA…`
    pub sid: String,
    /// Empty if unknown.
    pub name: String,
    /// Whether a worker in it receives tasks; none if unknown.
    pub available: Option<bool>,
}

/// The workspace that Flex uses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Workspace {
    /// `WS…`
    pub sid: String,
    /// The activity of new workers.
    pub default_activity_sid: Option<String>,
    pub default_activity_name: Option<String>,
    /// Where callbacks are posted, with the fragment that says how.
    pub event_callback_url: Option<String>,
    /// The types of events that callbacks tell of; empty: all.
    pub events_filter: Vec<String>,
}

/// Where a workspace's callbacks go and which events they tell of. Empty: nowhere, and all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct EventCallback<'a> {
    pub url: &'a str,
    /// Types of events, separated by commas.
    pub filter: &'a str,
}

/// What Flex is configured to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FlexConfiguration {
    /// The workspace that Flex uses.
    pub workspace_sid: Option<String>,
    /// The activity that means offline (rule 12).
    pub offline_activity_sid: Option<String>,
    /// The skills that Flex's own pages offer.
    pub skills: Vec<FlexSkill>,
    /// What Flex gives new workers, by role: attributes and channels, as JSON.
    pub worker_attributes: Option<String>,
    pub worker_channels: Option<String>,
}

/// A queue of tasks, for which an expression chooses the workers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TaskQueue {
    /// `WQ…`
    pub sid: String,
    /// Empty if unknown.
    pub name: String,
    /// The expression: `1==1`, `routing.skills HAS "English"`.
    pub target_workers: Option<String>,
}

/// What an answer said of how many requests of a kind Twilio takes in a second.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RateLimit {
    /// In this client's words: `list workers`.
    pub method: &'static str,
    pub limit: u32,
    pub remaining: u32,
}

impl NextPage {
    #[cfg(feature = "client")]
    /// Keeps the query of a page's address: host and path are the client's own. An address without one
    /// would be the first page again.
    pub(crate) fn of(url: &str) -> Option<Self> {
        url.split_once('?').map(|(_, query)| Self(query.to_owned()))
    }

    /// Where the next page is named by a token alone.
    #[cfg(feature = "client")]
    pub(crate) fn with_token(token: &str) -> Self {
        Self(form_urlencoded::Serializer::new(String::new()).append_pair("pageToken", token).finish())
    }

    #[cfg(feature = "client")]
    pub(crate) fn query(&self) -> &str {
        &self.0
    }
}

impl ReservationStatus {
    /// The names that TaskRouter uses.
    pub const NAMES: [(&str, Self); 8] = [
        ("pending", Self::Pending),
        ("accepted", Self::Accepted),
        ("rejected", Self::Rejected),
        ("timeout", Self::Timeout),
        ("canceled", Self::Canceled),
        ("rescinded", Self::Rescinded),
        ("wrapping", Self::Wrapping),
        ("completed", Self::Completed),
    ];

    #[must_use]
    pub fn name(self) -> &'static str {
        Self::NAMES.iter().find(|(_, status)| *status == self).map_or("", |(name, _)| name)
    }

    fn of(name: &str) -> Option<Self> {
        Self::NAMES.iter().find(|(known, _)| *known == name).map(|(_, status)| *status)
    }
}

impl Reservation {
    /// Reads it in the shape of the REST API; none if it cannot be one.
    #[must_use]
    pub fn read(json: &str) -> Option<Self> {
        let fields = object(json)?;
        let status = text(&fields, "reservation_status").and_then(|status| ReservationStatus::of(&status));
        Some(Self { sid: sid(&fields)?, status, task_sid: text(&fields, "task_sid") })
    }
}

impl Activity {
    /// Reads it in the shape of the REST API; none if it cannot be one.
    #[must_use]
    pub fn read(json: &str) -> Option<Self> {
        let fields = object(json)?;
        Some(Self {
            sid: sid(&fields)?,
            name: text(&fields, "friendly_name").unwrap_or_default(),
            available: fields.get("available").and_then(Raw::bool),
        })
    }
}

impl Workspace {
    /// Reads it in the shape of the REST API; none if it cannot be one.
    #[must_use]
    pub fn read(json: &str) -> Option<Self> {
        let fields = object(json)?;
        Some(Self {
            sid: sid(&fields)?,
            default_activity_sid: text(&fields, "default_activity_sid"),
            default_activity_name: text(&fields, "default_activity_name"),
            event_callback_url: text(&fields, "event_callback_url"),
            events_filter: listed(&text(&fields, "events_filter").unwrap_or_default()),
        })
    }
}

impl FlexConfiguration {
    /// Reads it in the shape of the REST API; none if it cannot be one.
    #[must_use]
    pub fn read(json: &str) -> Option<Self> {
        let fields = object(json)?;
        let skills = fields.get("taskrouter_skills").and_then(Raw::array).unwrap_or_default();
        Some(Self {
            workspace_sid: text(&fields, "taskrouter_workspace_sid"),
            offline_activity_sid: text(&fields, "taskrouter_offline_activity_sid"),
            skills: skills.into_iter().filter_map(flex_skill).collect(),
            worker_attributes: json_of(&fields, "taskrouter_worker_attributes"),
            worker_channels: json_of(&fields, "taskrouter_worker_channels"),
        })
    }
}

/// Of a list in one text.
fn listed(text: &str) -> Vec<String> {
    text.split(',').map(str::trim).filter(|item| !item.is_empty()).map(str::to_owned).collect()
}

/// None if the field is missing or null.
fn json_of(fields: &Object<'_>, field: &str) -> Option<String> {
    fields.get(field).filter(|value| !value.is_null()).map(|value| value.get().to_owned())
}

fn flex_skill(json: Raw<'_>) -> Option<FlexSkill> {
    let fields = json.object()?;
    let level = |field| fields.get(field)?.get().parse().ok().map(Level);
    Some(FlexSkill {
        name: SkillName::adopted(&text(&fields, "name")?)?,
        multivalue: fields.get("multivalue").and_then(Raw::bool).unwrap_or_default(),
        minimum: level("minimum"),
        maximum: level("maximum"),
    })
}

impl TaskQueue {
    /// Reads it in the shape of the REST API; none if it cannot be one.
    #[must_use]
    pub fn read(json: &str) -> Option<Self> {
        let fields = object(json)?;
        Some(Self {
            sid: sid(&fields)?,
            name: text(&fields, "friendly_name").unwrap_or_default(),
            target_workers: text(&fields, "target_workers"),
        })
    }
}

pub(crate) fn object(json: &str) -> Option<Object<'_>> {
    Raw::parse(json)?.object()
}

pub(crate) fn sid(fields: &Object<'_>) -> Option<String> {
    text(fields, "sid")
}

/// None if the field is no text, or an empty one.
pub(crate) fn text(fields: &Object<'_>, field: &str) -> Option<String> {
    let text = fields.get(field)?.text()?.exact()?.to_owned();
    Some(text).filter(|text| !text.is_empty())
}

impl fmt::Debug for WorkerUpdate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WorkerUpdate")
            .field("attributes", &self.attributes.as_ref().map(String::len))
            .field("activity_sid", &self.activity_sid)
            .field("reject_pending_reservations", &self.reject_pending_reservations)
            .finish()
    }
}
