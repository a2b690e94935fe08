//! Temporary skills: an overlay of the assigned ones, from one time until another (rule 36). The assigned skills stay
//! underneath, untouched, so that they are in effect again when a temporary one ends.

use jiff::{Timestamp, ToSpan};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use thiserror::Error;

use crate::{
    Level, Quoted, Refusal, RefusalKind, Skill, SkillName, Time, User,
    audit::Action,
    edit::{mark_managed, may_assign_skills},
    permissions::Caller,
    skill::Skills,
    user::Managed,
};

/// The most temporary skills that one user has, those that have not started included.
pub const MAX_TEMPORARY_SKILLS: usize = 20;

/// How far ahead a temporary skill ends at most, in hours: 366 days.
const LONGEST_HOURS: i64 = 366 * 24;

/// The temporary skills of a user: at most one of each skill.
pub type TemporarySkills = BTreeMap<SkillName, TemporarySkill>;

/// A skill that a user has for a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct TemporarySkill {
    /// None as of an assigned skill without a level (rule 16).
    pub level: Option<Level>,
    pub from: Time,
    pub until: Time,
    /// Whether it has started. The schedule sets it, so that everything that reads the user agrees on it.
    pub active: bool,
}

/// Why a skill is not assigned for a time, or does not end, worded for the user who made the request.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum TemporaryRefusal {
    /// Rule 36: a permanent assignment begins when it is made.
    #[error("from is stated without until. Add until, when the skill ends, or leave out from: it is permanent then.")]
    FromWithoutUntil,
    /// Rule 36.
    #[error("until ({until}) is not later than from ({from}). A temporary skill ends after it has started.")]
    UntilBeforeFrom { from: Time, until: Time },
    /// Rule 36.
    #[error("until ({until}) is past: it is {now}. State a later time, or end the skill now by DELETE …/temporary.")]
    UntilIsPast { until: Time, now: Time },
    /// Rule 36.
    #[error(
        "until ({until}) is too far ahead: at most 366 days, {latest}. Assign the skill without until if it is to stay."
    )]
    UntilTooFar { until: Time, latest: Time },
    /// Rule 36.
    #[error(
        "The user has {most} temporary skills already, the most there are. End one of them first.",
        most = MAX_TEMPORARY_SKILLS
    )]
    TooManyTemporarySkills,
    /// Rule 36; the skill.
    #[error("The user has no temporary skill {0}: it has ended, or was never assigned for a time.")]
    NoTemporarySkill(Quoted),
}

impl TemporaryRefusal {
    /// The stable name of this refusal, for programs.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::FromWithoutUntil
            | Self::UntilBeforeFrom { .. }
            | Self::UntilIsPast { .. }
            | Self::UntilTooFar { .. } => "invalid-period",
            Self::TooManyTemporarySkills => "too-many-temporary-skills",
            Self::NoTemporarySkill(_) => "no-temporary-skill",
        }
    }

    #[must_use]
    pub const fn kind(&self) -> RefusalKind {
        match self {
            Self::FromWithoutUntil
            | Self::UntilBeforeFrom { .. }
            | Self::UntilIsPast { .. }
            | Self::UntilTooFar { .. } => RefusalKind::Invalid,
            Self::TooManyTemporarySkills => RefusalKind::Conflict,
            Self::NoTemporarySkill(_) => RefusalKind::NotFound,
        }
    }
}

impl TemporarySkill {
    /// When it starts or ends, whichever is next.
    #[must_use]
    pub const fn next_turn(&self) -> Time {
        if self.active { self.until } else { self.from }
    }
}

/// The time of a temporary skill, as a request states it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Period {
    /// None: from now on, or since it started.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<Time>,
    pub until: Time,
}

impl Period {
    /// None of a permanent assignment, which states neither time.
    pub fn parse(from: Option<&str>, until: Option<&str>) -> Result<Option<Self>, Refusal> {
        let from = from.map(Time::parse).transpose()?;
        match (from, until) {
            (Some(_), None) => Err(TemporaryRefusal::FromWithoutUntil.into()),
            (None, None) => Ok(None),
            (from, Some(until)) => Ok(Some(Self { from, until: Time::parse(until)? })),
        }
    }

    /// Refuses a time that is over, or none, or too far ahead.
    pub fn check(&self, now: Timestamp) -> Result<(), Refusal> {
        let now = Time::from(now);
        let latest = now.checked_add(LONGEST_HOURS.hours()).map_or(now, Time::from);
        if let Some(from) = self.from.filter(|from| self.until <= *from) {
            return Err(TemporaryRefusal::UntilBeforeFrom { from, until: self.until }.into());
        }
        if self.until <= now {
            return Err(TemporaryRefusal::UntilIsPast { until: self.until, now }.into());
        }
        if self.until > latest {
            return Err(TemporaryRefusal::UntilTooFar { until: self.until, latest }.into());
        }
        Ok(())
    }
}

impl Managed {
    /// The assigned skills with those temporary ones that have started in their place.
    #[must_use]
    pub fn assigned_now(&self) -> Skills {
        self.overlaid(|temporary| temporary.active)
    }

