//! What a bulk job makes of one user.

use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

use crate::{
    Level, Refusal, Role, Skill, SkillName, Status, TeamId, User,
    audit::Action,
    edit::{Edit, assign_skill, may_assign_skills, remove_skill},
    permissions::Caller,
    policy::RoleAuthority,
    skill::Skills,
    status::StatusChange,
    team::Teams,
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
        match &self.skills {
            Some(SkillsEdit::Each(each)) => each.keys().cloned().collect(),
            Some(SkillsEdit::All(all)) => all.keys().cloned().collect(),
            None => BTreeSet::new(),
        }
    }

    /// Refuses what is wrong for every user: a skill or team that does not exist, a level out of range, a status that is not set
    /// in bulk. `teams` and `skills` are those of the edit that exist.
    pub fn check(&self, teams: &Teams, skills: &BTreeMap<SkillName, Skill>) -> Result<(), Refusal> {
        if self.status == Some(Status::Deleted) {
            return Err(Refusal::DeletedInBulk);
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
        match &self.skills {
            Some(SkillsEdit::Each(each)) => each.iter().map(|(name, edit)| (name.clone(), given(edit))).collect(),
            Some(SkillsEdit::All(all)) => all.iter().map(|(name, level)| (name.clone(), *level)).collect(),
            None => Vec::new(),
        }
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
            Some(Status::Deleted) => return Err(Refusal::DeletedInBulk),
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
                    .assigned_skills
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
            // Who has it keeps the level; disabled on Flex's own pages, it is enabled (rule 24).
            (Self::Add(_), Some(&level)) | (Self::Add(level), None) | (Self::Assign(level), _) => assign(level),
            (Self::SetLevel(level), Some(_)) => assign(Some(level)),
            (Self::SetLevel(_) | Self::Remove, None) => Ok(user.clone()),
            (Self::Remove, Some(_)) => remove_skill(user, by, name),
        }
    }
}

fn find<'a>(skills: &'a BTreeMap<SkillName, Skill>, name: &SkillName) -> Result<&'a Skill, Refusal> {
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
