//! What TaskRouter reports of a worker at one moment, whether in a callback or in the answer to a request.

use serde::{Deserialize, Serialize};
use std::{collections::BTreeSet, fmt};

use crate::{Identity, Role, WorkerSid, routing::OwnedAttributes, skill::Skills, user::IdpProfile};

/// Which of the reports about one worker.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReportVersion {
    /// Twilio's time, in milliseconds since 1970. Our own clocks never order reports.
    #[serde(default)]
    pub at_ms: i64,
    /// Counts the worker's changes in TaskRouter; none if the report does not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<u64>,
}

impl ReportVersion {
    /// Before every other report.
    pub const EARLIEST: Self = Self { at_ms: 0, version: None };

    /// Whether this report about a worker was made before that one about the same worker: by the worker's version where
    /// both have one, else by Twilio's time (rule 28).
    #[must_use]
    pub fn is_before(self, other: Self) -> bool {
        match (self.version, other.version) {
            (Some(own), Some(others)) => (own, self.at_ms) < (others, other.at_ms),
            _ => self.at_ms < other.at_ms,
        }
    }
}

/// Which of the reports about a user, who may have had several workers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReportRef {
    pub worker_sid: WorkerSid,
    #[serde(flatten)]
    pub version: ReportVersion,
}

impl ReportRef {
    /// Whether this report was made before that one. The versions of two workers are not compared: each worker's start at
    /// 0.
    #[must_use]
    pub fn is_before(&self, other: &Self) -> bool {
        if self.worker_sid == other.worker_sid {
            self.version.is_before(other.version)
        } else {
            self.version.at_ms < other.version.at_ms
        }
    }
}

/// How late a report about a worker is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Recency {
    /// No later report about the worker is known.
    Latest,
    /// Later ones are known, but none that states attributes.
    LatestAttributes,
    /// A later one has said more.
    Superseded,
}

/// One report about one worker. Printed without name and attributes (rule 32).
#[derive(Clone, PartialEq, Eq)]
pub struct WorkerReport {
    pub worker_sid: WorkerSid,
    /// The friendly name, never unescaped (rule 22). None if the report leaves it out.
    pub identity: Option<Identity>,
    /// The activity's name; empty if the report leaves it out.
    pub activity: String,
    pub version: ReportVersion,
    /// Whether the worker no longer exists.
    pub deleted: bool,
    /// None if the report leaves them out or they cannot be read: they are unknown, which is not empty.
    pub attributes: Option<Attributes>,
    /// The characters of the attributes besides those that the directory writes (rule 27). None if they are unknown.
    pub other_chars: Option<usize>,
    pub faults: Vec<AttributeFault>,
}

impl WorkerReport {
    /// The report of a worker that TaskRouter no longer has (rule 28). It is older than every other one, so it says nothing
    /// but that.
    #[must_use]
    pub fn deletion_of(worker_sid: &WorkerSid) -> Self {
        Self {
            worker_sid: worker_sid.clone(),
            identity: None,
            activity: String::new(),
            version: ReportVersion::EARLIEST,
            deleted: true,
            attributes: None,
            other_chars: None,
            faults: Vec::new(),
        }
    }

    /// The report in Twilio's answer to a request that was made when `known` was. Twilio dates an answer to the second and a
    /// callback to the millisecond: a callback that was recorded and never applied must not count as later than an answer
    /// that says the same.
    ///
    /// ```text
    /// callback, 10:00:00.700, recorded ── crash    request ── answer, 10:00:00 ─► counts as of 10:00:00.700
    /// ```
    #[must_use]
    pub fn requested_after(mut self, known: ReportVersion) -> Self {
        let is_out_of_date = match (self.version.version, known.version) {
            (Some(own), Some(known)) => own < known,
            _ => self.version.at_ms.div_euclid(1_000) < known.at_ms.div_euclid(1_000),
        };
        if !is_out_of_date {
            self.version.at_ms = self.version.at_ms.max(known.at_ms);
        }
        self
    }

    #[must_use]
    pub fn report_ref(&self) -> ReportRef {
        ReportRef { worker_sid: self.worker_sid.clone(), version: self.version }
    }

    /// Whether this report was made before that one about the same user. Of two workers' reports with the same time, those
    /// about the worker that was removed were first: a creation follows a removal.
    #[must_use]
    pub fn precedes(&self, other: &ReportRef) -> bool {
        let own = self.report_ref();
        let is_tie = own.worker_sid != other.worker_sid && own.version.at_ms == other.version.at_ms;
        own.is_before(other) || is_tie && self.deleted
    }
}

impl fmt::Debug for WorkerReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WorkerReport")
            .field("worker_sid", &self.worker_sid)
            .field("version", &self.version)
            .field("deleted", &self.deleted)
            .finish_non_exhaustive()
    }
}

/// The part of a worker's attributes that the directory reads.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Attributes {
    pub idp: IdpProfile,
    /// None if `roles` holds none of the three: the worker is unmanaged (rule 23).
    pub role: Option<Role>,
    /// `routing.skills` with `routing.levels`.
    pub skills: Skills,
    /// `disabled_skills`, in the same form.
    pub disabled: Skills,
    /// Those of the three roles that `roles` holds.
    pub roles: BTreeSet<Role>,
}

impl Attributes {
    /// The part that the directory writes.
    #[must_use]
    pub fn owned(&self) -> OwnedAttributes {
        let disabled = self.disabled.keys().filter(|name| !self.skills.contains_key(*name));
        OwnedAttributes {
            roles: self.roles.clone(),
            skills: self.skills.clone(),
            disabled: disabled.cloned().collect(),
        }
    }
}

/// A fault in a worker's attributes. Names the place, never the data (rule 32).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AttributeFault {
    NotAnObject,
    /// This field is missing or is not text.
    NotText(&'static str),
    /// This field is a list where a text belongs; its first text counts.
    List(&'static str),
    /// This field holds half a surrogate pair, which is replaced.
    HalfSurrogate(&'static str),
    /// This field has more characters than attributes can have; left out.
    TooLong(&'static str),
    /// This field is not the list or object that belongs there, or holds something else; that is left out.
    Shape(&'static str),
    /// A list of skills holds something that cannot be a name.
    SkillName,
    /// A level that is text; accepted if it is an integer.
    LevelAsText,
    /// A level that is not an integer; left out.
    Level,
}

impl fmt::Display for AttributeFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotAnObject => f.write_str("attributes are not a JSON object"),
            Self::NotText(field) => write!(f, "attributes.{field} is missing or is not text"),
            Self::List(field) => write!(f, "attributes.{field} is a list; its first text counts"),
            Self::HalfSurrogate(field) => {
                write!(f, "attributes.{field} holds half a surrogate pair, which was replaced")
            }
            Self::TooLong(field) => write!(f, "attributes.{field} is longer than attributes can be; it was left out"),
            Self::Shape(field) => write!(f, "attributes.{field} is not in the shape that Flex writes"),
            Self::SkillName => f.write_str("attributes hold a skill name that cannot be one"),
            Self::LevelAsText => f.write_str("attributes hold a level as text"),
            Self::Level => f.write_str("attributes hold a level that is not an integer"),
        }
    }
}

#[cfg(test)]
mod tests;
