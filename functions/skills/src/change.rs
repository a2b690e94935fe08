//! Changing the catalog.

use lambda_http::Request;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde::{Deserialize, Serialize};

use domain::{
    Refusal, Skill, SkillName,
    audit::Action,
    catalog::{SkillDefinition, SkillSet, skill_set_name},
    permissions::{Operation, authorize},
};
use http_api::{
    Problem, Signed,
    change::{ChangeError, Reading, settle},
    idempotency::Seed,
    precondition::IfMatch,
    read,
    respond::{Answer, created},
};
use store::{
    ReadSet, ReadSnapshot,
    skills::{CommitSkill, ViewCatalog},
    teams::ViewTeams,
};

use crate::{set_name, show::answer};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct New {
    name: String,
}

#[derive(Serialize)]
struct Made<'a> {
    name: &'a str,
    skills: [(); 0],
    version: u64,
}

/// `POST /skill-sets`.
pub async fn create_set(
    directory: &(impl ReadSnapshot + CommitSkill),
    signed: &Signed,
    request: &Request,
    seed: Seed,
) -> Answer {
    let set = SkillSet::new(skill_set_name(&read::body::<New>(request)?.name)?, seed.id());
    settle(|| async {
        let read = Reading::of(directory, signed, about_set(&set.name)).await?;
        authorize(read.caller, Operation::ManageSkills)?;
        match read.about.skill_sets.get(&set.name) {
            // From an earlier try whose answer was lost.
            Some(made) if made.creation_id == set.creation_id => return Ok(()),
            Some(_) => return Err(Refusal::SkillSetExists(set.name.clone()).into()),
            None => {}
        }
        Ok(directory.create_skill_set(&set, read.by()).await?)
    })
    .await?;
    let location = format!("/skill-sets/{}", utf8_percent_encode(&set.name, NON_ALPHANUMERIC));
    created(&location, set.version, &Made { name: &set.name, skills: [], version: set.version })
}

fn about_set(name: &str) -> ReadSet {
    ReadSet { skill_sets: [name.to_owned()].into(), ..ReadSet::default() }
}

fn set_in(read: &Reading, name: &str) -> Result<SkillSet, Refusal> {
    read.about.skill_sets.get(name).cloned().ok_or_else(|| Refusal::UnknownSkillSet(name.to_owned()))
}

/// `DELETE /skill-sets/{name}` (rule 21).
pub async fn delete_set(
    directory: &(impl ReadSnapshot + CommitSkill),
    signed: &Signed,
    request: &Request,
) -> Result<(), Problem> {
    let (name, if_match) = (set_name(request)?, IfMatch::of(request)?);
    settle(|| async {
        let read = Reading::of(directory, signed, about_set(&name)).await?;
        authorize(read.caller, Operation::DeleteSkills)?;
        let set = set_in(&read, &name)?;
        if_match.check("skill set", set.version)?;
        Ok(directory.delete_skill_set(&set, read.by()).await??)
    })
    .await
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Put {
    min: Option<i64>,
    max: Option<i64>,
    levels: Option<bool>,
}

/// `PUT /skill-sets/{name}/skills/{skill}`: made, changed, or, from "Imported", moved.
pub async fn put_skill(
    directory: &(impl ReadSnapshot + CommitSkill + ViewCatalog + ViewTeams),
    signed: &Signed,
    request: &Request,
) -> Answer {
    let (set, name, if_match) = (set_name(request)?, read::skill(request)?, IfMatch::of(request)?);
    let Put { min, max, levels } = read::body(request)?;
    let wish = SkillDefinition { min, max, levels };
    let (skill, status) = settle(|| put(directory, signed, &set, &name, wish, &if_match)).await?;
    answer(directory, &skill, status).await
}

async fn put(
    directory: &(impl ReadSnapshot + CommitSkill),
    signed: &Signed,
    set: &str,
    name: &SkillName,
    wish: SkillDefinition,
    if_match: &IfMatch,
) -> Result<(Skill, u16), ChangeError> {
    let wanted = ReadSet { skills: [name.clone()].into(), ..about_set(set) };
    let read = Reading::of(directory, signed, wanted).await?;
    authorize(read.caller, Operation::ManageSkills)?;
    set_in(&read, set)?;
    let before = read.about.skills.get(name);
    before.map_or_else(|| if_match.check_absent("skill"), |before| if_match.check("skill", before.version))?;
    let after = wish.apply(before, name.as_str(), set, read.caller)?;
    let (status, action) = if before.is_some() { (200, Action::Edited) } else { (201, Action::Created) };
    Ok((directory.commit_skill(before, after, read.by(), action).await?, status))
}

/// `DELETE /skill-sets/{name}/skills/{skill}` (rule 21).
pub async fn delete_skill(
    directory: &(impl ReadSnapshot + CommitSkill),
    signed: &Signed,
    request: &Request,
) -> Result<(), Problem> {
    let (set, name, if_match) = (set_name(request)?, read::skill(request)?, IfMatch::of(request)?);
    settle(|| async {
        let wanted = ReadSet { skills: [name.clone()].into(), ..ReadSet::default() };
        let read = Reading::of(directory, signed, wanted).await?;
        authorize(read.caller, Operation::DeleteSkills)?;
        let skill = read.about.skills.get(&name).filter(|skill| skill.skill_set == set);
        let skill = skill.ok_or_else(|| Refusal::UnknownSkill(name.to_string()))?;
        if_match.check("skill", skill.version)?;
        Ok(directory.delete_skill(skill, read.by()).await??)
    })
    .await
}
