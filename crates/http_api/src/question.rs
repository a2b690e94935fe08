//! A list's parameters as a question to the directory (rules 6, 7 and 9).

use domain::{Level, Refusal, SearchText, SkillName};
use store::{Question, jobs::Asked, skills::ViewSkill, teams::ViewTeams};

use crate::{Problem, read::Query};

/// The parameters by which people are looked for.
pub const PARAMETERS: [&str; 6] = ["q", "status", "role", "team", "skill", "min_level"];

/// What the query asks for.
pub fn of_query(query: &Query) -> Result<Question, Problem> {
    let text = |name| query.text(name).map(str::to_owned);
    let min_level = query.text("min_level").map(|level| level.parse().map_err(|_| not_whole(level))).transpose()?;
    of(&Asked {
        q: text("q"),
        status: text("status"),
        role: text("role"),
        team: text("team"),
        skill: text("skill"),
        min_level,
    })
}

/// What these words ask for.
pub fn of(asked: &Asked) -> Result<Question, Problem> {
    if asked.min_level.is_some() && asked.skill.is_none() {
        return Err(Problem::invalid(
            "level-without-skill",
            "min_level goes with skill: name the skill whose level is meant.",
        ));
    }
    let skill = |name: &String| SkillName::adopted(name).ok_or_else(|| Refusal::UnknownSkill(name.clone()));
    Ok(Question {
        text: asked.q.as_deref().map(SearchText::parse).transpose()?,
        status: asked.status.as_deref().map(str::parse).transpose()?.unwrap_or_default(),
        role: asked.role.as_deref().map(str::parse).transpose()?,
        team: asked.team.as_deref().map(str::parse).transpose()?,
        skill: asked.skill.as_ref().map(skill).transpose()?,
        min_level: asked.min_level.map(Level),
    })
}

/// Refuses a question about a team or a skill that does not exist: a filter that is misspelt would find nobody.
pub async fn check(directory: &(impl ViewTeams + ViewSkill), question: &Question) -> Result<(), Problem> {
    if let Some(team) = question.team
        && !directory.teams([team].into()).await?.contains_key(&team)
    {
        return Err(Refusal::UnknownTeam(team.to_string()).into());
    }
    if let Some(skill) = &question.skill
        && directory.skill(skill).await?.is_none()
    {
        return Err(Refusal::UnknownSkill(skill.to_string()).into());
    }
    Ok(())
}

fn not_whole(level: &str) -> Problem {
    Problem::invalid("invalid-level", format!("min_level is {level:?}; it is a whole number."))
}
