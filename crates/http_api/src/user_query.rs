//! The parameters of a list of users, in the query of a `GET` and in the body of an export (rules 6, 7 and 9).

use domain::{
    Level, Quoted, Refusal, SearchText, SkillName,
    search::{Criterion, UserQuery},
    sync_summary::SyncStage,
};
use serde::Deserialize;

use crate::{
    Problem,
    request::{Query, whole_number},
};

/// The names of the parameters.
pub const PARAMETERS: [&str; 7] = ["q", "status", "role", "team", "skill", "min_level", "sync"];

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UserQueryParams {
    q: Option<String>,
    status: Option<String>,
    role: Option<String>,
    team: Option<String>,
    skill: Option<String>,
    min_level: Option<i64>,
    sync: Option<String>,
}

impl UserQueryParams {
    pub fn from_query(query: &Query) -> Result<Self, Problem> {
        let text = |name| query.text(name).map(str::to_owned);
        let not_whole = |level: &str| {
            Problem::invalid("invalid-level", format!("min_level is {}; it is a whole number.", Quoted::from(level)))
        };
        Ok(Self {
            q: text("q"),
            status: text("status"),
            role: text("role"),
            team: text("team"),
            skill: text("skill"),
            min_level: query
                .text("min_level")
                .map(|level| whole_number(level).ok_or_else(|| not_whole(level)))
                .transpose()?,
            sync: text("sync"),
        })
    }

    pub fn into_query(self) -> Result<UserQuery, Problem> {
        if self.min_level.is_some() && self.skill.is_none() {
            return Err(Problem::invalid(
                "level-without-skill",
                "min_level goes with skill: name the skill whose level is meant.",
            ));
        }
        let text = self.q.as_deref().map(SearchText::parse).transpose()?;
        let status = self.status.as_deref().map(str::parse).transpose()?.unwrap_or_default();
        let role = self.role.as_deref().map(str::parse).transpose()?.map(Criterion::Role);
        let team = self.team.as_deref().map(str::parse).transpose()?.map(Criterion::Team);
        let skill = self
            .skill
            .map(|name| SkillName::adopted(&name).ok_or_else(|| Refusal::UnknownSkill((&name).into())))
            .transpose()?;
        let skill = skill.map(|skill| Criterion::Skill { skill, min_level: self.min_level.map(Level) });
        let sync = self.sync.as_deref().map(str::parse::<SyncStage>).transpose()?;
        Ok(UserQuery::new(text, status, [role, team, skill].into_iter().flatten().collect()).with_sync(sync))
    }
}
