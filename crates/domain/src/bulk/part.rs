//! The parts of a user that a bulk job changes, each with what it was and what it is to be.

use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

use super::Temporary;
use crate::{Identity, Level, Role, SkillName, Status, TeamId, TemporarySkills, User};

/// One part, before and after.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(tag = "part", rename_all = "snake_case")]
pub enum Part {
    /// Of an import: there was no such user before.
    Added {
        /// In the plan only.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        identity: Option<Identity>,
    },
    Role {
        before: Role,
        after: Role,
        /// Whether the role before was given here (rule 25).
        #[serde(default)]
        granted: bool,
    },
    Status {
        before: Status,
        after: Status,
    },
    ActAsAgent {
        before: bool,
        after: bool,
    },
    /// Whether the user is in the team.
    Team {
        team_id: TeamId,
        before: bool,
        after: bool,
    },
    /// Whether the user leads the team.
    Lead {
        team_id: TeamId,
        before: bool,
        after: bool,
    },
    /// An assigned skill; none where it is not assigned.
    Skill {
        skill: SkillName,
        before: Option<Assigned>,
        after: Option<Assigned>,
    },
    /// A temporary skill; none where there is none.
    TemporarySkill {
        skill: SkillName,
        before: Option<Temporary>,
        after: Option<Temporary>,
    },
}

impl Part {
    /// Whether both are of the same field, team or skill.
    #[must_use]
    pub fn is_of_same(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Added { .. }, Self::Added { .. })
            | (Self::Role { .. }, Self::Role { .. })
            | (Self::Status { .. }, Self::Status { .. })
            | (Self::ActAsAgent { .. }, Self::ActAsAgent { .. }) => true,
            (Self::Team { team_id, .. }, Self::Team { team_id: other, .. })
            | (Self::Lead { team_id, .. }, Self::Lead { team_id: other, .. }) => team_id == other,
            (Self::Skill { skill, .. }, Self::Skill { skill: other, .. })
            | (Self::TemporarySkill { skill, .. }, Self::TemporarySkill { skill: other, .. }) => skill == other,
            _ => false,
        }
    }
}

/// How a skill is assigned.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Assigned {
    pub level: Option<Level>,
    /// Disabled on Flex's own pages (rule 24).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub disabled: bool,
}

impl Assigned {
    pub(super) fn of(user: &User, skill: &SkillName) -> Option<Self> {
        let level = *user.managed.assigned_skills.get(skill)?;
        Some(Self { level, disabled: user.taskrouter.disabled_skills.contains(skill) })
    }
}

/// The parts that differ between two states of a user.
#[must_use]
pub fn parts(before: &User, after: &User) -> Vec<Part> {
    let (old, new) = (&before.managed, &after.managed);
    let mut parts = Vec::new();
    if old.role != new.role {
        parts.push(Part::Role { before: old.role, after: new.role, granted: old.role_granted });
    }
    if old.status != new.status {
        parts.push(Part::Status { before: old.status, after: new.status });
    }
    if old.act_as_agent != new.act_as_agent {
        parts.push(Part::ActAsAgent { before: old.act_as_agent, after: new.act_as_agent });
    }
    for &team_id in old.teams.symmetric_difference(&new.teams) {
        let before = old.teams.contains(&team_id);
        parts.push(Part::Team { team_id, before, after: !before });
    }
    for &team_id in old.leads.symmetric_difference(&new.leads) {
        let before = old.leads.contains(&team_id);
        parts.push(Part::Lead { team_id, before, after: !before });
    }
    for skill in old.assigned_skills.keys().chain(new.assigned_skills.keys()).collect::<BTreeSet<_>>() {
        let (before, after) = (Assigned::of(before, skill), Assigned::of(after, skill));
        if before != after {
            parts.push(Part::Skill { skill: skill.clone(), before, after });
        }
    }
    parts.extend(temporary_parts(&old.temporary_skills, &new.temporary_skills));
    parts
}

/// The temporary skills that differ; not in whether they have started.
pub(super) fn temporary_parts(before: &TemporarySkills, after: &TemporarySkills) -> Vec<Part> {
    let names = before.keys().chain(after.keys()).collect::<BTreeSet<_>>();
    let of = |skills: &TemporarySkills, name: &SkillName| skills.get(name).copied().map(Temporary::from);
    let part = |name: &SkillName| {
        let (before, after) = (of(before, name), of(after, name));
        (before != after).then(|| Part::TemporarySkill { skill: name.clone(), before, after })
    };
    names.into_iter().filter_map(part).collect()
}
