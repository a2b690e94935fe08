//! Teams, which grant skills to their members (rules 4, 15 to 18 and 21).

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::collections::BTreeMap;

use crate::{
    Change, Level, Refusal, Skill, SkillName, TeamId, TeamName, Time,
    audit::{Fields, differences},
    permissions::{Caller, Operation, authorize},
    skill::Skills,
};

/// The most skills that a team grants.
pub const MAX_SKILLS: usize = 40;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Team {
    pub team_id: TeamId,
    pub name: TeamName,
    /// Inherited by the members.
    pub skills: Skills,
    /// Archived teams grant no skills and take no members (rule 21).
    #[serde(default)]
    pub archived: bool,
    /// Counts the changes.
    #[serde(default)]
    pub version: u64,
    #[serde(default)]
    pub created_at: Time,
    #[serde(default)]
    pub updated_at: Time,
}

pub type Teams = BTreeMap<TeamId, Team>;

impl Team {
    /// A team without skills.
    #[must_use]
    pub fn new(team_id: TeamId, name: TeamName, now: Timestamp) -> Self {
        Self {
            team_id,
            name,
            skills: Skills::new(),
            archived: false,
            version: 1,
            created_at: now.into(),
            updated_at: now.into(),
        }
    }

    /// Whether its members inherit its skills (rule 21).
    #[must_use]
    pub const fn grants_skills(&self) -> bool {
        !self.archived
    }

    /// Whether its members inherit something else than before (rules 15 to 18 and 21). A team that is archived, or has no
    /// skills, grants none, whatever else changes.
    #[must_use]
    pub fn grants_differ(&self, before: &Self) -> bool {
        let granted = |team: &Self| if team.grants_skills() { team.skills.clone() } else { Skills::new() };
        granted(self) != granted(before)
    }

    /// Whether a member can have the skill, with at least this level, from this team alone. A member of a team that grants
    /// a lower level has a higher one from elsewhere: assigned, or from another team (rules 15 to 17).
    #[must_use]
    pub fn grants(&self, skill: &SkillName, min_level: Option<Level>) -> bool {
        let reaches = |level: Option<Level>| min_level.is_none_or(|least| level >= Some(least));
        self.grants_skills() && self.skills.get(skill).is_some_and(|&level| reaches(level))
    }

    /// A team with members can be archived, but not deleted (rule 21).
    pub fn check_deletable(&self, members: usize) -> Result<(), Refusal> {
        if members == 0 { Ok(()) } else { Err(Refusal::TeamHasMembers { team: (&self.name).into(), members }) }
    }

    /// The differences between two states, as the history shows them (rule 31).
    #[must_use]
    pub fn changes(before: Option<&Self>, after: Option<&Self>) -> Vec<Change> {
        differences(before.map(Self::recorded_fields), after.map(Self::recorded_fields))
    }

    fn recorded_fields(&self) -> Fields {
        vec![("name", json!(self.name)), ("archived", json!(self.archived)), ("skills", json!(self.skills))]
    }
}

/// One edit of a team. A field that is none stays as it is.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TeamEdit {
    pub name: Option<TeamName>,
    pub archived: Option<bool>,
}

impl TeamEdit {
    /// The team after the edit (rules 4 and 21).
    pub fn apply(&self, team: &Team, by: &Caller) -> Result<Team, Refusal> {
        authorize(by, Operation::ManageTeam(team.team_id))?;
        let mut after = team.clone();
        if let Some(name) = &self.name {
            after.name.clone_from(name);
        }
        if let Some(archived) = self.archived.filter(|archived| *archived != team.archived) {
            authorize(by, Operation::ArchiveTeams)?;
            after.archived = archived;
        }
        Ok(after)
    }
}

