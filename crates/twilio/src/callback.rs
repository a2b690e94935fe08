//! The form that `TaskRouter` posts to the workspace's event callback address, and the events that Event Streams posts
//! instead.
//!
//! Twilio adds parameters and event types without notice; what is not known is passed over. Only what identifies account,
//! event and worker is required (rule 34). A callback must have been verified ([`crate::signature`]) before it is parsed.

mod cloud_events;

pub use cloud_events::StreamedEvent;

use std::collections::HashMap;

use domain::{ReportVersion, WorkerReport};
use jiff::Timestamp;

use crate::report::{self, MAX_NAME_CHARS};

/// The events that [`Callback`] reports a worker of, in TaskRouter's words: those that a workspace's filter should let through.
pub const WORKER_EVENTS: [&str; 4] =
    ["worker.created", "worker.attributes.update", "worker.activity.update", "worker.deleted"];

/// Two letters and 32 hexadecimal digits.
const MAX_SID_CHARS: usize = 34;

/// A verified event of the workspace.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Callback {
    /// The account that the workspace belongs to.
    pub account_sid: String,
    /// The workspace in which it happened.
    pub workspace_sid: String,
    /// What happened, as far as the directory distinguishes it.
    pub kind: EventKind,
    /// What happened, in Twilio's words: `worker.activity.update`.
    pub event_type: String,
    /// The event's own SID, the same when Twilio repeats a delivery. It was observed on every
    /// callback, but Twilio's documentation does not promise it.
    pub event_sid: Option<String>,
    /// What is reported of the worker; none for events of other kinds.
    pub worker: Option<WorkerReport>,
    /// Fields whose values cannot be read, and the time if there is none; they count as left out.
    pub unreadable: Vec<&'static str>,
}

/// The events that concern a worker.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EventKind {
    /// `worker.created`
    Created,
    /// `worker.attributes.update`
    AttributesUpdate,
    /// `worker.activity.update`
    ActivityUpdate,
    /// `worker.deleted`
    Deleted,
    /// `worker.capacity.update` and `worker.channel.availability.update`: nothing that the directory
    /// keeps has changed, but the worker is described.
    ChannelUpdate,
    /// Tasks, reservations, workflows, and whatever Twilio adds.
    Other,
}

