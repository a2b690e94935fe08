//! What TaskRouter reports of a worker at one moment, whether in a callback or in the answer to a request.

use serde::{Deserialize, Serialize};
use std::fmt;

use crate::{Identity, Role, WorkerSid, skill::Skills, user::IdpProfile};

/// When a report was made: Twilio's time, then the worker's version. The greater one is the later one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct ReportVersion {
    /// Milliseconds since 1970.
    pub at_ms: i64,
    /// Counts the worker's changes in TaskRouter; 0 if the report does not say.
    pub version: u64,
}

impl ReportVersion {
    /// Before every other report.
    pub const EARLIEST: Self = Self { at_ms: 0, version: 0 };
}

/// One report about one worker. Printed without name and attributes (rule 32).
#[derive(Clone, PartialEq, Eq)]
pub struct WorkerReport {
    pub worker_sid: WorkerSid,
    /// The friendly name, never unescaped (rule 22). None if the report leaves it out.
    pub identity: Option<Identity>,
    /// The activity's name; empty if the report leaves it out.
    pub activity: String,
    /// A report without readable attributes has [`ReportVersion::EARLIEST`]: any readable one counts more.
    pub version: ReportVersion,
    /// Whether the worker no longer exists.
    pub deleted: bool,
    /// None if the report leaves them out, or they cannot be read: unknown, not empty.
    pub attributes: Option<Attributes>,
    /// The hash of all fields that a profile is derived from; a report with an equal hash changes nothing.
    pub hash: String,
    pub faults: Vec<AttributeFault>,
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
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Attributes {
    pub idp: IdpProfile,
    /// None if `roles` holds none of the three: the worker is unmanaged (rule 23).
    pub role: Option<Role>,
    /// `routing.skills` with `routing.levels`.
    pub skills: Skills,
    /// `disabled_skills`, in the same form.
    pub disabled: Skills,
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
