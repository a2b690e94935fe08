//! Teams, which hand their skills down to their members (rules 4, 15 to 18 and 21).

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::{
    Change, Level, Refusal, Skill, SkillName, TeamId,
    audit::{Fields, differences},
    permissions::{Caller, Operation, authorize},
    search::fold,
    skill::{MOST_SKILLS, Skills},
};

/// A team, which hands its skills down to its members.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Team {
    /// Its id.
    pub team_id: TeamId,
    /// Its name; unique without regard to case and accents.
    pub name: String,
    /// What its members inherit.
    pub skills: Skills,
    /// Archived teams give no skills and take no members (rule 21).
    #[serde(default)]
    pub archived: bool,
    /// Counts the changes.
    #[serde(default)]
    pub version: u64,
    /// When it was made.
    #[serde(default)]
    pub created_at: Timestamp,
    /// When something last changed.
    #[serde(default)]
    pub updated_at: Timestamp,
}

/// A name that a team may have: 1 to 64 characters, not all of them spaces. Folded, as it is kept unique, it must fit into
/// a key of the table: some characters are words.
pub fn team_name(text: &str) -> Result<String, Refusal> {
    let name = plain_name(text, 64).filter(|name| (1..=512).contains(&fold(name).len()));
    name.ok_or_else(|| Refusal::TeamName(text.to_owned()))
}

/// A text without control characters, spaces at its ends left out; none where nothing or too much is left.
pub(crate) fn plain_name(text: &str, most: usize) -> Option<String> {
    let text = text.trim();
    let fits = (1..=most).contains(&text.chars().count()) && !text.chars().any(char::is_control);
    fits.then(|| text.to_owned())
}

impl Team {
    /// A team without skills, as it is when it is made.
    #[must_use]
    pub fn new(team_id: TeamId, name: impl Into<String>, now: Timestamp) -> Self {
        let name = name.into();
        Self { team_id, name, skills: Skills::new(), archived: false, version: 1, created_at: now, updated_at: now }
    }

    /// Whether its members have its skills: an archived team gives none (rule 21).
    #[must_use]
    pub const fn gives_skills(&self) -> bool {
        !self.archived
    }

    /// A team with members can be archived, not deleted (rule 21).
    pub fn may_be_deleted(&self, members: usize) -> Result<(), Refusal> {
        if members == 0 { Ok(()) } else { Err(Refusal::TeamHasMembers { team: self.name.clone(), members }) }
    }

    /// What differs between two states of a team, as its history shows it (rule 31).
    #[must_use]
    pub fn changes(before: Option<&Self>, after: Option<&Self>) -> Vec<Change> {
        differences(before.map(Self::recorded_fields), after.map(Self::recorded_fields))
    }

    fn recorded_fields(&self) -> Fields {
        vec![("name", json!(self.name)), ("archived", json!(self.archived)), ("skills", json!(self.skills))]
    }
}

/// One edit of a team: what is none stays as it is.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TeamEdit {
    /// The new name, as [`team_name`] gives it.
    pub name: Option<String>,
    /// Whether it is archived.
    pub archived: Option<bool>,
}