/// Why a form is not a callback. Names the field, never what was in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CallbackError {
    /// A field without which the callback means nothing.
    #[error("the callback has no {0}")]
    Missing(&'static str),
    /// A field that must be a SID.
    #[error("the callback's {0} is not a SID: a SID has at most 34 characters, all of them letters and digits")]
    NotASid(&'static str),
    /// A body of Event Streams that is none.
    #[error("the body is not a JSON array of CloudEvents")]
    NotEvents,
    /// A name longer than TaskRouter's own limit.
    #[error("the callback's {0} has more than {MAX_NAME_CHARS} characters, the most that TaskRouter takes")]
    NameTooLong(&'static str),
}

impl Callback {
    /// Reads a form body as `TaskRouter` posts it.
    ///
    /// # Errors
    /// When account, workspace, event type or worker is absent or cannot be one, or the worker's name is too long.
    pub fn parse(form_body: &[u8]) -> Result<Self, CallbackError> {
        Self::of(Fields::read(form_body))
    }

    fn of(mut form: Fields) -> Result<Self, CallbackError> {
        let event_type = form.required("EventType")?.to_owned();
        let kind = EventKind::of(&event_type);
        Ok(Self {
            account_sid: form.required("AccountSid")?.to_owned(),
            workspace_sid: form.required("WorkspaceSid")?.to_owned(),
            event_sid: form.readable("Sid", |sid| is_sid(sid).then(|| sid.to_owned())),
            worker: form.worker(kind)?,
            kind,
            event_type,
            unreadable: form.unreadable,
        })
    }
}

impl EventKind {
    fn of(event_type: &str) -> Self {
        match event_type {
            "worker.created" => Self::Created,
            "worker.attributes.update" => Self::AttributesUpdate,
            "worker.activity.update" => Self::ActivityUpdate,
            "worker.deleted" => Self::Deleted,
            "worker.capacity.update" | "worker.channel.availability.update" => Self::ChannelUpdate,
            _ => Self::Other,
        }
    }
}

/// The fields, by their names in the form. Twilio sends empty values for unknown ones: those are left out.
struct Fields {
    fields: HashMap<String, String>,
    unreadable: Vec<&'static str>,
}

impl Fields {
    fn read(form_body: &[u8]) -> Self {
        let fields = form_urlencoded::parse(form_body).into_owned().filter(|(_, text)| !text.is_empty());
        Self { fields: fields.collect(), unreadable: Vec::new() }
    }

    fn worker(&mut self, kind: EventKind) -> Result<Option<WorkerReport>, CallbackError> {
        match kind {
            EventKind::Other => Ok(None),
            EventKind::Created
            | EventKind::AttributesUpdate
            | EventKind::ActivityUpdate
            | EventKind::ChannelUpdate
            | EventKind::Deleted => self.report(kind == EventKind::Deleted).map(Some),
        }
    }

    fn report(&mut self, deleted: bool) -> Result<WorkerReport, CallbackError> {
        let sid = self.required("WorkerSid")?.to_owned();
        if !is_sid(&sid) {
            return Err(CallbackError::NotASid("WorkerSid"));
        }
        let name = self.readable("WorkerName", |name| report::identity(name).map(|_| name.to_owned()));
        // The SID alone identifies a worker that no longer exists.
        if !deleted && self.unreadable.contains(&"WorkerName") {
            return Err(CallbackError::NameTooLong("WorkerName"));
        }
        let activity = self.readable("WorkerActivityName", |name| fits(name, MAX_NAME_CHARS).then(|| name.to_owned()));
        let worker_version = self.readable("WorkerVersion", |version| version.parse().ok());
        let version = ReportVersion { version: worker_version, at_ms: self.at_ms() };
        let (name, activity) = (name.unwrap_or_default(), activity.unwrap_or_default());
        Ok(report::new(&sid, &name, &activity, version, deleted, self.optional("WorkerAttributes")))
    }

    /// `TimestampMs` is not documented; `Timestamp` is. Without either the report counts as the earliest, unless the
    /// worker's version orders it; that too is noted, because Twilio always states a time.
    fn at_ms(&mut self) -> i64 {
        if let Some(at_ms) = self.readable("TimestampMs", |text| time_ms(text.parse().ok()?)) {
            return at_ms;
        }
        if self.optional("Timestamp").is_none() {
            self.unreadable.push("Timestamp");
        }
        let to_ms = |text: &str| time_ms(text.parse::<i64>().ok()?.checked_mul(1_000)?);
        self.readable("Timestamp", to_ms).unwrap_or(ReportVersion::EARLIEST.at_ms)
    }

    /// None, and noted, if the field's text cannot be read.
    fn readable<T>(&mut self, field: &'static str, read: impl Fn(&str) -> Option<T>) -> Option<T> {
        let value = read(self.optional(field)?);
        if value.is_none() {
            self.unreadable.push(field);
        }
        value
    }

    fn required(&self, field: &'static str) -> Result<&str, CallbackError> {
        self.optional(field).ok_or(CallbackError::Missing(field))
    }

    fn optional(&self, field: &str) -> Option<&str> {
        self.fields.get(field).map(String::as_str)
    }
}

/// Short and plain enough for a key of the table.
fn is_sid(text: &str) -> bool {
    fits(text, MAX_SID_CHARS) && text.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

fn fits(text: &str, max_chars: usize) -> bool {
    text.chars().count() <= max_chars
}

/// A report from beyond all times would be later than every other one, for good.
fn time_ms(at_ms: i64) -> Option<i64> {
    (at_ms >= 0 && Timestamp::from_millisecond(at_ms).is_ok()).then_some(at_ms)
}
