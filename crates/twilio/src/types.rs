//! What the directory asks of Twilio, and the answers. None of the types prints personal data (rule 32).

use std::fmt;

use domain::{Identity, ReportVersion, WorkerReport, WorkerSid};
use jiff::Timestamp;
use secrecy::SecretString;
use serde::{Deserialize, Serialize};

use crate::{
    TwilioError,
    raw_json::{Object, Raw},
    report,
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

/// Some of the workers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WorkerPage {
    /// The workers of this page.
    pub workers: Vec<Worker>,
    /// How many more are on this page, but without a SID that can be read.
    pub unreadable: usize,
    /// Where the next page is; nothing on the last.
    pub next: Option<NextPage>,
}

/// Where a list goes on. Can be stored, to go on in another invocation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct NextPage(String);

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
        let fields = Raw::parse(json)?.object()?;
        Some(Self {
            sid: text(&fields, "sid").filter(|sid| !sid.is_empty())?,
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
        let fields = Raw::parse(json)?.object()?;
        let roles = fields.get("roles").and_then(Raw::array).unwrap_or_default();
        Some(Self {
            worker_sid: text(&fields, "worker_sid").filter(|sid| !sid.is_empty())?,
            roles: roles.into_iter().filter_map(|role| Some(role.text()?.exact()?.to_owned())).collect(),
            expiration: text(&fields, "expiration").and_then(|time| time.parse().ok()),
        })
    }
}

fn text(fields: &Object<'_>, field: &str) -> Option<String> {
    Some(fields.get(field)?.text()?.exact()?.to_owned())
}

impl NextPage {
    #[cfg(feature = "client")]
    /// Keeps the query of a page's address: host and path are the client's own. An address without one
    /// would be the first page again.
    pub(crate) fn of(url: &str) -> Option<Self> {
        url.split_once('?').map(|(_, query)| Self(query.to_owned()))
    }

    #[cfg(feature = "client")]
    pub(crate) fn query(&self) -> &str {
        &self.0
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

pub trait FetchWorker {
    /// The worker as it is now; none if `TaskRouter` answers 404. Only that answer says that a worker
    /// does not exist: absence from a list does not.
    fn fetch_worker(&self, sid: &WorkerSid) -> impl Future<Output = Result<Option<Worker>, TwilioError>> + Send;
}

pub trait ListWorkers {
    /// The first page, or the one that an earlier page named as its next. At most 1,000
    /// workers; their attributes may be unknown.
    fn list_workers(&self, page: Option<&NextPage>) -> impl Future<Output = Result<WorkerPage, TwilioError>> + Send;
}

pub trait ValidateToken {
    /// The holder of this Flex token; none if it is not valid, no longer valid or has no worker.
    /// An error says nothing about the token.
    fn validate_token(
        &self,
        token: &SecretString,
    ) -> impl Future<Output = Result<Option<TokenAnswer>, TwilioError>> + Send;
}
