//! Skill presets: skills with levels, kept under a name, to be assigned to users by bulk jobs (rules 4, 19, 31 and 33).

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::collections::BTreeMap;

use crate::{
    Change, Level, PresetId, PresetName, Refusal, Skill, SkillName, Time,
    audit::{Fields, differences},
    permissions::{Caller, Operation, authorize},
    skill::Skills,
};

/// The most skills of a preset: as many as a bulk edit names.
pub const MAX_SKILLS: usize = crate::bulk::MAX_SKILLS;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SkillPreset {
    pub preset_id: PresetId,
    pub name: PresetName,
    /// At least one. Each was in the catalog and its level in range when they were saved; a preset does not keep a
    /// skill from being changed or deleted.
    pub skills: Skills,
    /// Counts the changes.
    pub version: u64,
    pub created_at: Time,
    pub updated_at: Time,
}

impl SkillPreset {
    /// `catalog` has those of the skills that exist.
    pub fn new(
        preset_id: PresetId,
        name: PresetName,
        skills: &[(SkillName, Option<Level>)],
        catalog: &BTreeMap<SkillName, Skill>,
        by: &Caller,
        now: Timestamp,
    ) -> Result<Self, Refusal> {
        authorize(by, Operation::ManagePresets)?;
        let skills = checked_skills(skills, catalog)?;
        Ok(Self { preset_id, name, skills, version: 1, created_at: now.into(), updated_at: now.into() })
    }

    /// A name that differs from one in use only in case, width or invisible characters is taken (rule 33). `namesake`
    /// is the preset that has it, perhaps this one.
    pub fn check_name(&self, namesake: Option<&Self>) -> Result<(), Refusal> {
        match namesake.filter(|namesake| namesake.preset_id != self.preset_id) {
            Some(namesake) => Err(Refusal::PresetNameTaken((&namesake.name).into())),
            None => Ok(()),
        }
    }

    /// The differences between two states, as the history shows them (rule 31).
    #[must_use]
    pub fn changes(before: Option<&Self>, after: Option<&Self>) -> Vec<Change> {
        differences(before.map(Self::recorded_fields), after.map(Self::recorded_fields))
    }

    fn recorded_fields(&self) -> Fields {
        vec![("name", json!(self.name)), ("skills", json!(self.skills))]
    }
}

/// One edit of a preset. A field that is none stays as it is.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PresetEdit {
    pub name: Option<PresetName>,
    /// All skills after the edit.
    pub skills: Option<Vec<(SkillName, Option<Level>)>>,
}

impl PresetEdit {
    /// The preset after the edit (rule 4). `catalog` has those of the edit's skills that exist; skills that the edit
    /// does not state may have been deleted since they were saved.
    pub fn apply(
        &self,
        preset: &SkillPreset,
        catalog: &BTreeMap<SkillName, Skill>,
        by: &Caller,
    ) -> Result<SkillPreset, Refusal> {
        authorize(by, Operation::ManagePresets)?;
        let mut after = preset.clone();
        if let Some(name) = &self.name {
            after.name.clone_from(name);
        }
        if let Some(skills) = &self.skills {
            after.skills = checked_skills(skills, catalog)?;
        }
        Ok(after)
    }
}

/// The skills, each of which is in the catalog and has a level that it may have (rule 19). That a skill needs a level
/// is not asked: a user may inherit one (rule 16).
fn checked_skills(
    skills: &[(SkillName, Option<Level>)],
    catalog: &BTreeMap<SkillName, Skill>,
) -> Result<Skills, Refusal> {
    check_count(skills.len())?;
    let mut checked = Skills::new();
    for (name, level) in skills {
        catalog.get(name).ok_or_else(|| Refusal::UnknownSkill(name.into()))?.check(*level, None)?;
        if checked.insert(name.clone(), *level).is_some_and(|earlier| earlier != *level) {
            return Err(Refusal::RepeatedSkill(name.into()));
        }
    }
    Ok(checked)
}

