//! Deactivating, reactivating, deleting, and an operator's restoring (rules 2, 3 and 12 to 14).

use std::collections::BTreeSet;

use serde::Serialize;

use crate::{
    Provenance, Refusal, Status, TeamId, User,
    audit::{Action, Record},
    permissions::{Caller, Operation, authorize},
    skill::Skills,
};

/// A change of somebody's status.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StatusChange {
    /// Out of the API and of routing until reactivated (rule 12).
    Deactivate,
    /// Back, with role, teams and skills as they were (rule 12).
    Reactivate,
    /// Gone for good; a tombstone stays (rule 13).
    Delete,
}

/// What is left for a human to do, since TaskRouter cannot refuse a login.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct NextStep {
    /// For programs.
    pub code: &'static str,
    /// For the human.
    pub detail: &'static str,
}

impl StatusChange {
    /// The person after it. The same again changes nothing.
    pub fn apply(self, user: &User, by: Caller) -> Result<User, Refusal> {
        match self {
            Self::Deactivate => authorize(by, Operation::Deactivate(user))?,
            Self::Reactivate => authorize(by, Operation::Reactivate(user))?,
            Self::Delete => authorize(by, Operation::Delete(user))?,
        }
        let after = match (self, user.status) {
            (Self::Delete, _) => deleted(user),
            (_, Status::Deleted) => return Err(Refusal::DeletedUser),
            (Self::Deactivate, _) => User { status: Status::Deactivated, ..user.clone() },
            (Self::Reactivate, _) => User { status: Status::Active, ..user.clone() },
        };
        Ok(if after == *user { after } else { User { provenance: Provenance::Managed, ..after } })
    }

    /// What its record says was done.
    #[must_use]
    pub const fn action(self) -> Action {
        match self {
            Self::Deactivate => Action::Deactivated,
            Self::Reactivate => Action::Reactivated,
            Self::Delete => Action::Deleted,
        }
    }

    /// What a human is told to do besides.
    #[must_use]
    pub const fn next_step(self) -> Option<NextStep> {
        match self {
            Self::Deactivate => Some(NextStep {
                code: "end-access-and-billing",
                detail: "TaskRouter cannot refuse a login: to end access and billing in Flex as well, take Flex away from \
                    this person at the identity provider (who comes by single sign-on) or remove them in the Twilio \
                    Console (who comes that way).",
            }),
            Self::Reactivate => None,
            Self::Delete => Some(NextStep {
                code: "remove-login",
                detail: "Remove this person from the identity provider (who came by single sign-on) or from the Twilio \
                    Console (who came that way); until then they can still sign in to Flex. Deactivating is usually the \
                    better choice: it keeps teams and skills, and can be undone.",
            }),
        }
    }
}

/// A tombstone: name, e-mail and role stay, teams and skills are given up (rules 13 and 14). What they were stands in the
/// record, from which an operator can restore it.
fn deleted(user: &User) -> User {
    User { status: Status::Deleted, teams: BTreeSet::new(), assigned_skills: Skills::new(), ..user.clone() }
}

/// What somebody was before they were deleted, as their history says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct StateBeforeDeletion {
    /// Active or deactivated.
    pub status: Option<Status>,
    /// Their teams.
    pub teams: BTreeSet<TeamId>,
    /// Their assigned skills.
    pub assigned_skills: Skills,
}

impl StateBeforeDeletion {
    /// As these records, newest first, say. A deletion that was written in several steps left several records.
    #[must_use]
    pub fn of<'a>(records: impl IntoIterator<Item = &'a Record>) -> Self {
        let mut former = Self::default();
        for record in records {
            match record.action {
                Action::Deleted => {}
                // What is heard of a tombstone.
                Action::LoginRefused | Action::WorkerRemoved => continue,
                _ => break,
            }
            for change in &record.changes {
                let before = change.before.clone();
                match change.field.as_str() {
                    "status" => former.status = serde_json::from_value(before).ok(),
                    "teams" => former.teams = serde_json::from_value(before).unwrap_or_default(),
                    "assigned_skills" => former.assigned_skills = serde_json::from_value(before).unwrap_or_default(),
                    _ => {}
                }
            }
            if former.status.is_some() {
                break;
            }
        }
        former
    }
}

/// The person whom an operator brings back, as they were: those of their teams and skills that are there still.
pub fn restored(
    user: &User,
    former: &StateBeforeDeletion,
    joins: impl Fn(TeamId) -> bool,
    exists: impl Fn(&str) -> bool,
) -> Result<User, Refusal> {
    if user.status != Status::Deleted {
        return Err(Refusal::NotDeleted(user.status));
    }
    let skills = former.assigned_skills.iter().filter(|(name, _)| exists(name.as_str()));
    Ok(User {
        status: former.status.unwrap_or(Status::Deactivated),
        teams: former.teams.iter().copied().filter(|team| joins(*team)).collect(),
        assigned_skills: skills.map(|(name, level)| (name.clone(), *level)).collect(),
        ..user.clone()
    })
}

#[cfg(test)]
mod tests;
