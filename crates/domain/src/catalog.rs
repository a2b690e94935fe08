//! The catalog: skill sets and the skills in them (rules 4, 19 and 21).

use serde::{Deserialize, Serialize};
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

use crate::{
    Change, LevelRange, Refusal, Skill, SkillName, SkillSetName, TeamId, UserId,
    audit::{Fields, differences},
    permissions::{Caller, Operation, authorize},
};

/// A named group of skills.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SkillSet {
    pub name: SkillSetName,
    /// Distinguishes this skill set from an earlier, deleted one of the same name.
    #[serde(default)]
    pub creation_id: Uuid,
    /// Counts the changes.
    #[serde(default)]
    pub version: u64,
}

impl SkillSet {
    #[must_use]
    pub const fn new(name: SkillSetName, creation_id: Uuid) -> Self {
        Self { name, creation_id, version: 1 }
    }

    /// A name that differs from one in use only in case, width or invisible characters is taken (rule 33). `existing` is
    /// the skill set that has it; "Imported" is taken before it exists.
    pub fn check_name(&self, existing: Option<&Self>) -> Result<(), Refusal> {
        let imported = SkillSetName::imported();
        let is_like_imported = self.name != imported && self.name.order_key() == imported.order_key();
        let taken = existing.map(|existing| &existing.name).or(is_like_imported.then_some(&imported));
        taken.map_or(Ok(()), |taken| Err(Refusal::SkillSetExists(taken.into())))
    }

    /// A skill set whose skills are in use cannot be deleted (rule 21).
    pub fn check_deletable(&self, usage: &SkillUsage) -> Result<(), Refusal> {
        let (users, teams) = (usage.users.len(), usage.teams.len());
        let in_use = || Refusal::SkillSetInUse { skill_set: (&self.name).into(), users, teams };
        if usage.is_empty() { Ok(()) } else { Err(in_use()) }
    }

    /// The differences between two states, as the history shows them (rule 31).
    #[must_use]
    pub fn changes(before: Option<&Self>, after: Option<&Self>) -> Vec<Change> {
        let fields = |set: &Self| vec![("name", json!(set.name))];
        differences(before.map(fields), after.map(fields))
    }
}

/// The users and teams that use a skill.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SkillUsage {
    /// Users to whom it is assigned.
    pub users: BTreeSet<UserId>,
    /// Teams that grant it, archived ones included.
    pub teams: BTreeSet<TeamId>,
}

impl SkillUsage {
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.users.is_empty() && self.teams.is_empty()
    }
}

/// The usage counts of a skill, as the catalog shows them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SkillCounts {
    pub users: usize,
    pub teams: usize,
    /// Members of teams that grant it.
    pub inheriting_users: usize,
}

impl SkillCounts {
    /// `members` are the members of those of the teams that are not archived.
    #[must_use]
    pub fn of(usage: &SkillUsage, members: &BTreeMap<TeamId, BTreeSet<UserId>>) -> Self {
        let inheriting = usage.teams.iter().filter_map(|team| members.get(team)).flatten().collect::<BTreeSet<_>>();
        Self { users: usage.users.len(), teams: usage.teams.len(), inheriting_users: inheriting.len() }
    }
}

/// How a skill is defined or redefined. A field that is none has its default.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct SkillDefinition {
    pub min: Option<i64>,
    pub max: Option<i64>,
    /// Whether the skill has levels at all.
    pub levels: Option<bool>,
    /// Whether a level is needed (rule 16). An existing skill that keeps its levels also keeps this, unless it is stated:
    /// it is a fact of Flex's configuration, which the import of Flex's definitions brings up to date.
    pub level_required: Option<bool>,
}

impl SkillDefinition {
    /// The range, or none for a skill without levels (rule 19).
    fn range(self) -> Result<Option<LevelRange>, Refusal> {
        if self.levels == Some(false) {
            let wants_level = self.min.is_some() || self.max.is_some() || self.level_required == Some(true);
            return if wants_level { Err(Refusal::RangeWithoutLevels) } else { Ok(None) };
        }
        let default = LevelRange::default();
        LevelRange::new(self.min.unwrap_or(default.min.0), self.max.unwrap_or(default.max.0)).map(Some)
    }

    /// The skill as it is defined in this skill set: created, changed, or moved from "Imported". Levels that users already
    /// have stay until they are edited. `namesake` is another skill whose name differs only in case, width or invisible
    /// characters: no new one is created beside it (rule 33); adopted ones may exist.
    pub fn apply(
        self,
        existing: Option<&Skill>,
        namesake: Option<&SkillName>,
        name: &str,
        skill_set: &SkillSetName,
        by: &Caller,
    ) -> Result<Skill, Refusal> {
        authorize(by, Operation::ManageSkills)?;
        let (levels, skill_set) = (self.range()?, skill_set.clone());
        let was_required = existing.is_some_and(|skill| skill.level_required);
        let level_required = levels.is_some() && self.level_required.unwrap_or(was_required);
        match existing {
            None => match (SkillName::new(name)?, namesake) {
                (name, None) => Ok(Skill { skill_set, levels, level_required, version: 0, ..Skill::imported(name) }),
                (name, Some(namesake)) => {
                    Err(Refusal::SkillExists { skill: (&name).into(), existing: namesake.into() })
                }
            },
            Some(skill) if skill.skill_set == skill_set || skill.skill_set == SkillSetName::imported() => {
                Ok(Skill { skill_set, levels, level_required, ..skill.clone() })
            }
            Some(skill) => Err(Refusal::SkillElsewhere { skill: (&skill.name).into(), is: (&skill.skill_set).into() }),
        }
    }
}

