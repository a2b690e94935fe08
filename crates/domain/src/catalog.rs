//! The catalog: skill sets and the skills in them (rules 4, 19 and 21).

use serde::{Deserialize, Serialize};
use serde_json::json;
use uuid::Uuid;

use crate::{
    Change, LevelRange, Refusal, Skill, SkillName,
    audit::{Fields, differences},
    permissions::{Caller, Operation, authorize},
    skill::IMPORTED,
    team::plain_name,
};

/// A named group of skills.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SkillSet {
    /// Its name.
    pub name: String,
    /// Which making it comes from; the same name may be made again after a deletion.
    #[serde(default)]
    pub creation_id: Uuid,
    /// Counts the changes.
    #[serde(default)]
    pub version: u64,
}

impl SkillSet {
    /// A skill set, as it is when it is made.
    #[must_use]
    pub fn new(name: impl Into<String>, creation_id: Uuid) -> Self {
        Self { name: name.into(), creation_id, version: 1 }
    }

    /// A skill set whose skills are in use is not deleted (rule 21).
    pub fn may_be_deleted(&self, users: usize, teams: usize) -> Result<(), Refusal> {
        match (users, teams) {
            (0, 0) => Ok(()),
            _ => Err(Refusal::SkillSetInUse { skill_set: self.name.clone(), users, teams }),
        }
    }

    /// What differs between two states of a skill set, as its history shows it (rule 31).
    #[must_use]
    pub fn changes(before: Option<&Self>, after: Option<&Self>) -> Vec<Change> {
        let fields = |set: &Self| vec![("name", json!(set.name))];
        differences(before.map(fields), after.map(fields))
    }
}

/// A name that a skill set may have: 1 to 64 characters; it is a part of an address, so that it has no `/`.
pub fn skill_set_name(text: &str) -> Result<String, Refusal> {
    let name = plain_name(text, 64).filter(|name| !name.contains('/') && name != "." && name != "..");
    name.ok_or_else(|| Refusal::SkillSetName(text.to_owned()))
}

/// What a skill is asked to be; what is none is as it usually is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct SkillDefinition {
    /// The lowest level.
    pub min: Option<i64>,
    /// The highest level.
    pub max: Option<i64>,
    /// Whether it has levels at all.
    pub levels: Option<bool>,
}

impl SkillDefinition {
    /// The range, or none for a skill without levels (rule 19).
    fn range(self) -> Result<Option<LevelRange>, Refusal> {
        if self.levels == Some(false) {
            let has_none = self.min.is_none() && self.max.is_none();
            return if has_none { Ok(None) } else { Err(Refusal::RangeWithoutLevels) };
        }
        let usual = LevelRange::default();
        LevelRange::new(self.min.unwrap_or(usual.min.0), self.max.unwrap_or(usual.max.0)).map(Some)
    }

    /// The skill as it is asked for in this skill set: made, changed, or, from "Imported", moved. Levels that people have
    /// already stay until they are edited.
    pub fn apply(self, known: Option<&Skill>, name: &str, skill_set: &str, by: Caller) -> Result<Skill, Refusal> {
        authorize(by, Operation::ManageSkills)?;
        let levels = self.range()?;
        match known {
            None => Ok(Skill { name: SkillName::new(name)?, skill_set: skill_set.to_owned(), levels, version: 0 }),
            Some(known) if known.skill_set == skill_set || known.skill_set == IMPORTED => {
                Ok(Skill { skill_set: skill_set.to_owned(), levels, ..known.clone() })
            }
            Some(known) => Err(Refusal::SkillElsewhere { skill: known.name.to_string(), is: known.skill_set.clone() }),
        }
    }
}

impl Skill {
    /// A skill in use is not deleted (rule 21).
    pub fn may_be_deleted(&self, users: usize, teams: usize) -> Result<(), Refusal> {
        match (users, teams) {
            (0, 0) => Ok(()),
            _ => Err(Refusal::SkillInUse { skill: self.name.to_string(), users, teams }),
        }
    }

