//! Taking back what a bulk job, or one change of a history, has made of a user.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

use super::{
    Assigned, BulkEdit, BulkRefusal, Part, SkillEdit, SkillsEdit, TeamsEdit, Temporary, TemporaryEdit,
    part::temporary_parts,
};
use crate::{Record, Refusal, Role, SkillName, Status, TeamId, User, audit::Action, skill::Skills};

/// What becomes of a part that has changed again since.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum IfChanged {
    /// It stays as it is now.
    #[default]
    Keep,
    /// It becomes what it was before, nevertheless.
    Revert,
}

/// How one user goes back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Undo {
    pub edit: BulkEdit,
    /// The parts that have changed since, each from what it was made to what it is now.
    pub changed_since: Vec<Part>,
}

/// How the user, as they are now, goes back to before these parts were changed.
#[must_use]
pub fn undo(parts: &[Part], user: &User, if_changed: IfChanged) -> Undo {
    let mut edit = BulkEdit::default();
    let mut changed_since = Vec::new();
    let (mut teams, mut leads, mut skills) = (TeamsEdit::default(), TeamsEdit::default(), BTreeMap::new());
    for part in parts {
        let now = part.now(user);
        if now.is_before() {
            continue;
        }
        if !now.is_after() {
            changed_since.push(now.changed.clone());
            if if_changed == IfChanged::Keep {
                continue;
            }
        }
        match part {
            // It is refused: deletions have no undo.
            Part::Added { .. } => {}
            Part::Role { before, granted, .. } => (edit.role, edit.role_granted) = (Some(*before), Some(*granted)),
            Part::Status { before, .. } => edit.status = Some(*before),
            Part::ActAsAgent { before, .. } => edit.act_as_agent = Some(*before),
            Part::Team { team_id, before, .. } => teams.set(*team_id, *before),
            Part::Lead { team_id, before, .. } => leads.set(*team_id, *before),
            Part::Skill { skill, before, .. } => {
                let back = before.map_or(SkillEdit::Remove, |Assigned { level, .. }| SkillEdit::Assign(level));
                skills.insert(skill.clone(), back);
            }
            Part::TemporarySkill { skill, before, .. } => {
                let back = before.map_or(TemporaryEdit::End, given_back);
                edit.temporary_skills.insert(skill.clone(), back);
            }
        }
    }
    // Stated, because an agent who gets another role would act as agent otherwise (rule 11).
    if edit.role.is_some_and(|role| role != Role::Agent) && edit.act_as_agent.is_none() {
        edit.act_as_agent = Some(user.managed.act_as_agent);
    }
    // Assigning and removing a skill ends a temporary one, which is another part, and stays.
    for name in skills.keys() {
        if let Some(now) = Temporary::of(user, name) {
            edit.temporary_skills.entry(name.clone()).or_insert(given_back(now));
        }
    }
    (edit.teams, edit.leads) = (teams.not_empty(), leads.not_empty());
    edit.skills = (!skills.is_empty()).then_some(SkillsEdit::Each(skills));
    Undo { edit, changed_since }
}

const fn given_back(skill: Temporary) -> TemporaryEdit {
    TemporaryEdit::Assign { skill, keeps_start: false }
}

impl TeamsEdit {
    /// Whether the user is to be in the team, or to lead it.
    fn set(&mut self, team_id: TeamId, to: bool) {
        if to { &mut self.add } else { &mut self.remove }.insert(team_id);
    }
}

/// A part, compared with the user as they are now.
struct Now<'a> {
    part: &'a Part,
    /// From what it was made to what it is now.
    changed: Part,
}

impl Part {
    fn now(&self, user: &User) -> Now<'_> {
        let managed = &user.managed;
        let changed = match self {
            Self::Added { .. } => self.clone(),
            Self::Role { after, granted, .. } => Self::Role { before: *after, after: managed.role, granted: *granted },
            Self::Status { after, .. } => Self::Status { before: *after, after: managed.status },
            Self::ActAsAgent { after, .. } => Self::ActAsAgent { before: *after, after: managed.act_as_agent },
            Self::Team { team_id, after, .. } => {
                Self::Team { team_id: *team_id, before: *after, after: managed.teams.contains(team_id) }
            }
            Self::Lead { team_id, after, .. } => {
                Self::Lead { team_id: *team_id, before: *after, after: managed.leads.contains(team_id) }
            }
            Self::Skill { skill, after, .. } => {
                Self::Skill { skill: skill.clone(), before: *after, after: Assigned::of(user, skill) }
            }
            Self::TemporarySkill { skill, after, .. } => {
                Self::TemporarySkill { skill: skill.clone(), before: *after, after: Temporary::of(user, skill) }
            }
        };
        Now { part: self, changed }
    }
}

