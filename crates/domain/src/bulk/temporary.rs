//! What a bulk job makes of temporary skills (rule 36).

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

use crate::{
    Level, Refusal, Skill, SkillName, TemporarySkill, Time, User,
    edit::mark_managed,
    temporary_skill::{MAX_TEMPORARY_SKILLS, Period, TemporaryRefusal},
};

/// What becomes of the temporary skill of one name, after the assigned ones have been changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TemporaryEdit {
    /// This one, instead of an earlier one.
    Assign {
        #[serde(flatten)]
        skill: Temporary,
        /// Whether one that has started goes on since it did: the request states no `from`.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        keeps_start: bool,
    },
    End,
}

/// A temporary skill, whether or not it has started.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Temporary {
    pub level: Option<Level>,
    pub from: Time,
    pub until: Time,
}

impl From<TemporarySkill> for Temporary {
    fn from(TemporarySkill { level, from, until, active: _ }: TemporarySkill) -> Self {
        Self { level, from, until }
    }
}

impl Temporary {
    pub(super) fn of(user: &User, skill: &SkillName) -> Option<Self> {
        user.managed.temporary_skills.get(skill).copied().map(Self::from)
    }
}

impl TemporaryEdit {
    /// As a request states it at this time.
    #[must_use]
    pub fn of_request(level: Option<Level>, period: Period, now: Timestamp) -> Self {
        let from = period.from.unwrap_or_else(|| now.into());
        Self::Assign { skill: Temporary { level, from, until: period.until }, keeps_start: period.from.is_none() }
    }

    /// The level that it gives.
    pub(super) fn level(self) -> Option<Level> {
        match self {
            Self::Assign { skill, .. } => skill.level,
            Self::End => None,
        }
    }

    pub(super) fn check(self, now: Timestamp) -> Result<(), Refusal> {
        match self {
            Self::Assign { skill: Temporary { from, until, .. }, .. } => Period { from: Some(from), until }.check(now),
            Self::End => Ok(()),
        }
    }

    /// The user after it. What is assigned counts as started if the one that was there `before` the whole edit has, and begins
    /// no later; otherwise the caller, which knows the time, starts it.
    pub(super) fn apply(
        self,
        user: &User,
        name: &SkillName,
        before: Option<&TemporarySkill>,
        skills: &BTreeMap<SkillName, Skill>,
    ) -> Result<User, Refusal> {
        let all = &user.managed.temporary_skills;
        let after = match self {
            Self::End => user.with(|after| {
                after.managed.temporary_skills.remove(name);
            }),
            Self::Assign { skill: Temporary { level, from, until }, keeps_start } => {
                if before.is_none_or(|before| before.level != level) {
                    super::edit::find(skills, name)?.check(level, None)?;
                }
                if !all.contains_key(name) && all.len() >= MAX_TEMPORARY_SKILLS {
                    return Err(TemporaryRefusal::TooManyTemporarySkills.into());
                }
                let running = before.filter(|before| before.active);
                let from = running.filter(|_| keeps_start).map_or(from, |running| running.from);
                let active = running.is_some_and(|running| from <= running.from);
                let temporary = TemporarySkill { level, from, until, active };
                user.with(|after| {
                    after.managed.temporary_skills.insert(name.clone(), temporary);
                    // Assigned again, which enables it (rule 24); an undo assigns nothing.
                    if active && keeps_start {
                        after.taskrouter.disabled_skills.remove(name);
                    }
                })
            }
        };
        Ok(mark_managed(user, after))
    }
}