impl TeamEdit {
    /// The team after this edit (rules 4 and 21).
    pub fn apply(&self, team: &Team, by: Caller) -> Result<Team, Refusal> {
        authorize(by, Operation::ManageTeams)?;
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

/// The team with this skill, or with another level for it (rule 19).
pub fn give_skill(
    team: &Team,
    by: Caller,
    skill: &Skill,
    level: Option<Level>,
    skill_set: Option<&str>,
) -> Result<Team, Refusal> {
    authorize(by, Operation::ManageTeams)?;
    let kept_as_it_is = team.skills.get(&skill.name) == Some(&level);
    skill.check(if kept_as_it_is { None } else { level }, skill_set)?;
    let mut after = team.clone();
    after.skills.insert(skill.name.clone(), level);
    match after.skills.len() {
        count if count > MOST_SKILLS => Err(Refusal::TooManySkills { count, most: MOST_SKILLS }),
        _ => Ok(after),
    }
}

/// The team without this skill.
pub fn take_skill(team: &Team, by: Caller, skill: &SkillName) -> Result<Team, Refusal> {
    authorize(by, Operation::ManageTeams)?;
    let mut after = team.clone();
    after.skills.remove(skill);
    Ok(after)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Role, people::somebody};
    use uuid::Uuid;

    fn team() -> Team {
        Team::new(TeamId::new(Uuid::from_u128(1)), "Sales", Timestamp::UNIX_EPOCH)
    }

    fn caller(role: Role) -> Caller {
        Caller { user_id: somebody("caller", role).user_id, role }
    }

    // rule 4
    #[test]
    fn rule_4_a_supervisor_renames_a_team_and_neither_archives_nor_unarchives_it() {
        let supervisor = caller(Role::Supervisor);
        let rename = TeamEdit { name: Some("Support".into()), archived: Some(false) };
        assert_eq!(rename.apply(&team(), supervisor).unwrap().name, "Support");
        let archive = |archived| TeamEdit { name: None, archived: Some(archived) };
        let archived = archive(true).apply(&team(), caller(Role::SystemAdmin)).unwrap();
        assert!(archived.archived);
        for (team, to) in [(team(), true), (archived, false)] {
            assert_eq!(archive(to).apply(&team, supervisor).unwrap_err().code(), "supervisors-may-not");
        }
    }

    #[test]
    fn rule_19_a_teams_level_is_within_the_skills_range() {
        let english = Skill::imported(SkillName::new("English").unwrap());
        let by = caller(Role::Supervisor);
        let given = give_skill(&team(), by, &english, Some(Level(90)), None).unwrap();
        assert_eq!(given.skills, [(english.name.clone(), Some(Level(90)))].into());
        assert_eq!(give_skill(&team(), by, &english, Some(Level(101)), None).unwrap_err().code(), "level-out-of-range");
        assert_eq!(take_skill(&given, by, &english.name).unwrap(), team());
    }

    #[test]
    fn rule_21_a_team_with_members_is_not_deleted_and_it_is_said_how_many_they_are() {
        assert_eq!(team().may_be_deleted(0), Ok(()));
        assert!(team().may_be_deleted(3).unwrap_err().to_string().contains("members: 3"));
    }

    #[test]
    fn a_team_gives_at_most_40_skills() {
        let name = |n: usize| SkillName::new(&format!("S{n}")).unwrap();
        let full = Team { skills: (0..40).map(|n| (name(n), None)).collect(), ..team() };
        let by = caller(Role::SystemAdmin);
        assert!(give_skill(&full, by, &Skill::imported(name(3)), None, None).is_ok());
        assert_eq!(
            give_skill(&full, by, &Skill::imported(name(41)), None, None),
            Err(Refusal::TooManySkills { count: 41, most: 40 })
        );
    }

    #[test]
    fn a_teams_name_is_something_that_can_be_read() {
        assert_eq!(team_name("  Sales (US) ").unwrap(), "Sales (US)");
        for wrong in ["", "  ", "a\nb", &"x".repeat(65), &"\u{fdfa}".repeat(31)] {
            assert_eq!(team_name(wrong).unwrap_err().code(), "invalid-team-name", "{wrong:?}");
        }
    }

    #[test]
    fn rule_31_what_changed_in_a_team_is_told_field_by_field() {
        let renamed = Team { name: "Support".into(), version: 2, ..team() };
        let changes = Team::changes(Some(&team()), Some(&renamed));
        assert_eq!(changes, [Change { field: "name".into(), before: json!("Sales"), after: json!("Support") }]);
        assert_eq!(Team::changes(Some(&team()), Some(&team())), []);
        let deleted = Team::changes(Some(&team()), None);
        assert!(deleted.iter().all(|change| change.after.is_null()) && deleted.len() == 3);
    }
}
