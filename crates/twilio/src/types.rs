//! What the directory asks of Twilio, and the answers. None of the types prints personal data (rule 32).

use std::fmt;

use domain::{Identity, ReportVersion, WorkerReport, WorkerSid};
use jiff::Timestamp;
use secrecy::SecretString;
use serde::{Deserialize, Serialize};

use crate::{TwilioError, report};

/// A worker as `TaskRouter` holds it.
#[derive(Clone, PartialEq, Eq, Deserialize)]
pub struct Worker {
    /// The worker's SID, `WK…`.
    pub sid: String,
    /// The identity (rule 22). As received: never unescaped.
    pub friendly_name: String,
    /// The attributes, JSON. Nothing means *unknown*, not empty: lists may leave them out.
    pub attributes: Option<String>,
    /// The SID of the current activity.
    pub activity_sid: String,
    /// The name of the current activity.
    pub activity_name: String,
    /// Counts the worker's changes, and is what `If-Match` takes. Known only from the answer to a
    /// request for this one worker, where it is the `ETag`.
    #[serde(skip)]
    pub version: Option<u64>,
    /// When the worker last changed, to the second.
    pub date_updated: Option<Timestamp>,
}

/// Some of the workers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WorkerPage {
    /// The workers of this page.
    pub workers: Vec<Worker>,
    /// Where the next page is; nothing on the last.
    pub next: Option<NextPage>,
}

/// Where a list goes on. Can be stored, to go on in another invocation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct NextPage(String);

/// The identity that the identity service states for a token.
#[derive(Clone, PartialEq, Eq, Deserialize)]
pub struct TokenAnswer {
    /// The worker that the token was issued to; leads to the profile (rule 5).
    pub worker_sid: String,
    /// The identity as Flex escapes it: `owner_40example_2Ecom`.
    pub identity: String,
    /// The roles that the token states: an upper bound for a user whose role was never edited in
    /// the directory (rule 25).
    #[serde(default)]
    pub roles: Vec<String>,
    /// When the token ends.
    pub expiration: Timestamp,
}

impl Worker {
    /// Whether this is the worker's identity now (rule 22).
    #[must_use]
    pub fn has_identity(&self, identity: &Identity) -> bool {
        Identity::reported(&self.friendly_name).as_ref() == Some(identity)
    }

    /// The report that this answer is, as of the worker's last change. None if the answer leaves out the attributes.
    #[must_use]
    pub fn report(&self) -> Option<WorkerReport> {
        let changed_at_ms = self.date_updated.map_or(0, Timestamp::as_millisecond);
        let version = ReportVersion { at_ms: changed_at_ms, version: self.version };
        let attributes = self.attributes.as_ref()?;
        Some(report::new(&self.sid, &self.friendly_name, &self.activity_name, version, false, attributes))
    }
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
