//! What a bulk job makes of one user.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

use super::{BulkRefusal, TemporaryEdit};
use crate::{
    Level, Refusal, Role, Skill, SkillName, Status, TeamId, User,
    audit::Action,
    edit::{Edit, assign_skill, may_assign_skills, remove_skill},
    permissions::Caller,
    policy::RoleAuthority,
    skill::Skills,
    status::StatusChange,
    team::Teams,
    temporary_skill::turn_of,
};

/// The most skills that one bulk edit names.
pub const MAX_SKILLS: usize = 40;

/// A part that is none, or empty, stays as it is.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct BulkEdit {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<Role>,
    /// Of an undo, whether the role counts as given here afterwards (rule 25); a role that an edit states does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role_granted: Option<bool>,
    /// Active or deactivated: users are deleted one by one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<Status>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub act_as_agent: Option<bool>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub teams: Option<TeamsEdit>,
    /// Of the teams that the user is in afterwards, those that they lead.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub leads: Option<TeamsEdit>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub skills: Option<SkillsEdit>,
    /// After `skills`, which ends the temporary ones of those that it assigns or removes (rule 36).
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub temporary_skills: BTreeMap<SkillName, TemporaryEdit>,
}

/// The user's other teams stay.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct TeamsEdit {
    pub add: BTreeSet<TeamId>,
    pub remove: BTreeSet<TeamId>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SkillsEdit {
    /// The user's other assigned skills stay.
    Each(BTreeMap<SkillName, SkillEdit>),
    /// All assigned skills after the edit.
    All(Skills),
}

/// What becomes of one assigned skill.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SkillEdit {
    /// Assigned with this level to those who do not have it; those who do keep their level.
    Add(Option<Level>),
    /// This level for those who have it; the others do not get it.
    SetLevel(Level),
    /// Assigned with this level, also to those who have it already.
    Assign(Option<Level>),
    Remove,
}

impl TeamsEdit {
    /// The edit, unless it names no team.
    #[must_use]
    pub fn not_empty(self) -> Option<Self> {
        (self != Self::default()).then_some(self)
    }

    fn of(&self, teams: &BTreeSet<TeamId>) -> BTreeSet<TeamId> {
        teams.union(&self.add).filter(|id| !self.remove.contains(id)).copied().collect()
    }
}

impl BulkEdit {
    /// Whether nothing is to change.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// The teams that a user may join by it.
    #[must_use]
    pub fn joined_teams(&self) -> BTreeSet<TeamId> {
        self.teams.as_ref().map(|teams| teams.add.clone()).unwrap_or_default()
    }

    /// The skills that it names.
    #[must_use]
    pub fn skills(&self) -> BTreeSet<SkillName> {
        let assigned: BTreeSet<SkillName> = match &self.skills {
            Some(SkillsEdit::Each(each)) => each.keys().cloned().collect(),
            Some(SkillsEdit::All(all)) => all.keys().cloned().collect(),
            None => BTreeSet::new(),
        };
        assigned.into_iter().chain(self.temporary_skills.keys().cloned()).collect()
    }

    /// Refuses a temporary skill whose time is over, or none (rule 36).
    pub fn check_periods(&self, now: Timestamp) -> Result<(), Refusal> {
        self.temporary_skills.values().try_for_each(|edit| edit.check(now))
    }

    /// The user with those of the named temporary skills started whose time it is, and without those whose time is over: what
    /// a change comes to that was decided earlier (rule 36).
    #[must_use]
    pub fn at_time(&self, user: &User, now: Timestamp) -> User {
        turn_of(user, now, |name| self.temporary_skills.contains_key(name))
    }

    /// Refuses what is wrong for every user: a skill or team that does not exist, a level out of range, a status that is not set
    /// in bulk. `teams` and `skills` are those of the edit that exist.
    pub fn check(&self, teams: &Teams, skills: &BTreeMap<SkillName, Skill>) -> Result<(), Refusal> {
        if self.status == Some(Status::Deleted) {
            return Err(BulkRefusal::DeletedInBulk.into());
        }
        if self.skills().len() > MAX_SKILLS {
            return Err(Refusal::TooManySkills { count: self.skills().len(), most: MAX_SKILLS });
        }
        if let Some(unknown) = self.joined_teams().iter().find(|id| !teams.contains_key(id)) {
            return Err(Refusal::UnknownTeam(unknown.into()));
        }
        for (name, level) in self.levels() {
            find(skills, &name)?.check(level, None)?;
        }
        Ok(())
    }