    /// The assigned skills with these of the temporary ones in their place.
    fn overlaid(&self, counts: impl Fn(&TemporarySkill) -> bool) -> Skills {
        let mut skills = self.assigned_skills.clone();
        let counted = self.temporary_skills.iter().filter(|(_, temporary)| counts(temporary));
        skills.extend(counted.map(|(name, temporary)| (name.clone(), temporary.level)));
        skills
    }

    /// The skills that the user has or will have: they are in use (rule 21). With the level of those that are assigned.
    #[must_use]
    pub fn skills_in_use(&self) -> Skills {
        let mut skills = self.temporary_skills.keys().map(|name| (name.clone(), None)).collect::<Skills>();
        skills.extend(self.assigned_skills.clone());
        skills
    }

    /// When the schedule is to look at the user next; none without temporary skills.
    #[must_use]
    pub fn next_turn(&self) -> Option<Time> {
        self.temporary_skills.values().map(TemporarySkill::next_turn).min()
    }
}

impl User {
    /// As if every temporary skill had started, with what they are assigned then.
    #[must_use]
    pub fn as_if_all_started(&self) -> Self {
        self.with(|user| {
            user.managed.assigned_skills = user.managed.overlaid(|_| true);
            // Each is enabled when it starts (rule 24).
            user.taskrouter.disabled_skills.retain(|name| !user.managed.temporary_skills.contains_key(name));
            user.managed.temporary_skills.clear();
        })
    }

    /// As when every temporary skill has ended.
    #[must_use]
    pub fn as_if_all_ended(&self) -> Self {
        self.with(|user| user.managed.temporary_skills.clear())
    }
}

/// The user with this skill for a time, instead of an earlier temporary one of the same skill, which keeps the time when it has
/// started, or will, unless the period states another one (rules 15, 16, 19 and 36).
pub fn assign_temporarily(
    user: &User,
    by: &Caller,
    skill: &Skill,
    level: Option<Level>,
    skill_set: Option<&str>,
    (period, now): (Period, Timestamp),
) -> Result<User, Refusal> {
    may_assign_skills(user, by)?;
    skill.check(level, skill_set)?;
    let skills = &user.managed.temporary_skills;
    let existing = skills.get(&skill.name);
    let from = period.from.or(existing.map(|existing| existing.from));
    Period { from, ..period }.check(now)?;
    if existing.is_none() && skills.len() >= MAX_TEMPORARY_SKILLS {
        return Err(TemporaryRefusal::TooManyTemporarySkills.into());
    }
    let now = Time::from(now);
    let from = from.unwrap_or(now);
    let temporary = TemporarySkill { level, from, until: period.until, active: from <= now };
    let after = user.with(|after| {
        after.managed.temporary_skills.insert(skill.name.clone(), temporary);
        if temporary.active {
            after.taskrouter.disabled_skills.remove(&skill.name);
        }
    });
    Ok(mark_managed(user, after))
}

/// The user without this temporary skill, whether or not it has started: what was there before is in effect.
pub fn end_temporary_skill(user: &User, by: &Caller, skill: &SkillName) -> Result<User, Refusal> {
    may_assign_skills(user, by)?;
    if !user.managed.temporary_skills.contains_key(skill) {
        return Err(TemporaryRefusal::NoTemporarySkill(skill.into()).into());
    }
    Ok(user.with(|after| {
        after.managed.temporary_skills.remove(skill);
    }))
}

/// The user with those of these skills started whose time it is, and without those whose time is over.
pub(crate) fn turn_of(user: &User, now: Timestamp, is_among: impl Fn(&SkillName) -> bool) -> User {
    let now = Time::from(now);
    user.with(|user| {
        let disabled = &mut user.taskrouter.disabled_skills;
        user.managed.temporary_skills.retain(|name, temporary| {
            let is_over = temporary.until <= now;
            if is_among(name) && !is_over && !temporary.active && temporary.from <= now {
                temporary.active = true;
                // Assigned again, which enables it (rule 24).
                disabled.remove(name);
            }
            !is_over || !is_among(name)
        });
    })
}

/// What is due at this time: first what ends, together, then what starts, together; none if nothing is. A temporary skill
/// whose whole time has passed ends without having started.
#[must_use]
pub fn turn(user: &User, now: Timestamp) -> Option<(User, Action)> {
    let now = Time::from(now);
    let skills = &user.managed.temporary_skills;
    if skills.values().any(|temporary| temporary.until <= now) {
        let after = user.with(|after| after.managed.temporary_skills.retain(|_, temporary| temporary.until > now));
        return Some((after, Action::TemporarySkillsEnded));
    }
    let starts = |temporary: &TemporarySkill| !temporary.active && temporary.from <= now;
    let after = user.with(|after| {
        for (name, temporary) in after.managed.temporary_skills.iter_mut().filter(|(_, temporary)| starts(temporary)) {
            temporary.active = true;
            // Assigned again, which enables it (rule 24).
            after.taskrouter.disabled_skills.remove(name);
        }
    });
    skills.values().any(starts).then_some((after, Action::TemporarySkillsStarted))
}

#[cfg(test)]
mod tests;
