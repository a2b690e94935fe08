//! TaskRouter's events: what happened to workers, and who did it. Neither prints personal data (rule 32).

use domain::{WorkerSid, routing::OwnedAttributes};
use jiff::Timestamp;

use crate::{
    attributes,
    raw_json::Raw,
    resources::{object, sid, text},
};

/// Something that happened to a worker, and who did it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WorkerEvent {
    /// `EV…`
    pub sid: String,
    /// `worker.attributes.update`; empty if unknown.
    pub event_type: String,
    /// Milliseconds since 1970.
    pub at_ms: Option<i64>,
    /// Who did it: a user of the Console `US…`, an account `AC…`, a worker `WK…`.
    pub actor_sid: Option<String>,
    /// From where: `twilio`, `rest`.
    pub source: Option<String>,
    /// The worker that it happened to.
    pub worker_sid: Option<WorkerSid>,
    /// The part of the worker's attributes that the directory writes, after the event. None if the event does not state
    /// them: those before it never states.
    pub attributes: Option<OwnedAttributes>,
}

/// Which events are asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EventQuery<'a> {
    /// None for those of all workers.
    pub worker_sid: Option<&'a WorkerSid>,
    /// `worker.attributes.update`
    pub event_type: &'a str,
    /// Earlier ones are left out.
    pub since: Timestamp,
}

impl WorkerEvent {
    /// Reads it in the shape of the REST API; none if it cannot be one.
    #[must_use]
    pub fn read(json: &str) -> Option<Self> {
        let fields = object(json)?;
        let data = fields.get("event_data").and_then(Raw::object);
        let of_worker = |field| data.as_ref().and_then(|data| text(data, field));
        let attributes = data.as_ref().and_then(|data| Some(data.get("worker_attributes")?.text()?.json_escaped()));
        let at_ms = fields.get("event_date_ms").and_then(|at_ms| at_ms.get().parse().ok());
        let to_the_second = || text(&fields, "event_date")?.parse().ok().map(Timestamp::as_millisecond);
        Some(Self {
            sid: sid(&fields)?,
            event_type: text(&fields, "event_type").unwrap_or_default(),
            at_ms: at_ms.or_else(to_the_second),
            actor_sid: text(&fields, "actor_sid"),
            source: text(&fields, "source"),
            worker_sid: of_worker("worker_sid").map(WorkerSid::new),
            attributes: attributes.and_then(|json| Some(attributes::read(&json).0?.owned())),
        })
    }
}
