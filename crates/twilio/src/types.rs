//! Workers, and what a token says. Neither prints personal data (rule 32).

use std::fmt;

use domain::{Identity, ReportVersion, WorkerReport};
use jiff::Timestamp;

use crate::{
    raw_json::Raw,
    report,
    resources::{object, sid, text},
};

/// A worker as `TaskRouter` holds it. Read field by field: without its SID it is none, all else may be unknown (rule 34).
#[derive(Clone, PartialEq, Eq)]
pub struct Worker {
    /// The worker's SID, `WK…`.
    pub sid: String,
    /// The identity (rule 22). As received: never unescaped. Empty if unknown.
    pub friendly_name: String,
    /// The attributes, JSON. Nothing means *unknown*, not empty: lists may leave them out.
    pub attributes: Option<String>,
    /// The SID of the current activity; empty if unknown.
    pub activity_sid: String,
    /// The name of the current activity; empty if unknown.
    pub activity_name: String,
    /// Counts the worker's changes, and is what `If-Match` takes. Known only from the answer to a
    /// request for this one worker, where it is the `ETag`.
    pub version: Option<u64>,
    /// When the worker last changed, to the second.
    pub date_updated: Option<Timestamp>,
}

/// What the identity service states of a valid token. Read field by field: without a worker it is of nobody.
#[derive(Clone, PartialEq, Eq)]
pub struct TokenAnswer {
    /// The worker that the token was issued to; leads to the profile (rule 5).
    pub worker_sid: String,
    /// The roles that the token states: an upper bound for a user whose role was never edited in
    /// the directory (rule 25). Empty if they cannot be read.
    pub roles: Vec<String>,
    /// When the token ends; none if that cannot be read.
    pub expiration: Option<Timestamp>,
}

impl Worker {
    /// Reads a worker in the shape of the REST API; none without a SID.
    #[must_use]
    pub fn read(json: &str) -> Option<Self> {
        let fields = object(json)?;
        Some(Self {
            sid: sid(&fields)?,
            friendly_name: text(&fields, "friendly_name").unwrap_or_default(),
            // JSON themselves, so that half a surrogate pair can stay in them as an escape.
            attributes: fields.get("attributes").and_then(Raw::text).map(|text| text.json_escaped()),
            activity_sid: text(&fields, "activity_sid").unwrap_or_default(),
            activity_name: text(&fields, "activity_name").unwrap_or_default(),
            version: None,
            date_updated: text(&fields, "date_updated").and_then(|time| time.parse().ok()),
        })
    }

    /// Whether this is the worker's identity now (rule 22).
    #[must_use]
    pub fn has_identity(&self, identity: &Identity) -> bool {
        Identity::reported(&self.friendly_name).as_ref() == Some(identity)
    }

    /// The report that this answer is, made at this moment. None if the answer leaves out the attributes.
    #[must_use]
    pub fn report(&self, now: Timestamp) -> Option<WorkerReport> {
        let version = ReportVersion { at_ms: now.as_millisecond(), version: self.version.unwrap_or_default() };
        let attributes = Some(self.attributes.as_deref()?);
        Some(report::new(&self.sid, &self.friendly_name, &self.activity_name, version, false, attributes))
    }
}

impl TokenAnswer {
    /// Reads the answer for a valid token; none without a worker.
    #[must_use]
    pub fn read(json: &str) -> Option<Self> {
        let fields = object(json)?;
        let roles = fields.get("roles").and_then(Raw::array).unwrap_or_default();
        Some(Self {
            worker_sid: text(&fields, "worker_sid")?,
            roles: roles.into_iter().filter_map(|role| Some(role.text()?.exact()?.to_owned())).collect(),
            expiration: text(&fields, "expiration").and_then(|time| time.parse().ok()),
        })
    }
}

impl fmt::Debug for Worker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Worker")
            .field("sid", &self.sid)
            .field("activity_name", &self.activity_name)
            .field("version", &self.version)
            .field("date_updated", &self.date_updated)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for TokenAnswer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TokenAnswer")
            .field("worker_sid", &self.worker_sid)
            .field("roles", &self.roles)
            .field("expiration", &self.expiration)
            .finish_non_exhaustive()
    }
}
