//! The body of `POST /bulk`: which users, and what is to become of them.

use jiff::Timestamp;
use serde::Deserialize;
use std::{
    collections::{BTreeMap, BTreeSet},
    mem,
};

use domain::{
    Level, PresetId, Refusal, Role, SkillName, Status, TeamId, UserId,
    bulk::{
        BulkEdit, BulkRefusal, CopyMode, CopySource, MAX_USER_IDS, Selection, SkillEdit, SkillsCopy, SkillsEdit,
        TeamsEdit, TemporaryEdit,
    },
    edit::MAX_TEAMS,
    temporary_skill::Period,
};
use http_api::{Problem, user_query::UserQueryParams};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Body {
    users: Users,
    change: Change,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Users {
    query: Option<UserQueryParams>,
    ids: Option<Vec<String>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Change {
    role: Option<String>,
    status: Option<String>,
    act_as_agent: Option<bool>,
    teams: Option<Teams>,
    skills: Option<Skills>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Teams {
    #[serde(default)]
    add: Vec<String>,
    #[serde(default)]
    remove: Vec<String>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Skills {
    #[serde(default)]
    add: Vec<SkillLevel>,
    #[serde(default)]
    set_level: Vec<SkillLevel>,
    #[serde(default)]
    remove: Vec<String>,
    replace: Option<Vec<SkillLevel>>,
    copy_from: Option<CopyFrom>,
    #[serde(default)]
    temporary: Vec<TemporarySkill>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CopyFrom {
    user_id: Option<String>,
    preset_id: Option<String>,
    mode: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TemporarySkill {
    skill: String,
    level: Option<i64>,
    from: Option<String>,
    until: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SkillLevel {
    skill: String,
    level: Option<i64>,
}

impl Body {
    /// Which users, and what is to become of each; skills to copy are still to be read.
    pub fn parse(mut self, now: Timestamp) -> Result<(Selection, BulkEdit, Option<SkillsCopy>), Problem> {
        let copy = self.change.skills.as_mut().map(Skills::take_copy).transpose()?.flatten();
        let edit = self.change.edit(now)?;
        if edit.is_empty() && copy.is_none() {
            return Err(Refusal::from(BulkRefusal::EmptyBulkEdit).into());
        }
        Ok((self.users.selection()?, edit, copy))
    }
}

impl Users {
    fn selection(self) -> Result<Selection, Problem> {
        match (self.query, self.ids) {
            (Some(query), None) => Ok(Selection::Query(query.into_query()?)),
            (None, Some(ids)) if (1..=MAX_USER_IDS).contains(&ids.len()) => {
                Ok(Selection::Users(ids.iter().map(|id| id.parse::<UserId>()).collect::<Result<_, _>>()?))
            }
            (None, Some(ids)) => Err(Problem::invalid(
                "invalid-users",
                format!("users names {} ids; it names 1 to {MAX_USER_IDS}. For more, state a query.", ids.len()),
            )),
            _ => Err(Problem::invalid("invalid-users", "users is either {\"query\": {…}} or {\"ids\": […]}.")),
        }
    }
}

impl Change {
    fn edit(mut self, now: Timestamp) -> Result<BulkEdit, Problem> {
        let temporary = self.skills.as_mut().map(|skills| mem::take(&mut skills.temporary)).unwrap_or_default();
        if self.skills.as_ref().is_some_and(|skills| skills.replace.is_some() && !temporary.is_empty()) {
            return Err(replace_and_more());
        }
        let edit = self.without_temporary_skills()?;
        with_temporary_skills(edit, temporary, now)
    }

    fn without_temporary_skills(self) -> Result<BulkEdit, Problem> {
        Ok(BulkEdit {
            temporary_skills: BTreeMap::new(),
            role: self.role.as_deref().map(str::parse::<Role>).transpose()?,
            status: self.status.as_deref().map(status).transpose()?,
            act_as_agent: self.act_as_agent,
            teams: self.teams.map(Teams::edit).transpose()?.flatten(),
            role_granted: None,
            leads: None,
            skills: self.skills.map(Skills::edit).transpose()?.flatten(),
        })
    }
}

/// Deleting many at once is refused by the rules, with their reason.
fn status(text: &str) -> Result<Status, Problem> {
    Status::ALL.into_iter().find(|status| status.name() == text).ok_or_else(|| {
        let text = domain::Quoted::from(text);
        Problem::invalid("unknown-status", format!("There is no status {text}. It is one of active, deactivated."))
    })
}

impl Teams {
    /// None if it is empty.
    fn edit(self) -> Result<Option<TeamsEdit>, Refusal> {
        let ids = |ids: &[String]| ids.iter().map(|id| id.parse::<TeamId>()).collect::<Result<BTreeSet<_>, _>>();
        if self.add.len() > MAX_TEAMS {
            return Err(Refusal::TooManyTeams(self.add.len()));
        }
        let (add, remove) = (ids(&self.add)?, ids(&self.remove)?);
        match add.intersection(&remove).next() {
            Some(both) => Err(BulkRefusal::AddedAndRemoved(both.into()).into()),
            None => Ok(TeamsEdit { add, remove }.not_empty()),
        }
    }
}

impl CopyFrom {
    fn parse(self) -> Result<SkillsCopy, Problem> {
        let from = match (self.user_id, self.preset_id) {
            (Some(user_id), None) => CopySource::User(user_id.parse::<UserId>()?),
            (None, Some(preset_id)) => CopySource::Preset(preset_id.parse::<PresetId>()?),
            _ => {
                return Err(Problem::invalid(
                    "invalid-copy-from",
                    "skills.copy_from names either a user in user_id or a skill preset in preset_id.",
                ));
            }
        };
        let mode = match self.mode.as_str() {
            "add" => CopyMode::Add,
            "replace" => CopyMode::Replace,
            other => {
                let detail = format!("mode is {}; it is add or replace.", domain::Quoted::from(other));
                return Err(Problem::invalid("invalid-copy-from", detail));
            }
        };
        Ok(SkillsCopy { from, mode })
    }
}

impl Skills {
    /// Takes out what is to be copied, besides which nothing else is stated.
    fn take_copy(&mut self) -> Result<Option<SkillsCopy>, Problem> {
        let Some(copy) = self.copy_from.take() else { return Ok(None) };
        let is_more = !self.temporary.is_empty();
        if is_more || mem::take(self).edit()?.is_some() {
            return Err(Problem::invalid(
                "copy-and-more",
                "skills.copy_from states what becomes of the skills: leave out everything else in skills.",
            ));
        }
        copy.parse().map(Some)
    }

    /// None if it is empty.
    fn edit(self) -> Result<Option<SkillsEdit>, Problem> {
        let Self { add, set_level, remove, replace, copy_from: _, temporary: _ } = self;
        if let Some(all) = replace {
            if !add.is_empty() || !set_level.is_empty() || !remove.is_empty() {
                return Err(replace_and_more());
            }
            let mut skills = domain::skill::Skills::new();
            for SkillLevel { skill, level } in all {
                let name = name(&skill)?;
                if skills.insert(name, level.map(Level)).is_some_and(|earlier| earlier != level.map(Level)) {
                    return Err(Refusal::RepeatedSkill((&skill).into()).into());
                }
            }
            return Ok(Some(SkillsEdit::All(skills)));
        }
        let mut each = BTreeMap::new();
        let added = add.into_iter().map(|SkillLevel { skill, level }| (skill, SkillEdit::Add(level.map(Level))));
        let mut edits = added.collect::<Vec<_>>();
        for SkillLevel { skill, level } in set_level {
            let level = level.ok_or_else(|| {
                Problem::invalid(
                    "level-missing",
                    format!("set_level of {} needs a level.", domain::Quoted::from(&skill)),
                )
            })?;
            edits.push((skill, SkillEdit::SetLevel(Level(level))));
        }
        edits.extend(remove.into_iter().map(|skill| (skill, SkillEdit::Remove)));
        for (skill, edit) in edits {
            if each.insert(name(&skill)?, edit).is_some() {
                return Err(Refusal::RepeatedSkill((&skill).into()).into());
            }
        }
        Ok((!each.is_empty()).then_some(SkillsEdit::Each(each)))
    }
}

fn replace_and_more() -> Problem {
    Problem::invalid(
        "replace-and-more",
        "skills.replace states all skills after the change: leave out add, set_level, remove and temporary.",
    )
}

/// Each skill is named once: a user who is to have one permanently and at another level for a time needs two jobs.
fn with_temporary_skills(mut edit: BulkEdit, skills: Vec<TemporarySkill>, now: Timestamp) -> Result<BulkEdit, Problem> {
    for TemporarySkill { skill, level, from, until } in skills {
        let name = name(&skill)?;
        let period = Period::parse(from.as_deref(), Some(&until))?;
        let temporary = period.map(|period| TemporaryEdit::of_request(level.map(Level), period, now));
        let is_named = edit.skills().contains(&name);
        if is_named || temporary.is_some_and(|edit_of| edit.temporary_skills.insert(name, edit_of).is_some()) {
            return Err(Refusal::RepeatedSkill((&skill).into()).into());
        }
    }
    edit.check_periods(now)?;
    Ok(edit)
}

fn name(skill: &str) -> Result<SkillName, Refusal> {
    SkillName::adopted(skill).ok_or_else(|| Refusal::UnknownSkill(skill.into()))
}