impl Skill {
    /// A skill in use cannot be deleted (rule 21).
    pub fn check_deletable(&self, usage: &SkillUsage) -> Result<(), Refusal> {
        let (users, teams) = (usage.users.len(), usage.teams.len());
        let in_use = || Refusal::SkillInUse { skill: (&self.name).into(), users, teams };
        if usage.is_empty() { Ok(()) } else { Err(in_use()) }
    }

    /// The differences between two states, as the history shows them (rule 31).
    #[must_use]
    pub fn changes(before: Option<&Self>, after: Option<&Self>) -> Vec<Change> {
        differences(before.map(Self::recorded_fields), after.map(Self::recorded_fields))
    }

    fn recorded_fields(&self) -> Fields {
        vec![
            ("skill_set", json!(self.skill_set)),
            ("levels", json!(self.levels)),
            ("level_required", json!(self.level_required)),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Level, Role, test_support::user_with_role};

    fn caller(role: Role) -> Caller {
        Caller::new(user_with_role("caller", role).user_id, role)
    }

    fn set(name: &str) -> SkillSetName {
        SkillSetName::parse(name).unwrap()
    }

    fn usage(users: u128, teams: u128) -> SkillUsage {
        let users = (0..users).map(|n| UserId::new(Uuid::from_u128(n))).collect();
        SkillUsage { users, teams: (0..teams).map(|n| TeamId::new(Uuid::from_u128(n))).collect() }
    }

    fn admin() -> Caller {
        caller(Role::SystemAdmin)
    }

    #[test]
    fn rule_4_a_supervisor_makes_no_skill() {
        let refused =
            SkillDefinition::default().apply(None, None, "English", &set("Languages"), &caller(Role::Supervisor));
        assert_eq!(refused.unwrap_err().code(), "supervisors-may-not");
    }

    #[test]
    fn rule_19_a_skill_has_levels_from_1_to_100_unless_it_is_told_others_or_none() {
        let levels = |wish: SkillDefinition| {
            wish.apply(None, None, "English", &set("Languages"), &admin()).map(|skill| skill.levels)
        };
        assert_eq!(levels(SkillDefinition::default()), Ok(Some(LevelRange::default())));
        let from_zero = SkillDefinition { min: Some(0), max: Some(5), ..SkillDefinition::default() };
        assert_eq!(levels(from_zero), Ok(Some(LevelRange { min: Level(0), max: Level(5) })));
        assert_eq!(levels(SkillDefinition { levels: Some(false), ..SkillDefinition::default() }), Ok(None));
        for (min, max) in [(-1, 5), (6, 5), (0, 1_000_001)] {
            let wrong = SkillDefinition { min: Some(min), max: Some(max), ..SkillDefinition::default() };
            assert_eq!(levels(wrong), Err(Refusal::LevelRange { min, max }));
        }
        let without = SkillDefinition { levels: Some(false), ..SkillDefinition::default() };
        for wrong in [SkillDefinition { min: Some(0), ..without }, SkillDefinition { max: Some(5), ..without }] {
            assert_eq!(levels(wrong), Err(Refusal::RangeWithoutLevels));
        }
    }

    #[test]
    fn rule_19_a_new_range_replaces_the_one_that_the_skill_had() {
        let english = Skill::imported(SkillName::new("English").unwrap());
        let narrower = SkillDefinition { max: Some(5), ..SkillDefinition::default() };
        let after = narrower.apply(Some(&english), None, "English", &set("Languages"), &admin()).unwrap();
        assert_eq!(after.levels, Some(LevelRange { min: Level(1), max: Level(5) }));
    }

    #[test]
    fn rule_16_a_new_range_keeps_that_a_level_is_needed_and_a_skill_without_levels_needs_none() {
        let put = |existing: Option<&Skill>, wish: SkillDefinition| {
            wish.apply(existing, None, "English", &set("Languages"), &admin())
        };
        let needs = |level_required| SkillDefinition { level_required, ..SkillDefinition::default() };
        assert!(!put(None, needs(None)).unwrap().level_required);
        let required = put(None, needs(Some(true))).unwrap();
        let narrower = SkillDefinition { max: Some(5), ..needs(None) };
        assert!(put(Some(&required), narrower).unwrap().level_required);
        assert!(!put(Some(&required), needs(Some(false))).unwrap().level_required);
        let without = |level_required| SkillDefinition { levels: Some(false), ..needs(level_required) };
        assert!(!put(Some(&required), without(None)).unwrap().level_required);
        assert_eq!(put(None, without(Some(true))), Err(Refusal::RangeWithoutLevels));
    }

    #[test]
    fn a_skill_is_in_one_skill_set_and_only_an_imported_one_moves() {
        let imported = Skill::imported(SkillName::adopted("en-GB").unwrap());
        let put =
            |known: &Skill, name| SkillDefinition::default().apply(Some(known), None, "en-GB", &set(name), &admin());
        let moved = put(&imported, "Languages").unwrap();
        assert_eq!((&moved.skill_set, moved.version), (&set("Languages"), imported.version));
        assert_eq!(put(&moved, "Topics").unwrap_err().code(), "skill-elsewhere");
    }

    #[test]
    fn a_new_skill_is_in_the_skill_set_for_which_it_is_made_and_has_seen_no_change() {
        let new = SkillDefinition::default().apply(None, None, "English", &set("Languages"), &admin()).unwrap();
        assert_eq!((new.name.as_str(), new.skill_set, new.version), ("English", set("Languages"), 0));
    }

    #[test]
    fn rule_31_the_history_of_skills_and_skill_sets_shows_each_field_before_and_after() {
        let change = |field: &str, before, after| Change { field: field.to_owned(), before, after };
        let languages = SkillSet::new(set("Languages"), Uuid::nil());
        let created = SkillSet::changes(None, Some(&languages));
        assert_eq!(created, [change("name", json!(null), json!("Languages"))]);
        let imported = Skill::imported(SkillName::new("English").unwrap());
        let after = Skill { skill_set: set("Languages"), levels: None, ..imported.clone() };
        let expected = [
            change("skill_set", json!("Imported"), json!("Languages")),
            change("levels", json!({"min": 1, "max": 100}), json!(null)),
        ];
        assert_eq!(Skill::changes(Some(&imported), Some(&after)), expected);
        let required = Skill { level_required: true, ..imported.clone() };
        let expected = [change("level_required", json!(false), json!(true))];
        assert_eq!(Skill::changes(Some(&imported), Some(&required)), expected);
    }

    #[test]
    fn rule_21_a_member_of_two_teams_that_grant_a_skill_inherits_it_once() {
        let of = |numbers: &[u128]| numbers.iter().map(|n| UserId::new(Uuid::from_u128(*n))).collect::<BTreeSet<_>>();
        let team = |n| TeamId::new(Uuid::from_u128(n));
        let members = [(team(0), of(&[7, 8])), (team(1), of(&[8, 9])), (team(5), of(&[10]))].into();
        let counts = SkillCounts::of(&usage(2, 3), &members);
        assert_eq!(counts, SkillCounts { users: 2, teams: 3, inheriting_users: 3 });
    }

    #[test]
    fn rule_33_a_new_skills_name_differs_from_others_in_more_than_case_and_adopted_ones_stay_editable() {
        let adopted = ["English", "english"].map(|name| Skill::imported(SkillName::adopted(name).unwrap()));
        let put = |existing, name| {
            SkillDefinition::default().apply(existing, Some(&adopted[0].name), name, &set("Languages"), &admin())
        };
        let taken = Refusal::SkillExists { skill: "ENGLISH".into(), existing: "English".into() };
        assert_eq!(put(None, "ENGLISH"), Err(taken));
        assert!(put(Some(&adopted[1]), "english").is_ok());
        let keys =
            ["English", "ＥＮＧＬＩＳＨ", "Eng\u{AD}lish"].map(|name| SkillName::adopted(name).unwrap().name_key());
        assert_eq!(keys, ["english", "english", "english"]);
    }

    #[test]
    fn rule_33_a_new_skill_sets_name_differs_from_others_in_more_than_case_and_imported_is_taken() {
        let new = |name: &str| SkillSet::new(set(name), Uuid::from_u128(1));
        let taken = |name: &str, existing: Option<&SkillSet>| new(name).check_name(existing).unwrap_err().to_string();
        assert!(taken("languages", Some(&new("Languages"))).contains("\"Languages\""));
        assert!(taken("IMPORTED", None).contains("\"Imported\""));
        assert_eq!((new("Imported").check_name(None), new("Topics").check_name(None)), (Ok(()), Ok(())));
    }

    #[test]
    fn rule_21_what_is_in_use_is_not_deleted_and_it_is_said_by_how_many() {
        let skill = Skill::imported(SkillName::new("English").unwrap());
        let set = SkillSet::new(set("Languages"), Uuid::nil());
        assert_eq!((skill.check_deletable(&usage(0, 0)), set.check_deletable(&usage(0, 0))), (Ok(()), Ok(())));
        for refusal in [
            skill.check_deletable(&usage(2, 0)),
            skill.check_deletable(&usage(0, 1)),
            set.check_deletable(&usage(2, 1)),
        ] {
            let message = refusal.unwrap_err().to_string();
            assert!(message.contains("users: ") && message.contains("teams: "), "{message}");
        }
    }

    #[test]
    fn a_new_skill_has_a_name_that_taskrouter_can_route_on() {
        for wrong in ["en-GB", "has", "two words"] {
            let refused = SkillDefinition::default().apply(None, None, wrong, &set("Languages"), &admin());
            assert_eq!(refused.unwrap_err().code(), "invalid-skill-name", "{wrong}");
        }
    }
}
