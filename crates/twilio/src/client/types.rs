//! What Twilio answers, in the directory's types. None of them prints what they say of people (rule 32).

use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

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

/// Whose token it is, as the identity service says.
#[derive(Clone, PartialEq, Eq, Deserialize)]
pub struct TokenAnswer {
    /// The worker that the token was issued to; leads to the profile (rule 5).
    pub worker_sid: String,
    /// The identity as Flex escapes it: `owner_40example_2Ecom`.
    pub identity: String,
    /// The name that the identity provider knows the person by.
    pub realm_user_id: Option<String>,
    /// The roles that the token states: the most that somebody may do whose role was never edited in
    /// the directory (rule 25).
    #[serde(default)]
    pub roles: Vec<String>,
    /// When the token ends.
    pub expiration: Timestamp,
}

impl NextPage {
    /// Keeps the query of a page's address: host and path are the client's own. An address without one
    /// would be the first page again.
    pub(super) fn of(url: &str) -> Option<Self> {
        url.split_once('?').map(|(_, query)| Self(query.to_owned()))
    }

    pub(super) fn query(&self) -> &str {
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
