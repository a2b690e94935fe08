//! Audit records (rule 31). Nothing changes or removes one, but for an operator's erasure, which replaces personal values.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

use crate::{PresetId, Role, SkillName, SkillSetName, TeamId, Time, UserId};

/// One change to one user, team, skill, skill set or skill preset.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Record {
    /// UUID v7, so that records sort by time.
    pub record_id: Uuid,
    pub at: Time,
    pub actor: Actor,
    pub source: Source,
    /// The id of the request, callback or job.
    pub request_id: String,
    pub action: Action,
    /// Only the fields that changed.
    pub changes: Vec<Change>,
    /// Who wrote in TaskRouter what is reverted, where its events say so (rule 24).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub author: Option<Author>,
}

/// The author of a change in TaskRouter, in Twilio's words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Author {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub actor_sid: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
}

/// The entity of a history.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Subject<'a> {
    User(UserId),
    Team(TeamId),
    SkillSet(&'a SkillSetName),
    Skill(&'a SkillName),
    Preset(PresetId),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Actor {
    User {
        user_id: UserId,
        /// The role at the time of the change.
        role: Role,
    },
    /// A login, or a change made in another tool.
    Taskrouter,
    /// An operator with access to AWS.
    Operator,
    /// The directory itself, at a time that was decided earlier.
    System,
}

/// The path by which a change came in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Source {
    Api,
    /// A TaskRouter callback.
    Webhook,
    /// A bulk job.
    Bulk,
    /// The comparison with the worker in TaskRouter.
    Sync,
    /// The scheduled reconciliation.
    Reconcile,
    /// The minute schedule of temporary skills.
    Schedule,
    /// An operator's command, outside the API.
    Operator,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// Seen for the first time and adopted unchanged (rule 23).
    Adopted,
    /// A login, or a change made in another tool, reported something new.
    Login,
    /// A team, a skill, a preset, or a user before their first login.
    Created,
    Edited,
    /// Rule 12.
    Deactivated,
    /// Rule 12.
    Reactivated,
    /// Rule 13, and rule 21.
    Deleted,
    /// Rule 13.
    Restored,
    /// What a bulk job, or an earlier change, had made of the user was taken back.
    Undone,
    /// Temporary skills have started at their time (rule 36).
    TemporarySkillsStarted,
    /// Temporary skills have ended at their time (rule 36).
    TemporarySkillsEnded,
    /// An operator has erased the personal data of a deleted user, in the earlier records too.
    Erased,
    /// A skill of an adopted user joined the catalog (rule 23).
    Imported,
    /// A deleted user logged in (rule 13).
    LoginRefused,
    /// An admin has adopted what others had changed in TaskRouter (rule 24).
    DriftAdopted,
    /// The worker was deleted in TaskRouter (rule 28).
    WorkerRemoved,
    /// Another writer changed in TaskRouter what the directory owns; it is reverted (rules 12 and 24). The fields are those
    /// of the worker.
    Drift,
}

/// One field before and after. `null` means that it was not set.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Change {
    /// As the API names it.
    pub field: String,
    pub before: Value,
    pub after: Value,
}

/// The recorded fields of an entity, as the API names them.
pub type Fields = Vec<(&'static str, Value)>;

/// The fields that differ between two states. There is no state before a creation, and none after a deletion. Both states
/// list the same fields in the same order.
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