/// The team with this skill, or with another level for it (rules 16 and 19).
pub fn grant_skill(
    team: &Team,
    by: &Caller,
    skill: &Skill,
    level: Option<Level>,
    skill_set: Option<&str>,
) -> Result<Team, Refusal> {
    authorize(by, Operation::ManageTeam(team.team_id))?;
    let is_unchanged = team.skills.get(&skill.name) == Some(&level);
    skill.check(if is_unchanged { None } else { level }, skill_set)?;
    if let (None, false, Some(range)) = (level, is_unchanged, skill.required_levels()) {
        return Err(Refusal::LevelRequired { skill: (&skill.name).into(), range });
    }
    let mut after = team.clone();
    after.skills.insert(skill.name.clone(), level);
    match after.skills.len() {
        count if count > MAX_SKILLS => Err(Refusal::TooManySkills { count, most: MAX_SKILLS }),
        _ => Ok(after),
    }
}

/// The team without this skill.
pub fn revoke_skill(team: &Team, by: &Caller, skill: &SkillName) -> Result<Team, Refusal> {
    authorize(by, Operation::ManageTeam(team.team_id))?;
    let mut after = team.clone();
    after.skills.remove(skill);
    Ok(after)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Role, policy::SupervisorScope, test_support::user_with_role};
    use uuid::Uuid;

    fn name(text: &str) -> TeamName {
        TeamName::parse(text).unwrap()
    }

    fn team() -> Team {
        Team::new(TeamId::new(Uuid::from_u128(1)), name("Sales"), Timestamp::UNIX_EPOCH)
    }

    fn caller(role: Role) -> Caller {
        Caller::new(user_with_role("caller", role).user_id, role)
    }

    #[test]
    fn rule_4_a_supervisor_renames_a_team_and_neither_archives_nor_unarchives_it() {
        let supervisor = &caller(Role::Supervisor);
        let rename = TeamEdit { name: Some(name("Support")), archived: Some(false) };
        assert_eq!(rename.apply(&team(), supervisor).unwrap().name.as_str(), "Support");
        let archive = |archived| TeamEdit { name: None, archived: Some(archived) };
        let archived = archive(true).apply(&team(), &caller(Role::SystemAdmin)).unwrap();
        assert!(archived.archived);
        for (team, to) in [(team(), true), (archived, false)] {
            assert_eq!(archive(to).apply(&team, supervisor).unwrap_err().code(), "supervisors-may-not");
        }
    }

    #[test]
    fn rule_2_where_supervisors_change_their_own_teams_they_rename_those_and_set_their_skills() {
        let led = |leads: &[TeamId]| Caller {
            scope: SupervisorScope::Teams,
            leads: leads.iter().copied().collect(),
            ..caller(Role::Supervisor)
        };
        let english = Skill::imported(SkillName::new("English").unwrap());
        let rename = TeamEdit { name: Some(name("Support")), archived: None };
        let all = |by: &Caller| {
            let changed = [
                rename.apply(&team(), by),
                grant_skill(&team(), by, &english, None, None),
                revoke_skill(&team(), by, &english.name),
            ];
            changed.map(|changed| changed.err().map(|refusal| refusal.code()))
        };
        assert_eq!(all(&led(&[team().team_id])), [None; 3]);
        assert_eq!(all(&led(&[TeamId::new(Uuid::from_u128(2))])), [Some("team-not-led"); 3]);
    }

    #[test]
    fn rule_19_a_teams_level_is_within_the_skills_range() {
        let english = Skill::imported(SkillName::new("English").unwrap());
        let by = &caller(Role::Supervisor);
        let given = grant_skill(&team(), by, &english, Some(Level(90)), None).unwrap();
        assert_eq!(given.skills, [(english.name.clone(), Some(Level(90)))].into());
        assert_eq!(
            grant_skill(&team(), by, &english, Some(Level(101)), None).unwrap_err().code(),
            "level-out-of-range"
        );
        assert_eq!(revoke_skill(&given, by, &english.name).unwrap(), team());
    }

    #[test]
    fn rule_16_a_team_grants_a_skill_that_needs_a_level_with_one_and_what_it_grants_without_stays_until_edited() {
        let english = Skill::imported(SkillName::new("English").unwrap());
        let required = Skill { level_required: true, ..english.clone() };
        let by = &caller(Role::Supervisor);
        assert!(grant_skill(&team(), by, &required, Some(Level(5)), None).is_ok());
        let without = grant_skill(&team(), by, &english, None, None).unwrap();
        assert_eq!(grant_skill(&without, by, &required, None, None).unwrap(), without);
        let with_level = grant_skill(&without, by, &required, Some(Level(5)), None).unwrap();
        for team in [team(), with_level] {
            assert_eq!(grant_skill(&team, by, &required, None, None).unwrap_err().code(), "level-required");
        }
    }

    #[test]
    fn rule_21_a_team_with_members_is_not_deleted_and_it_is_said_how_many_they_are() {
        assert_eq!(team().check_deletable(0), Ok(()));
        assert!(team().check_deletable(3).unwrap_err().to_string().contains("members: 3"));
    }

    #[test]
    fn rules_15_to_21_members_are_affected_by_what_their_team_grants_and_by_nothing_else_of_it() {
        let english = |level| Team { skills: [(SkillName::new("English").unwrap(), level)].into(), ..team() };
        let archived = |team: Team| Team { archived: true, ..team };
        let plain = english(Some(Level(1)));
        for after in [english(Some(Level(2))), english(None), team(), archived(plain.clone())] {
            assert!(after.grants_differ(&plain) && plain.grants_differ(&after), "{after:?}");
        }
        let renamed = Team { name: name("Support"), version: 2, ..plain.clone() };
        assert!(!renamed.grants_differ(&plain));
        assert!(!archived(english(None)).grants_differ(&archived(plain)), "it grants nothing before and after");
        assert!(!archived(team()).grants_differ(&team()), "it has nothing to grant");
    }

    #[test]
    fn rule_9_a_member_has_a_skill_from_a_team_that_grants_it_with_the_level_that_is_asked_for() {
        let name = |text| SkillName::new(text).unwrap();
        let skills: Skills = [(name("English"), Some(Level(5))), (name("Chat"), None)].into();
        let granting = Team { skills, ..team() };
        assert_eq!([4, 5, 6].map(|least| granting.grants(&name("English"), Some(Level(least)))), [true, true, false]);
        assert!(granting.grants(&name("Chat"), None) && !granting.grants(&name("Chat"), Some(Level(1))));
        assert!(!granting.grants(&name("French"), None));
        let archived = Team { archived: true, ..granting };
        assert!(!archived.grants(&name("English"), None), "rule 21");
    }

    #[test]
    fn a_team_gives_at_most_40_skills() {
        let skill = |n: usize| SkillName::new(&format!("S{n}")).unwrap();
        let full = Team { skills: (0..40).map(|n| (skill(n), None)).collect(), ..team() };
        let by = &caller(Role::SystemAdmin);
        assert!(grant_skill(&full, by, &Skill::imported(skill(3)), None, None).is_ok());
        assert_eq!(
            grant_skill(&full, by, &Skill::imported(skill(41)), None, None),
            Err(Refusal::TooManySkills { count: 41, most: 40 })
        );
    }

    #[test]
    fn rule_31_what_changed_in_a_team_is_told_field_by_field() {
        let renamed = Team { name: name("Support"), version: 2, ..team() };
        let changes = Team::changes(Some(&team()), Some(&renamed));
        assert_eq!(changes, [Change { field: "name".into(), before: json!("Sales"), after: json!("Support") }]);
        assert_eq!(Team::changes(Some(&team()), Some(&team())), []);
        let deleted = Team::changes(Some(&team()), None);
        assert!(deleted.iter().all(|change| change.after.is_null()) && deleted.len() == 3);
    }
}
