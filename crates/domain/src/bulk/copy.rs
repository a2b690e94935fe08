//! Copying skills from a user or from a preset: what a bulk edit makes of them, decided when the job is created
//! (docs/decisions/0060).

use std::collections::BTreeMap;

use super::{SkillEdit, SkillsEdit};
use crate::{PresetId, Refusal, Skill, SkillName, User, UserId, preset::SkillPreset, skill::Skills};

/// Skills to copy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SkillsCopy {
    pub from: CopySource,
    pub mode: CopyMode,
}

/// Where skills are copied from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CopySource {
    /// The skills that are assigned to the user; inherited ones are the teams'.
    User(UserId),
    Preset(PresetId),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CopyMode {
    /// Other assigned skills stay, and a user who has one of the copied keeps their level.
    Add,
    /// The copied skills and no others are assigned afterwards.
    Replace,
}

impl SkillsCopy {
    /// What becomes of the users' skills. `user` and `preset` are the source, if it exists.
    pub fn edit(self, user: Option<&User>, preset: Option<&SkillPreset>) -> Result<SkillsEdit, Refusal> {
        let skills = match self.from {
            CopySource::User(user_id) => {
                &user.ok_or_else(|| Refusal::UnknownUser((&user_id).into()))?.managed.assigned_skills
            }
            CopySource::Preset(preset_id) => &preset.ok_or_else(|| Refusal::UnknownPreset((&preset_id).into()))?.skills,
        };
        self.mode.edit(skills)
    }
}

impl CopyMode {
    /// Nothing is copied from nobody: to replace by nothing would take every skill away, which is asked for explicitly.
    fn edit(self, skills: &Skills) -> Result<SkillsEdit, Refusal> {
        match self {
            Self::Add if skills.is_empty() => Err(Refusal::NothingToAdd),
            Self::Replace if skills.is_empty() => Err(Refusal::NothingToReplaceWith),
            Self::Add => Ok(SkillsEdit::Each(
                skills.iter().map(|(name, level)| (name.clone(), SkillEdit::Add(*level))).collect(),
            )),
            Self::Replace => Ok(SkillsEdit::All(skills.clone())),
        }
    }
}

impl SkillPreset {
    /// A preset with a skill that was deleted since is not copied. `catalog` has those of its skills that exist.
    pub fn check_existence(&self, catalog: &BTreeMap<SkillName, Skill>) -> Result<(), Refusal> {
        match self.skills.keys().find(|skill| !catalog.contains_key(*skill)) {
            Some(gone) => Err(Refusal::PresetSkillGone { preset: (&self.name).into(), skill: gone.into() }),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use uuid::Uuid;

    use super::*;
    use crate::{
        Level,
        test_support::{agent, stored},
    };

    fn skill(name: &str) -> SkillName {
        SkillName::new(name).unwrap()
    }

    fn skills() -> Skills {
        [(skill("English"), Some(Level(80))), (skill("French"), None)].into()
    }

    fn ada() -> User {
        agent("ada").with(|user| user.managed.assigned_skills = skills())
    }

    fn newcomers() -> SkillPreset {
        let (now, preset_id) = (Timestamp::UNIX_EPOCH, PresetId::new(Uuid::nil()));
        let (created_at, updated_at) = (now.into(), now.into());
        SkillPreset { preset_id, name: stored("Newcomers"), skills: skills(), version: 1, created_at, updated_at }
    }

    fn from_ada(mode: CopyMode) -> SkillsCopy {
        SkillsCopy { from: CopySource::User(ada().user_id), mode }
    }

    fn from_newcomers(mode: CopyMode) -> SkillsCopy {
        SkillsCopy { from: CopySource::Preset(newcomers().preset_id), mode }
    }

    #[test]
    fn the_skills_of_a_user_or_a_preset_are_added_for_those_who_lack_them_or_replace_all_others() {
        let each = [(skill("English"), SkillEdit::Add(Some(Level(80)))), (skill("French"), SkillEdit::Add(None))];
        let (add, replace) = (SkillsEdit::Each(each.into()), SkillsEdit::All(skills()));
        for copy in [from_ada, from_newcomers] {
            assert_eq!(copy(CopyMode::Add).edit(Some(&ada()), Some(&newcomers())), Ok(add.clone()));
            assert_eq!(copy(CopyMode::Replace).edit(Some(&ada()), Some(&newcomers())), Ok(replace.clone()));
        }
    }

    #[test]
    fn what_does_not_exist_is_not_copied() {
        let unknown = |copy: SkillsCopy| copy.edit(None, None).unwrap_err().code();
        assert_eq!(unknown(from_ada(CopyMode::Add)), "unknown-user");
        assert_eq!(unknown(from_newcomers(CopyMode::Replace)), "unknown-preset");
    }

    #[test]
    fn from_a_user_without_skills_nothing_is_copied_least_of_all_instead_of_all_others() {
        let copy = |mode| from_ada(mode).edit(Some(&agent("ada")), None);
        assert_eq!(copy(CopyMode::Add), Err(Refusal::NothingToAdd));
        assert_eq!(copy(CopyMode::Replace), Err(Refusal::NothingToReplaceWith));
    }

    #[test]
    fn rule_19_a_preset_whose_skill_was_deleted_is_not_copied_and_names_both() {
        let mut catalog = ["English", "French"].map(|name| (skill(name), Skill::imported(skill(name)))).into();
        assert_eq!(newcomers().check_existence(&catalog), Ok(()));
        catalog.remove("French");
        let refusal = newcomers().check_existence(&catalog).unwrap_err();
        assert_eq!(refusal, Refusal::PresetSkillGone { preset: "Newcomers".into(), skill: "French".into() });
        assert_eq!(refusal.code(), "unknown-skill");
    }
}