/// How many skills a preset may have; asked before they are read.
pub fn check_count(count: usize) -> Result<(), Refusal> {
    match count {
        0 => Err(Refusal::EmptyPreset),
        1..=MAX_SKILLS => Ok(()),
        _ => Err(Refusal::TooManySkills { count, most: MAX_SKILLS }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Role, test_support::user_with_role};
    use uuid::Uuid;

    fn caller(role: Role) -> Caller {
        Caller::new(user_with_role("caller", role).user_id, role)
    }

    fn admin() -> Caller {
        caller(Role::SystemAdmin)
    }

    fn name(text: &str) -> PresetName {
        PresetName::parse(text).unwrap()
    }

    fn skill(text: &str) -> SkillName {
        SkillName::new(text).unwrap()
    }

    fn id(number: u128) -> PresetId {
        PresetId::new(Uuid::from_u128(number))
    }

    fn catalog() -> BTreeMap<SkillName, Skill> {
        let numbered = (0..=MAX_SKILLS).map(|number| format!("Skill_{number}"));
        let names = numbered.chain(["English".to_owned(), "French".to_owned()]);
        names.map(|name| (skill(&name), Skill::imported(skill(&name)))).collect()
    }

    fn listed(skills: &[(&str, Option<i64>)]) -> Vec<(SkillName, Option<Level>)> {
        skills.iter().map(|(name, level)| (skill(name), level.map(Level))).collect()
    }

    fn create(skills: &[(SkillName, Option<Level>)], by: &Caller) -> Result<SkillPreset, Refusal> {
        SkillPreset::new(id(1), name("Newcomers"), skills, &catalog(), by, Timestamp::UNIX_EPOCH)
    }

    fn preset() -> SkillPreset {
        create(&listed(&[("English", Some(80)), ("French", None)]), &admin()).unwrap()
    }

    fn code<T>(result: Result<T, Refusal>) -> Option<&'static str> {
        result.err().map(|refusal| refusal.code())
    }

    #[test]
    fn rule_4_only_admins_create_and_change_presets() {
        let supervisor = caller(Role::Supervisor);
        assert_eq!(code(create(&listed(&[("English", None)]), &supervisor)), Some("supervisors-may-not"));
        let edit = PresetEdit::default();
        assert_eq!(code(edit.apply(&preset(), &catalog(), &supervisor)), Some("supervisors-may-not"));
        assert_eq!(edit.apply(&preset(), &catalog(), &admin()), Ok(preset()));
    }

    #[test]
    fn a_new_preset_has_the_skills_that_it_was_given_and_is_its_first_version() {
        let preset = preset();
        assert_eq!(preset.skills, [(skill("English"), Some(Level(80))), (skill("French"), None)].into());
        assert_eq!((preset.preset_id, preset.name, preset.version), (id(1), name("Newcomers"), 1));
    }

    #[test]
    fn rule_19_a_presets_skills_are_in_the_catalog_with_levels_in_range() {
        for (wrong, expected) in [
            (listed(&[("Klingon", None)]), "unknown-skill"),
            (listed(&[("English", Some(101))]), "level-out-of-range"),
            (listed(&[("English", Some(5)), ("English", Some(6))]), "repeated-skill"),
            (listed(&[]), "empty-preset"),
        ] {
            assert_eq!(code(create(&wrong, &admin())), Some(expected));
            let edit = PresetEdit { name: None, skills: Some(wrong) };
            assert_eq!(code(edit.apply(&preset(), &catalog(), &admin())), Some(expected));
        }
        assert_eq!(create(&listed(&[("English", Some(5)), ("English", Some(5))]), &admin()).unwrap().skills.len(), 1);
    }

    #[test]
    fn a_preset_has_at_most_40_skills() {
        let numbered = |count| (0..count).map(|number| (skill(&format!("Skill_{number}")), None)).collect::<Vec<_>>();
        assert_eq!(create(&numbered(MAX_SKILLS), &admin()).unwrap().skills.len(), 40);
        let refused = create(&numbered(MAX_SKILLS + 1), &admin());
        assert_eq!(refused, Err(Refusal::TooManySkills { count: 41, most: 40 }));
    }

    #[test]
    fn an_edit_changes_what_it_states_and_keeps_a_skill_that_was_deleted_since() {
        let none = BTreeMap::new();
        let rename = PresetEdit { name: Some(name("Trainees")), skills: None };
        let renamed = rename.apply(&preset(), &none, &admin()).unwrap();
        assert_eq!(renamed, SkillPreset { name: name("Trainees"), ..preset() });
        let replace = PresetEdit { name: None, skills: Some(listed(&[("French", Some(3))])) };
        let replaced = replace.apply(&preset(), &catalog(), &admin()).unwrap();
        assert_eq!(replaced, SkillPreset { skills: [(skill("French"), Some(Level(3)))].into(), ..preset() });
    }

    #[test]
    fn rule_33_a_name_is_taken_by_another_preset_and_not_by_this_one() {
        let other = SkillPreset { preset_id: id(2), name: name("NEWCOMERS"), ..preset() };
        assert_eq!((preset().check_name(None), preset().check_name(Some(&preset()))), (Ok(()), Ok(())));
        assert_eq!(preset().check_name(Some(&other)), Err(Refusal::PresetNameTaken("NEWCOMERS".into())));
    }

    #[test]
    fn rule_31_the_history_of_a_preset_shows_name_and_skills_before_and_after() {
        let change = |field: &str, before, after| Change { field: field.to_owned(), before, after };
        let skills = json!({"English": 80, "French": null});
        let created = SkillPreset::changes(None, Some(&preset()));
        let expected = [change("name", json!(null), json!("Newcomers")), change("skills", json!(null), skills)];
        assert_eq!(created, expected);
        let later = SkillPreset { version: 2, updated_at: Timestamp::MAX.into(), ..preset() };
        assert_eq!(SkillPreset::changes(Some(&preset()), Some(&later)), []);
    }
}
