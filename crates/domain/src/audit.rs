//! The record of a change (rule 31). Nothing changes or removes one.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

use crate::{Role, UserId};

/// One change to one person, team, skill or skill set.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Record {
    /// UUID v7: in order of time.
    pub record_id: Uuid,
    /// When.
    pub at: Timestamp,
    /// Who.
    pub actor: Actor,
    /// From where.
    pub source: Source,
    /// The id of the request, callback or job that did it.
    pub request_id: String,
    /// What was done.
    pub action: Action,
    /// Each field that changed, before and after.
    pub changes: Vec<Change>,
}

/// Who changed something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Actor {
    /// Somebody in the directory, with the role that they had then.
    User {
        /// Who.
        user_id: UserId,
        /// As what.
        role: Role,
    },
    /// TaskRouter, that is a login or a hand in another tool.
    Taskrouter,
    /// Somebody with access to AWS.
    Operator,
}

/// From where a change came.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Source {
    /// The API.
    Api,
    /// A callback of TaskRouter.
    Webhook,
    /// A bulk job.
    Bulk,
    /// The scheduled reconciliation.
    Reconcile,
    /// An operator's command, outside the API.
    Operator,
}

/// What was done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// First seen, and adopted as they were (rule 23).
    Adopted,
    /// A login, or a hand in another tool, said something new.
    Login,
    /// Made here: a team, a skill, or a person before their first login.
    Created,
    /// Edited.
    Edited,
    /// Deactivated (rule 12).
    Deactivated,
    /// Reactivated (rule 12).
    Reactivated,
    /// Deleted (rule 13).
    Deleted,
    /// A deleted person was brought back by an operator (rule 13).
    Restored,
    /// A skill that an adopted person has joined the catalog (rule 23).
    Imported,
    /// A deleted person logged in (rule 13).
    LoginRefused,
    /// A worker was removed in TaskRouter.
    WorkerRemoved,
}

/// One field, before and after; `null` is *not there*.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Change {
    /// The field's name, as the API has it.
    pub field: String,
    /// What it was.
    pub before: Value,
    /// What it became.
    pub after: Value,
}

/// What is recorded of something: its fields, as the API names them.
pub type Fields = Vec<(&'static str, Value)>;

/// What differs between two states, field by field; none before what is made, none after what is deleted. Both states
/// have the same fields in the same order.
#[must_use]
pub fn differences(before: Option<Fields>, after: Option<Fields>) -> Vec<Change> {
    let names = before.as_ref().or(after.as_ref()).into_iter().flatten().map(|(name, _)| *name).collect::<Vec<_>>();
    let values = |fields: Option<Fields>| match fields {
        Some(fields) => fields.into_iter().map(|(_, value)| value).collect(),
        None => vec![Value::Null; names.len()],
    };
    let changes = names.iter().zip(values(before)).zip(values(after));
    let changes = changes.map(|((field, before), after)| Change { field: (*field).to_owned(), before, after });
    changes.filter(|change| change.before != change.after).collect()
}
