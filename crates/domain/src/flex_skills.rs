//! The definitions of skills in Flex's configuration, compared with the catalog and imported into it (rules 16 and 19).

use std::collections::BTreeMap;

use crate::{Level, LevelRange, Refusal, Skill, SkillName, SkillSetName};

/// A skill as Flex's configuration defines it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FlexSkill {
    pub name: SkillName,
    /// Whether it has levels; Flex's own panel then needs one (rule 16).
    pub multivalue: bool,
    pub minimum: Option<Level>,
    pub maximum: Option<Level>,
}

/// How a definition and the catalog agree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Agreement {
    /// Range, levels and whether one is needed are those that Flex defines.
    Same,
    /// The catalog lacks the skill.
    Missing,
    /// Range, levels or whether one is needed differ.
    Differs,
    /// The catalog alone has the skill.
    OnlyInCatalog,
    /// The definition makes no range that the catalog can hold.
    Unusable(Refusal),
}

/// A skill that Flex's configuration, the catalog or both have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ComparedSkill {
    pub name: SkillName,
    /// None if Flex does not define it.
    pub defined: Option<FlexSkill>,
    pub catalog: Option<Skill>,
    pub agreement: Agreement,
}

impl Agreement {
    /// The name of this state, for programs.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Same => "same",
            Self::Missing => "missing",
            Self::Differs => "differs",
            Self::OnlyInCatalog => "only_in_catalog",
            Self::Unusable(_) => "unusable",
        }
    }
}

impl FlexSkill {
    /// The skill as the catalog has it after the import: a new one in this skill set, or the existing one with other levels.
    /// It is neither renamed nor moved, and levels that users and teams have stay until they are edited (rule 19).
    pub fn import(&self, existing: Option<&Skill>, skill_set: &SkillSetName) -> Result<Skill, Refusal> {
        let levels = self.levels(existing)?;
        let new = || Skill { skill_set: skill_set.clone(), version: 0, ..Skill::imported(self.name.clone()) };
        Ok(Skill { levels, level_required: self.multivalue, ..existing.cloned().unwrap_or_else(new) })
    }

    /// A bound that Flex leaves open is that of the catalog.
    fn levels(&self, existing: Option<&Skill>) -> Result<Option<LevelRange>, Refusal> {
        if !self.multivalue {
            return Ok(None);
        }
        let open = existing.and_then(|skill| skill.levels).unwrap_or_default();
        let (min, max) = (self.minimum.unwrap_or(open.min), self.maximum.unwrap_or(open.max));
        LevelRange::new(min.0, max.0).map(Some)
    }

    fn agreement(&self, existing: Option<&Skill>) -> Agreement {
        // Where a new skill would go makes no difference.
        match (self.import(existing, &SkillSetName::flex()), existing) {
            (Err(refusal), _) => Agreement::Unusable(refusal),
            (Ok(_), None) => Agreement::Missing,
            (Ok(after), Some(before)) if after == *before => Agreement::Same,
            (Ok(_), Some(_)) => Agreement::Differs,
        }
    }
}

