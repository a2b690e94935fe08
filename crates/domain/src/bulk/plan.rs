//! The plan of a bulk job: what it would make of each user, shown before anything changes.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::{BulkEdit, BulkRefusal, Groups, Part};
use crate::{
    Refusal, Time, User, UserId,
    effective::effective_skills,
    import::{Column, FileFacts},
    provisioning::ProvisionedUser,
    team::Teams,
};

/// What a job makes of one user, or has made of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    Changed,
    Unchanged,
    Refused,
}

impl Outcome {
    /// In the order in which a reader wants to see them.
    pub const ALL: [Self; 3] = [Self::Refused, Self::Changed, Self::Unchanged];

    /// The name that the API uses.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Changed => "changed",
            Self::Unchanged => "unchanged",
            Self::Refused => "refused",
        }
    }
}

/// Why a user is not changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RefusedBecause {
    /// The code of the refusal.
    pub code: String,
    /// A sentence for the caller.
    pub detail: String,
    /// Of an import, the column that it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub column: Option<String>,
}

impl From<&Refusal> for RefusedBecause {
    fn from(refusal: &Refusal) -> Self {
        Self { code: refusal.code().to_owned(), detail: refusal.to_string(), column: None }
    }
}

/// What is decided about one user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Decision {
    /// These parts change; at least one.
    Change(Vec<Part>),
    Unchanged,
    Refused(Refusal),
}

impl Decision {
    /// By the user after the change, or why there is none.
    #[must_use]
    pub fn of(before: &User, after: Result<&User, Refusal>) -> Self {
        match after {
            Err(refusal) => Self::Refused(refusal),
            Ok(after) => match super::parts(before, after) {
                parts if parts.is_empty() => Self::Unchanged,
                parts => Self::Change(parts),
            },
        }
    }

    /// Of a user who is added: with all that they have beyond an agent of whom nothing is known.
    #[must_use]
    pub fn of_added(user: &User) -> Self {
        let nobody = User::new(user.user_id, user.identity.clone(), *user.created_at);
        let added = Part::Added { identity: Some(user.identity.clone()) };
        Self::Change([added].into_iter().chain(super::parts(&nobody, user)).collect())
    }

    #[must_use]
    pub const fn outcome(&self) -> Outcome {
        match self {
            Self::Change(_) => Outcome::Changed,
            Self::Unchanged => Outcome::Unchanged,
            Self::Refused(_) => Outcome::Refused,
        }
    }
}

/// A line of the plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlannedUser {
    /// None of a row of a file that names nobody.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user_id: Option<UserId>,
    /// None of an id that no user has.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    pub outcome: Outcome,
    /// The parts that would change.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub changes: Vec<Part>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refusal: Option<RefusedBecause>,
    /// Parts that have changed since what is undone, and stay as they are unless the undo says otherwise.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub changed_since: Vec<Part>,
    /// What is made of this user, if it is not the same for all of the job.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub edit: Option<BulkEdit>,
    /// The user who is added, under this id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub adds: Option<ProvisionedUser>,
    /// Of an import, the row of the file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub row: Option<u64>,
}

impl PlannedUser {
    #[must_use]
    pub fn new(user_id: Option<UserId>, name: Option<&str>, decision: Decision) -> Self {
        let outcome = decision.outcome();
        let (changes, refusal) = match decision {
            Decision::Change(parts) => (parts, None),
            Decision::Unchanged => (Vec::new(), None),
            Decision::Refused(refusal) => (Vec::new(), Some((&refusal).into())),
        };
        let name = name.map(str::to_owned);
        Self { user_id, name, outcome, changes, refusal, changed_since: Vec::new(), edit: None, adds: None, row: None }
    }
}

/// What applying the plan has made of one user.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AppliedUser {
    pub user_id: UserId,
    /// Of an import, the row of the file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub row: Option<u64>,
    pub outcome: Outcome,
    /// The parts that were changed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub changes: Vec<Part>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refusal: Option<RefusedBecause>,
}

impl AppliedUser {
    #[must_use]
    pub fn new(user_id: UserId, row: Option<u64>, decision: Decision) -> Self {
        let column = match &decision {
            Decision::Refused(refusal) if row.is_some() => Column::of_refusal(refusal),
            _ => None,
        };
        let PlannedUser { outcome, mut changes, mut refusal, .. } = PlannedUser::new(Some(user_id), None, decision);
        for part in &mut changes {
            // A result stays for a month, where no erasure looks (rule 31): it names users by their ids.
            if let Part::Added { identity } = part {
                *identity = None;
            }
        }
        if let Some(refusal) = &mut refusal {
            refusal.column = column.map(|column| column.name().to_owned());
        }
        Self { user_id, row, outcome, changes, refusal }
    }
}

/// How many users have come to which outcome.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Tally {
    pub changed: u64,
    pub unchanged: u64,
    pub refused: u64,
}

impl Tally {
    pub const fn add(&mut self, outcome: Outcome) {
        match outcome {
            Outcome::Changed => self.changed += 1,
            Outcome::Unchanged => self.unchanged += 1,
            Outcome::Refused => self.refused += 1,
        }
    }

    #[must_use]
    pub const fn users(self) -> u64 {
        self.changed + self.unchanged + self.refused
    }
}

/// A finished plan, without its lines.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Plan {
    /// Of everything in it: what is applied is what was shown.
    pub hash: String,
    pub planned_at: Time,
    pub tally: Tally,
    /// How many users it would deactivate, demote or strip of all skills.
    pub drastic: u64,
    /// Whether that is so many that it is applied only if the number is repeated.
    pub must_confirm: bool,
    /// The codes of what is to be said of the changes: what they do not do (rules 11, 12 and 25).
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub remarks: BTreeSet<String>,
    /// What is alike in it; nothing in plans of earlier versions.
    #[serde(default)]
    pub groups: Groups,
    /// Where its lines are stored: the beginning of their files' keys.
    pub files: String,
    /// Of an import, what was found out about the file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub imported: Option<FileFacts>,
}

/// From how many drastic changes on a job asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BulkBrake {
    /// So many users are changed without asking,
    pub users: u64,
    /// and no more than these of a hundred active ones.
    pub percent: u64,
}

impl BulkBrake {
    /// How many active users there must be for so many drastic changes to need no question; none if there cannot be enough.
    #[must_use]
    pub const fn active_needed(self, drastic: u64) -> Option<u64> {
        if drastic == 0 {
            Some(0)
        } else if drastic > self.users || self.percent == 0 {
            None
        } else {
            Some((drastic * 100).div_ceil(self.percent))
        }
    }
}

/// Whether the change deactivates the user, lowers the role, or leaves no skill to be routed by to one who has some: because
/// they are taken away, or because Act as Agent is (rule 11).
#[must_use]
pub fn is_drastic(before: &User, after: &User, teams: &Teams) -> bool {
    let has_skills = |user: &User| effective_skills(user, teams.values()).iter().any(|skill| !skill.disabled);
    before.is_active() && !after.is_active()
        || after.managed.role < before.managed.role
        || has_skills(before) && !has_skills(after)
}

/// What becomes of a planned change on the user as they are now: nothing is written that the plan did not show.
#[must_use]
pub fn reconsider(planned: &[Part], now: Decision) -> Decision {
    match now {
        Decision::Change(parts) if parts.iter().any(|part| !planned.contains(part)) => {
            Decision::Refused(BulkRefusal::ChangedSincePlan.into())
        }
        decided => decided,
    }
}
