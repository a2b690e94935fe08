//! Skills and their levels.

use serde::{Deserialize, Serialize};
use std::{borrow::Borrow, collections::BTreeMap, fmt};
use uuid::Uuid;

use crate::{Refusal, SkillSetName, text::name_key};

/// Words that are not names in TaskRouter's expressions, as in `routing.levels.in > 5`.
const RESERVED: [&str; 9] = ["and", "contains", "false", "has", "in", "not", "null", "or", "true"];

/// An adopted name must fit into a key of the table.
const MAX_ADOPTED_BYTES: usize = 512;

/// How much of a name is compared, in characters: more than a new name has.
const MAX_KEY_CHARS: usize = 128;

/// A skill's name, on which TaskRouter routes; unique across all skill sets. To TaskRouter case matters, so names are
/// compared and looked up exactly; only a new name must also have a [key](Self::name_key) that no other skill has.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct SkillName(String);

impl SkillName {
    /// A new name: letters, digits and `_`, because TaskRouter's expressions know nothing else.
    pub fn new(text: &str) -> Result<Self, Refusal> {
        let fits = |c: char| c.is_ascii_alphanumeric() || c == '_';
        match text.len() {
            1..=64 if text.chars().all(fits) => match text.to_ascii_lowercase().as_str() {
                word if RESERVED.contains(&word) => Err(Refusal::ReservedSkillName(text.into())),
                _ => Ok(Self(text.to_owned())),
            },
            _ => Err(Refusal::SkillName(text.into())),
        }
    }

    /// A name that already exists in TaskRouter, kept unchanged (rule 23); none if it is empty or too long for a key.
    #[must_use]
    pub fn adopted(text: &str) -> Option<Self> {
        (1..=MAX_ADOPTED_BYTES).contains(&text.len()).then(|| Self(text.to_owned()))
    }

    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Equal for names that differ only in case, width and invisible characters (rule 33).
    #[must_use]
    pub fn name_key(&self) -> String {
        name_key(&self.0).chars().take(MAX_KEY_CHARS).collect()
    }
}

impl Borrow<str> for SkillName {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for SkillName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

/// A skill level. Its range is the skill's own (rule 19).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Level(pub i64);

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// The levels that a skill takes, both ends included.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct LevelRange {
    /// May be 0.
    pub min: Level,
    pub max: Level,
}

impl LevelRange {
    /// The highest level that a range may have.
    pub const MAX: i64 = 1_000_000;

    /// Both ends are included.
    pub fn new(min: i64, max: i64) -> Result<Self, Refusal> {
        let is_range = 0 <= min && min <= max && max <= Self::MAX;
        is_range.then_some(Self { min: Level(min), max: Level(max) }).ok_or(Refusal::LevelRange { min, max })
    }
}

impl Default for LevelRange {
    fn default() -> Self {
        Self { min: Level(1), max: Level(100) }
    }
}

/// A skill of the catalog.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Skill {
    pub name: SkillName,
    pub skill_set: SkillSetName,
    /// None if the skill has no levels.
    pub levels: Option<LevelRange>,
    /// Whether it needs a level, given or inherited; never if it has none (rule 16).
    #[serde(default)]
    pub level_required: bool,
    /// Counts the changes.
    #[serde(default)]
    pub version: u64,
    /// Another one for each creation of the name: what begins to use a deleted skill is not taken for a use of its namesake.
    #[serde(default)]
    pub guard_id: Uuid,
}

impl Skill {
    /// An adopted skill, in the skill set "Imported" (rule 23).
    #[must_use]
    pub fn imported(name: SkillName) -> Self {
        let (skill_set, levels) = (SkillSetName::imported(), Some(LevelRange::default()));
        Self { name, skill_set, levels, level_required: false, version: 1, guard_id: Uuid::nil() }
    }

    /// The range, if the skill needs a level (rule 16).
    #[must_use]
    pub fn required_levels(&self) -> Option<LevelRange> {
        self.levels.filter(|_| self.level_required)
    }

    /// Whether the skill may be assigned or granted with this level. A skill set that the request names must be the
    /// skill's own (rule 19).
    pub fn check(&self, level: Option<Level>, skill_set: Option<&str>) -> Result<(), Refusal> {
        if let Some(asked) = skill_set.filter(|asked| *asked != self.skill_set.as_str()) {
            let (skill, is) = ((&self.name).into(), (&self.skill_set).into());
            return Err(Refusal::WrongSkillSet { skill, is, asked: asked.into() });
        }
        match (level, self.levels) {
            (None, _) => Ok(()),
            (Some(_), None) => Err(Refusal::SkillWithoutLevels((&self.name).into())),
            (Some(level), Some(range)) if (range.min..=range.max).contains(&level) => Ok(()),
            (Some(level), Some(range)) => Err(Refusal::LevelOutOfRange { skill: (&self.name).into(), level, range }),
        }
    }
}

/// Skills with their levels; none for a skill without one.
pub type Skills = BTreeMap<SkillName, Option<Level>>;

#[cfg(test)]
mod tests {
    use super::*;

    fn english() -> Skill {
        Skill {
            name: SkillName::new("English").unwrap(),
            skill_set: SkillSetName::parse("Languages").unwrap(),
            levels: Some(LevelRange::default()),
            level_required: false,
            guard_id: Uuid::nil(),
            version: 1,
        }
    }

    #[test]
    fn rule_19_a_level_is_within_the_skills_own_range() {
        assert_eq!(english().check(Some(Level(1)), None), Ok(()));
        assert_eq!(english().check(Some(Level(100)), None), Ok(()));
        assert_eq!(english().check(None, None), Ok(()));
        for wrong in [-1, 0, 101] {
            let refusal = english().check(Some(Level(wrong)), None).unwrap_err();
            assert!(refusal.to_string().contains(&format!("Level {wrong} is out of range")), "{refusal}");
        }
        let from_zero = LevelRange { min: Level(0), max: Level(5) };
        assert_eq!(Skill { levels: Some(from_zero), ..english() }.check(Some(Level(0)), None), Ok(()));
    }

    #[test]
    fn rule_19_a_skill_without_levels_takes_none() {
        let plain = Skill { levels: None, ..english() };
        assert_eq!(plain.check(None, None), Ok(()));
        assert_eq!(plain.check(Some(Level(1)), None).unwrap_err().code(), "skill-without-levels");
    }

    #[test]
    fn rule_19_a_skill_belongs_to_the_skill_set_that_the_request_names() {
        assert_eq!(english().check(None, Some("Languages")), Ok(()));
        assert_eq!(english().check(None, Some("Products")).unwrap_err().code(), "wrong-skill-set");
    }

    #[test]
    fn a_skill_is_looked_up_by_the_text_of_its_name() {
        let skills: Skills = [(english().name, Some(Level(5)))].into();
        assert_eq!((skills.get("English"), skills.get("english")), (Some(&Some(Level(5))), None));
    }

    #[test]
    fn a_new_name_is_one_that_taskrouter_can_route_on_and_an_adopted_one_stays_as_it_is() {
        assert!(SkillName::new("Level_2").is_ok());
        for wrong in ["", "en-GB", "two words", "été", "in", "HAS", &"x".repeat(65)] {
            assert_eq!(SkillName::new(wrong).unwrap_err().code(), "invalid-skill-name", "{wrong}");
        }
        assert_eq!(SkillName::adopted("en-GB").unwrap().as_str(), "en-GB");
        assert_eq!(SkillName::adopted(""), None);
    }
}