    /// The named skills with the levels that they are given, if any.
    fn levels(&self) -> Vec<(SkillName, Option<Level>)> {
        let given = |edit: &SkillEdit| match edit {
            SkillEdit::Add(level) | SkillEdit::Assign(level) => *level,
            SkillEdit::SetLevel(level) => Some(*level),
            SkillEdit::Remove => None,
        };
        let mut levels: Vec<(SkillName, Option<Level>)> = match &self.skills {
            Some(SkillsEdit::Each(each)) => each.iter().map(|(name, edit)| (name.clone(), given(edit))).collect(),
            Some(SkillsEdit::All(all)) => all.iter().map(|(name, level)| (name.clone(), *level)).collect(),
            None => Vec::new(),
        };
        levels.extend(self.temporary_skills.iter().map(|(name, edit)| (name.clone(), edit.level())));
        levels
    }

    /// The user after the whole edit, or why there is none. `teams` are those that the user joins and that exist, and possibly
    /// others; `skills` those of the edit that exist.
    pub fn apply(
        &self,
        user: &User,
        by: &Caller,
        teams: &Teams,
        skills: &BTreeMap<SkillName, Skill>,
        roles: RoleAuthority,
    ) -> Result<User, Refusal> {
        let mut after = user.clone();
        match self.status.filter(|status| *status != user.managed.status) {
            Some(Status::Active) => after = StatusChange::Reactivate.apply(&after, by)?,
            Some(Status::Deactivated) => after = StatusChange::Deactivate.apply(&after, by)?,
            Some(Status::Deleted) => return Err(BulkRefusal::DeletedInBulk.into()),
            None => {}
        }
        if self.role.is_some() || self.teams.is_some() || self.act_as_agent.is_some() || self.leads.is_some() {
            let teams_after = self.teams.as_ref().map(|teams| teams.of(&user.managed.teams));
            let leads = self.leads.as_ref().map(|leads| {
                let led = leads.of(&user.managed.leads);
                led.intersection(teams_after.as_ref().unwrap_or(&user.managed.teams)).copied().collect()
            });
            let edit = Edit { role: self.role, teams: teams_after, act_as_agent: self.act_as_agent, leads };
            after = edit.apply(&after, by, teams.values(), roles)?;
            if let Some(granted) = self.role_granted.filter(|_| after.managed.role != user.managed.role) {
                after.managed.role_granted = granted;
            }
        }
        match &self.skills {
            Some(SkillsEdit::Each(each)) => {
                may_assign_skills(&after, by)?;
                for (name, edit) in each {
                    after = edit.apply(name, &after, by, skills)?;
                }
            }
            Some(SkillsEdit::All(all)) => {
                may_assign_skills(&after, by)?;
                for name in after
                    .managed
                    .skills_in_use()
                    .keys()
                    .filter(|name| !all.contains_key(*name))
                    .cloned()
                    .collect::<Vec<_>>()
                {
                    after = remove_skill(&after, by, &name)?;
                }
                for (name, level) in all {
                    after = SkillEdit::Assign(*level).apply(name, &after, by, skills)?;
                }
            }
            None => {}
        }
        for (name, edit) in &self.temporary_skills {
            may_assign_skills(&after, by)?;
            after = edit.apply(&after, name, user.managed.temporary_skills.get(name), skills)?;
        }
        Ok(after)
    }
}

impl SkillEdit {
    fn apply(
        self,
        name: &SkillName,
        user: &User,
        by: &Caller,
        skills: &BTreeMap<SkillName, Skill>,
    ) -> Result<User, Refusal> {
        let assigned = user.managed.assigned_skills.get(name);
        let assign = |level| assign_skill(user, by, find(skills, name)?, level, None);
        match (self, assigned) {
            // Who has it keeps the level, also that of a temporary one; disabled on Flex's own pages, it is enabled (rule 24).
            (Self::Add(_), Some(&level)) | (Self::Add(level), None) => assign(level).map(|mut after| {
                after.managed.temporary_skills.clone_from(&user.managed.temporary_skills);
                after
            }),
            (Self::Assign(level), _) => assign(level),
            (Self::SetLevel(level), Some(_)) => assign(Some(level)),
            (Self::SetLevel(_), None) => Ok(user.clone()),
            (Self::Remove, _) => remove_skill(user, by, name),
        }
    }
}

pub(super) fn find<'a>(skills: &'a BTreeMap<SkillName, Skill>, name: &SkillName) -> Result<&'a Skill, Refusal> {
    skills.get(name).ok_or_else(|| Refusal::UnknownSkill(name.into()))
}

/// What the history calls a change of many (rule 31).
#[must_use]
pub fn action(before: &User, after: &User) -> Action {
    match (before.managed.status, after.managed.status) {
        (before, after) if before == after => Action::Edited,
        (_, Status::Active) => Action::Reactivated,
        (_, Status::Deactivated | Status::Deleted) => Action::Deactivated,
    }
}
