//! A user's status: deactivating, reactivating, deleting, restoring (rules 2, 3 and 12 to 14).

use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::fmt;

use crate::{
    Refusal, SkillName, TeamId, TemporarySkill, TemporarySkills, User,
    audit::{Action, Record},
    edit::mark_managed,
    next_step::Remark,
    permissions::{Caller, Operation, authorize},
    skill::Skills,
};

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    Active,
    /// Rejected everywhere until reactivated (rules 5 and 12).
    Deactivated,
    /// A tombstone (rule 13).
    Deleted,
}

impl Status {
    /// Every status.
    pub const ALL: [Self; 3] = [Self::Active, Self::Deactivated, Self::Deleted];

    /// The name that the API and the table use.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Deactivated => "deactivated",
            Self::Deleted => "deleted",
        }
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StatusChange {
    /// Ends API access and routing until reactivation (rule 12).
    Deactivate,
    /// Restores role, teams and skills (rule 12).
    Reactivate,
    /// Leaves a tombstone (rule 13).
    Delete,
}

impl StatusChange {
    /// The user after the change. Repeating it changes nothing.
    pub fn apply(self, user: &User, by: &Caller) -> Result<User, Refusal> {
        match self {
            Self::Deactivate => authorize(by, Operation::Deactivate(user))?,
            Self::Reactivate => authorize(by, Operation::Reactivate(user))?,
            Self::Delete => authorize(by, Operation::Delete(user))?,
        }
        let after = match (self, user.managed.status) {
            (Self::Delete, _) => deleted(user),
            (Self::Deactivate | Self::Reactivate, Status::Deleted) => return Err(Refusal::DeletedUser),
            (Self::Deactivate, _) => user.with(|user| user.managed.status = Status::Deactivated),
            (Self::Reactivate, _) => user.with(|user| user.managed.status = Status::Active),
        };
        Ok(mark_managed(user, after))
    }

    /// The action in the audit record.
    #[must_use]
    pub const fn action(self) -> Action {
        match self {
            Self::Deactivate => Action::Deactivated,
            Self::Reactivate => Action::Reactivated,
            Self::Delete => Action::Deleted,
        }
    }

    /// The step that remains to be done by hand, because TaskRouter cannot refuse a login (rules 12 and 13).
    #[must_use]
    pub const fn next_step(self) -> Option<Remark> {
        match self {
            Self::Deactivate => Some(Remark::DEACTIVATED),
            Self::Reactivate => None,
            Self::Delete => Some(Remark::DELETED),
        }
    }
}

/// A tombstone keeps name, e-mail address and role, and gives up teams and skills (rules 13 and 14). The audit record
/// holds what they were, so that an operator can restore the user.
fn deleted(user: &User) -> User {
    user.with(|user| {
        user.managed.status = Status::Deleted;
        user.managed.teams = BTreeSet::new();
        user.managed.end_leads();
        user.managed.assigned_skills = Skills::new();
        user.managed.temporary_skills = TemporarySkills::new();
    })
}

/// The state that a deletion removed, read from the user's history.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct StateBeforeDeletion {
    /// None if the history does not say.
    pub status: Option<Status>,
    pub teams: BTreeSet<TeamId>,
    /// Those of the teams that the user led.
    pub leads: BTreeSet<TeamId>,
    pub assigned_skills: Skills,
    pub temporary_skills: TemporarySkills,
}

impl StateBeforeDeletion {
    /// Takes the user's records, newest first. A deletion that was written in several steps left several records.
    #[must_use]
    pub fn from_history<'a>(records: impl IntoIterator<Item = &'a Record>) -> Self {
        let mut state = Self::default();
        for record in records {
            match record.action {
                Action::Deleted => {}
                // Reports about the worker of a tombstone.
                Action::LoginRefused | Action::WorkerRemoved => continue,
                _ => break,
            }
            for change in &record.changes {
                let before = change.before.clone();
                match change.field.as_str() {
                    "status" => state.status = serde_json::from_value(before).ok(),
                    "teams" => state.teams = serde_json::from_value(before).unwrap_or_default(),
                    "leads" => state.leads = serde_json::from_value(before).unwrap_or_default(),
                    "assigned_skills" => state.assigned_skills = serde_json::from_value(before).unwrap_or_default(),
                    "temporary_skills" => state.temporary_skills = serde_json::from_value(before).unwrap_or_default(),
                    _ => {}
                }
            }
            if state.status.is_some() {
                break;
            }
        }
        state
    }

    /// The restored user: with those of the teams that can be joined and those of the skills that still exist (rule 13).
    /// The schedule starts those of the temporary skills whose time it is, and removes those whose time is over (rule 36).
    pub fn restore(
        &self,
        user: &User,
        can_join: impl Fn(TeamId) -> bool,
        exists: impl Fn(&SkillName) -> bool,
    ) -> Result<User, Refusal> {
        if user.managed.status != Status::Deleted {
            return Err(Refusal::NotDeleted(user.managed.status));
        }
        if user.erased_at.is_some() {
            return Err(Refusal::ErasedUser);
        }
        let skills = self.assigned_skills.iter().filter(|(name, _)| exists(name));
        let temporary = self.temporary_skills.iter().filter(|(name, _)| exists(name));
        let not_started = |(name, temporary): (&SkillName, &TemporarySkill)| {
            (name.clone(), TemporarySkill { active: false, ..*temporary })
        };
        Ok(user.with(|user| {
            user.managed.status = self.status.unwrap_or(Status::Deactivated);
            user.managed.teams = self.teams.iter().copied().filter(|&team| can_join(team)).collect();
            user.managed.leads.clone_from(&self.leads);
            user.managed.end_leads();
            user.managed.assigned_skills = skills.map(|(name, level)| (name.clone(), *level)).collect();
            user.managed.temporary_skills = temporary.map(not_started).collect();
        }))
    }
}

#[cfg(test)]
mod tests;
