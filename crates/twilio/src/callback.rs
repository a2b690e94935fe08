//! The form that `TaskRouter` posts to the workspace's event callback address.
//!
//! Twilio adds parameters and event types without notice; what is not known is passed over. A
//! callback must have been verified ([`crate::signature`]) before it is parsed.

use std::collections::HashMap;
use std::str::FromStr;

use domain::{ReportVersion, WorkerReport};

use crate::report;

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
    /// A field that must be a whole number, within range.
    #[error("the callback's {0} is not a whole number that fits")]
    NotANumber(&'static str),
}

impl Callback {
    /// Reads a form body as `TaskRouter` posts it.
    ///
    /// # Errors
    /// When a field that every callback has is absent or empty, or a number is none.
    pub fn parse(form_body: &[u8]) -> Result<Self, CallbackError> {
        let form = Form(form_urlencoded::parse(form_body).into_owned().collect());
        let event_type = form.required("EventType")?;
        let kind = EventKind::of(&event_type);
        Ok(Self {
            account_sid: form.required("AccountSid")?,
            workspace_sid: form.required("WorkspaceSid")?,
            event_sid: form.optional("Sid").map(str::to_owned),
            worker: form.worker(kind)?,
            kind,
            event_type,
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

struct Form(HashMap<String, String>);

impl Form {
    fn worker(&self, kind: EventKind) -> Result<Option<WorkerReport>, CallbackError> {
        match kind {
            EventKind::Other => Ok(None),
            // A deleted worker is identified by its SID; no captured body shows what else Twilio sends.
            EventKind::Deleted => self.report(true, |field| Ok(self.or_empty(field))).map(Some),
            EventKind::Created | EventKind::AttributesUpdate | EventKind::ActivityUpdate | EventKind::ChannelUpdate => {
                self.report(false, |field| self.required(field)).map(Some)
            }
        }
    }

    fn report(
        &self,
        deleted: bool,
        read: impl Fn(&'static str) -> Result<String, CallbackError>,
    ) -> Result<WorkerReport, CallbackError> {
        let sid = self.required("WorkerSid")?;
        let (name, attributes) = (read("WorkerName")?, read("WorkerAttributes")?);
        read("WorkerActivitySid")?;
        let activity = read("WorkerActivityName")?;
        let version = ReportVersion { version: self.number("WorkerVersion")?, at_ms: self.timestamp_ms()? };
        Ok(report::new(&sid, &name, &activity, version, deleted, &attributes))
    }

    fn timestamp_ms(&self) -> Result<i64, CallbackError> {
        if let Some(timestamp_ms) = self.number("TimestampMs")? {
            return Ok(timestamp_ms);
        }
        let timestamp_s: i64 = self.number("Timestamp")?.ok_or(CallbackError::Missing("Timestamp"))?;
        timestamp_s.checked_mul(1000).ok_or(CallbackError::NotANumber("Timestamp"))
    }

    fn number<N: FromStr>(&self, field: &'static str) -> Result<Option<N>, CallbackError> {
        self.optional(field).map(|text| text.parse().map_err(|_| CallbackError::NotANumber(field))).transpose()
    }

    fn required(&self, field: &'static str) -> Result<String, CallbackError> {
        self.optional(field).map(str::to_owned).ok_or(CallbackError::Missing(field))
    }

    fn or_empty(&self, field: &str) -> String {
        self.optional(field).unwrap_or_default().to_owned()
    }

    /// The value of the field, if it is not empty: Twilio sends empty values for unknown ones.
    fn optional(&self, field: &str) -> Option<&str> {
        self.0.get(field).map(String::as_str).filter(|text| !text.is_empty())
    }
}