impl Now<'_> {
    /// Whether it is what it was made.
    fn is_after(&self) -> bool {
        match &self.changed {
            Part::Added { .. } => true,
            Part::Role { before, after, .. } => before == after,
            Part::Status { before, after } => before == after,
            Part::ActAsAgent { before, after }
            | Part::Team { before, after, .. }
            | Part::Lead { before, after, .. } => before == after,
            Part::Skill { before, after, .. } => before == after,
            Part::TemporarySkill { before, after, .. } => before == after,
        }
    }

    /// Whether it is what it was before.
    fn is_before(&self) -> bool {
        match (self.part, &self.changed) {
            (Part::Role { before, .. }, Part::Role { after: now, .. }) => before == now,
            (Part::Status { before, .. }, Part::Status { after: now, .. }) => before == now,
            (Part::ActAsAgent { before, .. }, Part::ActAsAgent { after: now, .. })
            | (Part::Team { before, .. }, Part::Team { after: now, .. })
            | (Part::Lead { before, .. }, Part::Lead { after: now, .. }) => before == now,
            (Part::Skill { before, .. }, Part::Skill { after: now, .. }) => before == now,
            (Part::TemporarySkill { before, .. }, Part::TemporarySkill { after: now, .. }) => before == now,
            _ => false,
        }
    }
}

impl Part {
    /// The parts that a record of a user's history says were changed; refused of a deletion, and of a record of anything else
    /// than what the directory decides.
    pub fn of_record(record: &Record) -> Result<Vec<Self>, Refusal> {
        let mut parts = Vec::new();
        for change in &record.changes {
            let (before, after) = (&change.before, &change.after);
            match change.field.as_str() {
                // A record does not tell whether the role before was given here: the token caps it then (rule 25).
                "role" => parts.extend(both(before, after).map(|(before, after)| Self::Role {
                    before,
                    after,
                    granted: false,
                })),
                "status" => parts.extend(both(before, after).map(|(before, after)| Self::Status { before, after })),
                "act_as_agent" => {
                    parts.extend(both(before, after).map(|(before, after)| Self::ActAsAgent { before, after }));
                }
                "teams" => parts.extend(both(before, after).into_iter().flat_map(|(before, after)| {
                    let part = |(team_id, before)| Self::Team { team_id, before, after: !before };
                    differing(&before, &after).into_iter().map(part).collect::<Vec<_>>()
                })),
                "leads" => parts.extend(both(before, after).into_iter().flat_map(|(before, after)| {
                    let part = |(team_id, before)| Self::Lead { team_id, before, after: !before };
                    differing(&before, &after).into_iter().map(part).collect::<Vec<_>>()
                })),
                "assigned_skills" => {
                    parts.extend(both(before, after).into_iter().flat_map(|(before, after)| skills(&before, &after)));
                }
                // What has ended at its time is over.
                "temporary_skills" if record.action != Action::TemporarySkillsEnded => {
                    let both = both(before, after).into_iter();
                    parts.extend(both.flat_map(|(before, after)| temporary_parts(&before, &after)));
                }
                _ => {}
            }
        }
        let deletes = |part: &Self| {
            matches!(part, Self::Status { before: Status::Deleted, .. } | Self::Status { after: Status::Deleted, .. })
        };
        if parts.is_empty() || parts.iter().any(deletes) { Err(BulkRefusal::NothingToUndo.into()) } else { Ok(parts) }
    }

    /// Whether the record says that this part was changed: of a skill also that it was enabled or disabled.
    #[must_use]
    pub fn is_told_by(&self, record: &Record) -> bool {
        let is_same = Self::of_record(record).is_ok_and(|parts| parts.iter().any(|part| part.is_of_same(self)));
        let Self::Skill { skill, .. } = self else { return is_same };
        let disabled = record.changes.iter().filter(|change| change.field == "disabled_skills");
        let mut disabled = disabled.filter_map(|change| both::<BTreeSet<SkillName>>(&change.before, &change.after));
        is_same || disabled.any(|(before, after)| before.contains(skill) != after.contains(skill))
    }
}

/// Both values of a field; none if either is not one, as of a creation.
fn both<T: serde::de::DeserializeOwned>(before: &Value, after: &Value) -> Option<(T, T)> {
    Some((serde_json::from_value(before.clone()).ok()?, serde_json::from_value(after.clone()).ok()?))
}

/// The teams that are in one of the sets, with whether that is the first.
fn differing(before: &BTreeSet<TeamId>, after: &BTreeSet<TeamId>) -> Vec<(TeamId, bool)> {
    before.symmetric_difference(after).map(|&team_id| (team_id, before.contains(&team_id))).collect()
}

fn skills(before: &Skills, after: &Skills) -> Vec<Part> {
    let names = before.keys().chain(after.keys()).collect::<BTreeSet<_>>();
    let part = |name: &SkillName| {
        let (before, after) = (assigned(before, name), assigned(after, name));
        (before != after).then(|| Part::Skill { skill: name.clone(), before, after })
    };
    names.into_iter().filter_map(part).collect()
}

fn assigned(skills: &Skills, name: &SkillName) -> Option<Assigned> {
    skills.get(name).map(|&level| Assigned { level, disabled: false })
}