    /// What differs between two states of a skill, as its history shows it (rule 31).
    #[must_use]
    pub fn changes(before: Option<&Self>, after: Option<&Self>) -> Vec<Change> {
        differences(before.map(Self::recorded_fields), after.map(Self::recorded_fields))
    }

    fn recorded_fields(&self) -> Fields {
        vec![("skill_set", json!(self.skill_set)), ("levels", json!(self.levels))]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Level, Role, people::somebody};

    fn caller(role: Role) -> Caller {
        Caller { user_id: somebody("caller", role).user_id, role }
    }

    fn admin() -> Caller {
        caller(Role::SystemAdmin)
    }

    // rule 4
    #[test]
    fn rule_4_a_supervisor_makes_no_skill() {
        let refused = SkillDefinition::default().apply(None, "English", "Languages", caller(Role::Supervisor));
        assert_eq!(refused.unwrap_err().code(), "supervisors-may-not");
    }

    #[test]
    fn rule_19_a_skill_has_levels_from_1_to_100_unless_it_is_told_others_or_none() {
        let levels =
            |wish: SkillDefinition| wish.apply(None, "English", "Languages", admin()).map(|skill| skill.levels);
        assert_eq!(levels(SkillDefinition::default()), Ok(Some(LevelRange::default())));
        let from_zero = SkillDefinition { min: Some(0), max: Some(5), levels: None };
        assert_eq!(levels(from_zero), Ok(Some(LevelRange { min: Level(0), max: Level(5) })));
        assert_eq!(levels(SkillDefinition { levels: Some(false), ..SkillDefinition::default() }), Ok(None));
        for (min, max) in [(-1, 5), (6, 5), (0, 1_000_001)] {
            let wrong = SkillDefinition { min: Some(min), max: Some(max), levels: None };
            assert_eq!(levels(wrong), Err(Refusal::LevelRange { min, max }));
        }
        assert_eq!(levels(SkillDefinition { levels: Some(false), ..from_zero }), Err(Refusal::RangeWithoutLevels));
    }

    #[test]
    fn a_skill_is_in_one_skill_set_and_only_an_imported_one_moves() {
        let imported = Skill::imported(SkillName::adopted("en-GB").unwrap());
        let put = |known: &Skill, set| SkillDefinition::default().apply(Some(known), "en-GB", set, admin());
        let moved = put(&imported, "Languages").unwrap();
        assert_eq!(moved.skill_set, "Languages");
        assert_eq!(put(&moved, "Topics").unwrap_err().code(), "skill-elsewhere");
    }

    #[test]
    fn rule_21_what_is_in_use_is_not_deleted_and_it_is_said_by_how_many() {
        let skill = Skill::imported(SkillName::new("English").unwrap());
        let set = SkillSet::new("Languages", Uuid::nil());
        assert_eq!((skill.may_be_deleted(0, 0), set.may_be_deleted(0, 0)), (Ok(()), Ok(())));
        for refusal in [skill.may_be_deleted(2, 0), skill.may_be_deleted(0, 1), set.may_be_deleted(2, 1)] {
            let told = refusal.unwrap_err().to_string();
            assert!(told.contains("users: ") && told.contains("teams: "), "{told}");
        }
    }

    #[test]
    fn a_new_skill_has_a_name_that_taskrouter_can_route_on() {
        for wrong in ["en-GB", "has", "two words"] {
            let refused = SkillDefinition::default().apply(None, wrong, "Languages", admin());
            assert_eq!(refused.unwrap_err().code(), "invalid-skill-name", "{wrong}");
        }
    }

    #[test]
    fn a_skill_sets_name_can_stand_in_an_address() {
        assert_eq!(skill_set_name(" Языки ").unwrap(), "Языки");
        for wrong in ["", ".", "..", "a/b", "a\tb", &"x".repeat(65)] {
            assert_eq!(skill_set_name(wrong).unwrap_err().code(), "invalid-skill-set-name", "{wrong:?}");
        }
    }
}
