//! Creating, changing and deleting skill sets and skills.

use domain::{
    ExpectedVersion, PutMode, Refusal, Skill, SkillName, SkillSetName,
    audit::Action,
    catalog::{SkillDefinition, SkillSet},
    permissions::{Operation, authorize},
};
use store::{CommitSkill, ReadSet, ReadSnapshot};

use crate::{AuthenticatedCaller, ChangeContext, ChangeError, TimeAndIds, change::retry_on_conflict};

/// Creates a skill set. If an earlier attempt with the same `creation_id` has created it, does nothing.
pub async fn create_skill_set(
    store: &(impl ReadSnapshot + CommitSkill),
    time_and_ids: &impl TimeAndIds,
    caller: &AuthenticatedCaller,
    set: &SkillSet,
) -> Result<(), ChangeError> {
    retry_on_conflict(|| async {
        let context = ChangeContext::read(store, time_and_ids, caller, set_only(&set.name)).await?;
        authorize(&context.caller, Operation::ManageSkills)?;
        let existing = context.snapshot.skill_sets.values().next();
        if existing.is_some_and(|existing| existing.creation_id == set.creation_id) {
            return Ok(());
        }
        set.check_name(existing)?;
        Ok(store.create_skill_set(set, context.origin()).await?)
    })
    .await
}

/// Deletes a skill set with its skills, if none is in use (rule 21).
pub async fn delete_skill_set(
    store: &(impl ReadSnapshot + CommitSkill),
    time_and_ids: &impl TimeAndIds,
    caller: &AuthenticatedCaller,
    name: &SkillSetName,
    expected: &ExpectedVersion,
) -> Result<(), ChangeError> {
    retry_on_conflict(|| async {
        let context = ChangeContext::read(store, time_and_ids, caller, set_only(name)).await?;
        authorize(&context.caller, Operation::DeleteSkills)?;
        let set = set_in(&context, name)?;
        expected.check("skill set", Some(set.version))?;
        Ok(store.delete_skill_set(set, context.origin()).await?)
    })
    .await
}

/// A skill as written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WrittenSkill {
    pub skill: Skill,
    pub is_new: bool,
}

/// Creates or changes a skill, or moves it from "Imported".
pub async fn define_skill(
    store: &(impl ReadSnapshot + CommitSkill),
    time_and_ids: &impl TimeAndIds,
    caller: &AuthenticatedCaller,
    (set, name): (&SkillSetName, &SkillName),
    definition: SkillDefinition,
    (expected, mode): (&ExpectedVersion, PutMode),
) -> Result<WrittenSkill, ChangeError> {
    retry_on_conflict(|| async {
        let read_set = ReadSet { skills: [name.clone()].into(), namesakes: Some(name.clone()), ..set_only(set) };
        let context = ChangeContext::read(store, time_and_ids, caller, read_set).await?;
        authorize(&context.caller, Operation::ManageSkills)?;
        set_in(&context, set)?;
        let before = context.snapshot.skills.get(name);
        expected.check("skill", before.map(|before| before.version))?;
        mode.check("skill", before.is_some())?;
        let namesake = context.snapshot.namesakes.first();
        let after = definition.apply(before, namesake, name.as_str(), set, &context.caller)?;
        let action = if before.is_some() { Action::Edited } else { Action::Created };
        let skill = store.commit_skill(before, after, context.origin(), action).await?;
        Ok(WrittenSkill { skill, is_new: before.is_none() })
    })
    .await
}

/// Deletes a skill that is not in use (rule 21).
pub async fn delete_skill(
    store: &(impl ReadSnapshot + CommitSkill),
    time_and_ids: &impl TimeAndIds,
    caller: &AuthenticatedCaller,
    (set, name): (&SkillSetName, &SkillName),
    expected: &ExpectedVersion,
) -> Result<(), ChangeError> {
    retry_on_conflict(|| async {
        let read_set = ReadSet { skills: [name.clone()].into(), ..ReadSet::default() };
        let context = ChangeContext::read(store, time_and_ids, caller, read_set).await?;
        authorize(&context.caller, Operation::DeleteSkills)?;
        let skill = context.snapshot.skills.get(name).filter(|skill| skill.skill_set == *set);
        let skill = skill.ok_or_else(|| Refusal::UnknownSkill(name.into()))?;
        expected.check("skill", Some(skill.version))?;
        Ok(store.delete_skill(skill, context.origin()).await?)
    })
    .await
}

fn set_only(name: &SkillSetName) -> ReadSet {
    ReadSet { skill_sets: [name.clone()].into(), ..ReadSet::default() }
}

fn set_in<'a>(context: &'a ChangeContext, name: &SkillSetName) -> Result<&'a SkillSet, Refusal> {
    context.snapshot.skill_sets.get(name).ok_or_else(|| Refusal::UnknownSkillSet(name.into()))
}
