//! Creating, changing and deleting skill presets.

use domain::{
    ExpectedVersion, Level, PresetId, PresetName, Refusal, SkillName,
    permissions::{Operation, authorize},
    preset::{PresetEdit, SkillPreset},
};
use store::{CommitPreset, ReadSet, ReadSnapshot};

use crate::{AuthenticatedCaller, ChangeContext, ChangeError, TimeAndIds, change::retry_on_conflict};

/// Creates a preset under this id. If an earlier attempt has created it, returns that preset.
pub async fn create_preset(
    store: &(impl ReadSnapshot + CommitPreset),
    time_and_ids: &impl TimeAndIds,
    caller: &AuthenticatedCaller,
    preset_id: PresetId,
    name: &PresetName,
    skills: &[(SkillName, Option<Level>)],
) -> Result<SkillPreset, ChangeError> {
    retry_on_conflict(|| async {
        let read_set = ReadSet {
            presets: [preset_id].into(),
            preset_name: Some(name.clone()),
            skills: skills.iter().map(|(name, _)| name.clone()).collect(),
            ..ReadSet::default()
        };
        let context = ChangeContext::read(store, time_and_ids, caller, read_set).await?;
        authorize(&context.caller, Operation::ManagePresets)?;
        if let Some(created) = context.snapshot.presets.get(&preset_id) {
            return Ok(created.clone());
        }
        let (catalog, origin) = (&context.snapshot.skills, context.origin());
        let preset = SkillPreset::new(preset_id, name.clone(), skills, catalog, &context.caller, origin.now)?;
        preset.check_name(context.snapshot.preset_of_name.as_ref())?;
        Ok(store.commit_preset(None, preset, origin).await?)
    })
    .await
}

/// Changes a preset, and returns it as written.
pub async fn change_preset(
    store: &(impl ReadSnapshot + CommitPreset),
    time_and_ids: &impl TimeAndIds,
    caller: &AuthenticatedCaller,
    preset_id: PresetId,
    expected: &ExpectedVersion,
    edit: &PresetEdit,
) -> Result<SkillPreset, ChangeError> {
    retry_on_conflict(|| async {
        let read_set = ReadSet {
            preset_name: edit.name.clone(),
            skills: edit.skills.iter().flatten().map(|(name, _)| name.clone()).collect(),
            ..preset_only(preset_id)
        };
        let context = ChangeContext::read(store, time_and_ids, caller, read_set).await?;
        let preset = preset_in(&context, preset_id)?;
        expected.check("skill preset", Some(preset.version))?;
        let after = edit.apply(preset, &context.snapshot.skills, &context.caller)?;
        after.check_name(context.snapshot.preset_of_name.as_ref())?;
        Ok(store.commit_preset(Some(preset), after, context.origin()).await?)
    })
    .await
}

/// Deletes a preset. What it was copied to stays as it is.
pub async fn delete_preset(
    store: &(impl ReadSnapshot + CommitPreset),
    time_and_ids: &impl TimeAndIds,
    caller: &AuthenticatedCaller,
    preset_id: PresetId,
    expected: &ExpectedVersion,
) -> Result<(), ChangeError> {
    retry_on_conflict(|| async {
        let context = ChangeContext::read(store, time_and_ids, caller, preset_only(preset_id)).await?;
        authorize(&context.caller, Operation::ManagePresets)?;
        let preset = preset_in(&context, preset_id)?;
        expected.check("skill preset", Some(preset.version))?;
        Ok(store.delete_preset(preset, context.origin()).await?)
    })
    .await
}

fn preset_only(preset_id: PresetId) -> ReadSet {
    ReadSet { presets: [preset_id].into(), ..ReadSet::default() }
}

fn preset_in(context: &ChangeContext, preset_id: PresetId) -> Result<&SkillPreset, Refusal> {
    context.snapshot.presets.get(&preset_id).ok_or_else(|| Refusal::UnknownPreset((&preset_id).into()))
}
