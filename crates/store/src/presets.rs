//! Skill presets: listed in order of name, written with their audit record (rules 4, 31 and 33).

use domain::{
    audit::{Action, Subject},
    preset::SkillPreset,
};

use crate::{
    ChangeOrigin, CommitPreset, Cursor, Directory, ListPresets, StoreError,
    dynamo::{
        item::text,
        query_page::Direction,
        transaction::{Condition, Transaction},
    },
    schema::{
        items::{Entity as _, NamedPreset, read_all},
        keys,
    },
};

/// For the cursors of the list of presets.
pub const PRESETS_FINGERPRINT: &str = "skill presets";

impl ListPresets for Directory {
    async fn list_presets(
        &self,
        cursor: Option<Cursor>,
        limit: usize,
    ) -> Result<(Vec<SkillPreset>, Option<Cursor>), StoreError> {
        let (pk, prefix) = (keys::PRESETS_PK, keys::PRESET_NAME_PREFIX);
        let page = self.query_page(pk, prefix, Direction::Ascending, cursor, limit).await?;
        let next = page.after.map(|after| Cursor::new(PRESETS_FINGERPRINT, None, after));
        Ok((read_all(page.items)?, next))
    }
}

impl CommitPreset for Directory {
    async fn commit_preset(
        &self,
        before: Option<&SkillPreset>,
        after: SkillPreset,
        origin: ChangeOrigin<'_>,
    ) -> Result<SkillPreset, StoreError> {
        let changes = SkillPreset::changes(before, Some(&after));
        if changes.is_empty() {
            return Ok(after);
        }
        let version = before.map_or(0, |before| before.version) + 1;
        let recorded = origin.recorded_after(before.map(|before| before.updated_at));
        let after = SkillPreset { version, updated_at: recorded.now.into(), ..after };
        let mut writes = Transaction::new(self);
        writes.put(&after, Some(Condition::version_is(before.map(|before| before.version))))?;
        claim_name(&mut writes, before, &after)?;
        let action = if before.is_some() { Action::Edited } else { Action::Created };
        writes.record(Subject::Preset(after.preset_id), &recorded, action, changes)?;
        writes.check_caller(&origin)?;
        writes.send(self).await?;
        Ok(after)
    }

    async fn delete_preset(&self, preset: &SkillPreset, origin: ChangeOrigin<'_>) -> Result<(), StoreError> {
        let mut writes = Transaction::new(self);
        writes.delete(&preset.key(), Some(Condition::version_is(Some(preset.version))))?;
        writes.delete(&keys::preset_name(&preset.name), Some(is_claimed_by(preset)))?;
        let (recorded, changes) =
            (origin.recorded_after(Some(preset.updated_at)), SkillPreset::changes(Some(preset), None));
        writes.record(Subject::Preset(preset.preset_id), &recorded, Action::Deleted, changes)?;
        writes.check_caller(&origin)?;
        writes.send(self).await
    }
}

fn is_claimed_by(preset: &SkillPreset) -> Condition {
    Condition::new("preset_id = :own", [(":own", text(preset.preset_id.to_string()))])
}

/// A name belongs to one preset, and holds it as it is.
fn claim_name(
    writes: &mut Transaction<'_>,
    before: Option<&SkillPreset>,
    after: &SkillPreset,
) -> Result<(), StoreError> {
    if before.is_some_and(|before| before.name.order_key() == after.name.order_key()) {
        return writes.put(&NamedPreset(after), Some(is_claimed_by(after)));
    }
    writes.put(&NamedPreset(after), Some(Condition::absent()))?;
    match before {
        Some(before) => writes.delete(&keys::preset_name(&before.name), Some(is_claimed_by(before))),
        None => Ok(()),
    }
}