/// Every skill that either side has, in order of name. Of several definitions of one name the first counts.
#[must_use]
pub fn compare(definitions: &[FlexSkill], catalog: &[Skill]) -> Vec<ComparedSkill> {
    let mut sides = BTreeMap::<&SkillName, (Option<&FlexSkill>, Option<&Skill>)>::new();
    for definition in definitions {
        sides.entry(&definition.name).or_default().0.get_or_insert(definition);
    }
    for skill in catalog {
        sides.entry(&skill.name).or_default().1 = Some(skill);
    }
    let compared = sides.into_iter().map(|(name, (defined, skill))| ComparedSkill {
        name: name.clone(),
        defined: defined.cloned(),
        catalog: skill.cloned(),
        agreement: defined.map_or(Agreement::OnlyInCatalog, |defined| defined.agreement(skill)),
    });
    compared.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(text: &str) -> SkillName {
        SkillName::adopted(text).unwrap()
    }

    fn defined(text: &str, range: Option<(Option<i64>, Option<i64>)>) -> FlexSkill {
        let (minimum, maximum) = range.unwrap_or_default();
        FlexSkill {
            name: name(text),
            multivalue: range.is_some(),
            minimum: minimum.map(Level),
            maximum: maximum.map(Level),
        }
    }

    fn range(min: i64, max: i64) -> Option<LevelRange> {
        LevelRange::new(min, max).ok()
    }

    fn skill(text: &str, levels: Option<LevelRange>, level_required: bool) -> Skill {
        let skill_set = SkillSetName::parse("Languages").unwrap();
        Skill { skill_set, levels, level_required, ..Skill::imported(name(text)) }
    }

    fn agreement(definition: &FlexSkill, existing: Option<&Skill>) -> Agreement {
        let compared =
            compare(std::slice::from_ref(definition), existing.map(std::slice::from_ref).unwrap_or_default());
        let [compared] = compared.as_slice() else { panic!("one skill, not {compared:?}") };
        compared.agreement.clone()
    }

    #[test]
    fn rule_16_a_definition_agrees_with_a_skill_of_the_same_levels_that_needs_one_if_flex_does() {
        let one_to_five = defined("English", Some((Some(1), Some(5))));
        assert_eq!(agreement(&one_to_five, Some(&skill("English", range(1, 5), true))), Agreement::Same);
        for other in [
            skill("English", range(1, 5), false),
            skill("English", range(1, 6), true),
            skill("English", range(0, 5), true),
            skill("English", None, false),
        ] {
            assert_eq!(agreement(&one_to_five, Some(&other)), Agreement::Differs, "{other:?}");
        }
        let without_levels = defined("English", None);
        assert_eq!(agreement(&without_levels, Some(&skill("English", None, false))), Agreement::Same);
        assert_eq!(agreement(&without_levels, Some(&skill("English", range(1, 5), false))), Agreement::Differs);
    }

    #[test]
    fn programs_tell_the_states_of_a_skill_apart_by_name() {
        let refusal = Refusal::LevelRange { min: 5, max: 4 };
        let states = [Agreement::Same, Agreement::Missing, Agreement::Differs, Agreement::OnlyInCatalog];
        assert_eq!(states.map(|state| state.name()), ["same", "missing", "differs", "only_in_catalog"]);
        assert_eq!(Agreement::Unusable(refusal).name(), "unusable");
    }

    #[test]
    fn every_skill_of_either_side_is_compared_in_order_of_name_and_the_first_definition_of_a_name_counts() {
        let definitions = [defined("French", None), defined("English", None), defined("French", Some((None, None)))];
        let catalog = [skill("English", None, false), skill("Sales", None, false)];
        let compared = compare(&definitions, &catalog);
        let said = compared.iter().map(|of| (of.name.as_str(), of.agreement.clone())).collect::<Vec<_>>();
        assert_eq!(
            said,
            [("English", Agreement::Same), ("French", Agreement::Missing), ("Sales", Agreement::OnlyInCatalog)]
        );
    }

    #[test]
    fn a_bound_that_flex_leaves_open_is_that_of_the_catalog() {
        let open = defined("English", Some((None, Some(8))));
        assert_eq!(open.import(None, &SkillSetName::flex()).unwrap().levels, range(1, 8));
        let existing = skill("English", range(3, 5), true);
        assert_eq!(open.import(Some(&existing), &SkillSetName::flex()).unwrap().levels, range(3, 8));
    }

    #[test]
    fn an_import_neither_renames_nor_moves_a_skill() {
        let adopted = Skill::imported(name("en-GB"));
        let after = defined("en-GB", None).import(Some(&adopted), &SkillSetName::flex()).unwrap();
        assert_eq!((&after.name, &after.skill_set, after.levels), (&adopted.name, &adopted.skill_set, None));
        let new = defined("en-GB", Some((Some(0), Some(9)))).import(None, &SkillSetName::flex()).unwrap();
        assert_eq!((new.name.as_str(), new.skill_set.as_str()), ("en-GB", "Flex"));
        assert_eq!((new.levels, new.level_required, new.version), (range(0, 9), true, 0));
    }

    #[test]
    fn a_definition_whose_range_is_none_is_not_imported_and_it_is_said_why() {
        for (min, max) in [(Some(5), Some(4)), (Some(-1), Some(4)), (Some(101), None)] {
            let Agreement::Unusable(refusal) = agreement(&defined("English", Some((min, max))), None) else {
                panic!("{min:?} to {max:?} is a range")
            };
            assert_eq!(refusal.code(), "invalid-level-range");
        }
    }
}
